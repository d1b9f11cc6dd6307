//! The REST API: the same ops as the pages, for programs.

pub(crate) mod problem;
pub(crate) mod v1;
