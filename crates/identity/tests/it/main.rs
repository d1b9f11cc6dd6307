//! The ops against a real database, each test its own.

mod account;
mod links;
mod sessions;
mod stage;
