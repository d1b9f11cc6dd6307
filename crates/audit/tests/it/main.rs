//! The trail against PostgreSQL: what the program's role may do, what verifying finds, who may read.

#![expect(clippy::unwrap_used, reason = "a stage that can't be set is a failed test")]

mod keeping;
mod reading;
mod stage;
mod verifying;
mod writing;
