//! All of the crate's SQL. Which rows a statement reaches is decided by the transaction's actor.

pub(crate) mod attempts;
pub(crate) mod connections;
pub(crate) mod directory;
pub(crate) mod people;
pub(crate) mod saml;

pub(crate) type Result<T> = std::result::Result<T, sqlx::Error>;
