//! All of the crate's SQL, by what it is about.

pub(crate) mod inbox;
pub(crate) mod ledger;
pub(crate) mod lines;
pub(crate) mod orders;
pub(crate) mod views;
