//! What platform admins see and do: people, organisations, and the audit trail.
//!
//! Every page is rendered on the server and whole without JavaScript. Who may is asked by the ops, not by the pages.

// The types of whole pages nest deep.
#![recursion_limit = "1024"]

mod api;
mod audit;
mod pages;
mod powers;

pub use pages::AdminRoutes;

/// Links the area into the browser's module; it brings no islands of its own.
pub const fn link() {}
