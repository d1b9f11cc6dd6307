//! Signing in through the sandbox's provider, over HTTP, against a real database.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a stage that can't be set is a failed test"
)]

mod confirming;
mod connections;
mod logout;
mod metadata;
mod saml;
mod scim;
mod sign_in;
mod stage;
mod walls;
