//! The search index from outside.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod disk;
mod facets;
mod following;
mod sample;
mod searching;
