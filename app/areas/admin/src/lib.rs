//! What platform admins see and do: the audit trail.
//!
//! Every page is rendered on the server and whole without JavaScript. Who may is asked by the ops, not by the pages.

mod audit;
mod pages;

pub use pages::AdminRoutes;

/// Links the area into the browser's module; it brings no islands of its own.
pub const fn link() {}
