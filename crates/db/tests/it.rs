//! The walls, tried from the outside: direct SQL as the application's role.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod ledger;
mod migrations;
mod walls;
