//! Accounts: signing up, in and out, forgotten passwords, and one's own account.
//!
//! Every form is a plain form to a server function: what goes wrong comes back with what was typed, never a password.
//! Answers are the same whether or not an address has an account.

mod api;
mod failure;
mod form;
mod organizations;
mod pages;
mod privacy;
mod second_step_api;
mod security_api;
mod sign_on;

pub use organizations::{OrganizationRoutes, organization_menu};
pub use pages::{AccountRoutes, ProveAgain};
pub use privacy::PrivacyRoutes;
pub use sign_on::SignOnRoutes;

/// Links the area into the browser's module; it brings no islands of its own.
pub const fn link() {}
