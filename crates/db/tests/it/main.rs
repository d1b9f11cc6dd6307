//! The walls, tried from the outside: direct SQL as the application's role.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod ledger;
mod migrations;
mod walls;
