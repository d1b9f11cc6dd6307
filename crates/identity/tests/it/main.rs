//! The ops against a real database, each test its own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a stage that can't be set is a failed test"
)]

mod account;
mod admin;
mod admins;
mod authenticator;
mod consents;
mod domains;
mod factors;
mod factors_lost;
mod factors_passkeys;
mod failures;
mod links;
mod organizations;
mod owners;
mod refresh;
mod sessions;
mod stage;
mod team_managers;
mod trail;
