//! The sandbox from outside: over HTTP, on a port of its own, with a receiver of webhooks beside it.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod api;
mod checkout;
mod client;
mod idempotency;
mod mail;
mod notify;
mod objects;
mod oidc;
mod pages;
mod saml;
mod state;
mod support;
mod webhooks;
