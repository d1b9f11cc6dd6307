//! The privacy crate from the outside: what it says of the schema, what a copy holds, what erasing leaves, what goes in time.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a world that can't be set is a failed test")]

mod comments;
mod copy;
mod erasure;
mod erasure_of;
mod retention;
mod world;
