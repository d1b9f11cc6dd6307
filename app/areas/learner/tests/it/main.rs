//! The pages over HTTP as a browser without JavaScript uses them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod pages;
mod quiz;
mod site;
mod writing;
