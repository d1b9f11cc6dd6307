//! What can go wrong with the index.

use std::io;

use tantivy::{TantivyError, directory::error::LockError};

/// A failure of the index or of what it is made from. Nothing of it is for people: the catalogue can always be read from the
/// database.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search index can't be read or written: {0}")]
    Index(TantivyError),
    #[error("the search index's folder can't be used: {0}")]
    Io(#[from] io::Error),
    /// Another process of this node writes the same index: this one only reads it.
    #[error("another process writes this search index")]
    Busy,
    #[error("the courses can't be read for the index: {0}")]
    Database(#[from] sqlx::Error),
    /// The task that works on the index was stopped.
    #[error("the work on the search index was broken off")]
    Stopped,
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Busy,
            error => Self::Index(error),
        }
    }
}
