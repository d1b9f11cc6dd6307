//! What can go wrong in an op, and what of it is told.

use guildhall_types::Error;

pub type OpResult<T> = Result<T, OpError>;

/// An op's failure: something to tell the person, or something that is ours to mend.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// Words for the person.
    #[error(transparent)]
    Told(#[from] Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// Anything else of ours.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl OpError {
    /// What the person is told. What is ours goes to the log under a reference, and only the reference goes out.
    #[must_use]
    pub fn told(self) -> Error {
        match self {
            Self::Told(error) => error,
            Self::Database(error) if is_outage(&error) => {
                tracing::error!(error = %error, "the database is out of reach");
                Error::unavailable("We can't reach our database just now. Nothing was lost: try again in a minute.")
            }
            // Text with a character that PostgreSQL can't hold (NUL): whoever sent it is told.
            Self::Database(sqlx::Error::Database(error)) if error.code().as_deref() == Some("22021") => {
                Error::BadRequest {
                    message: "That holds a character that we can't read. Check it and try again.".to_owned(),
                }
            }
            error => {
                let reference = reference();
                tracing::error!(reference, error = ?error, "an operation failed");
                Error::Internal { reference }
            }
        }
    }

    /// Whether trying again later may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Told(error) => matches!(error, Error::Unavailable { .. } | Error::TooMany { .. }),
            Self::Database(error) => is_outage(error),
            Self::Other(_) => true,
        }
    }
}

/// The name of the constraint that a statement broke, if that is why it failed.
#[must_use]
pub fn violated(error: &sqlx::Error) -> Option<&str> {
    match error {
        sqlx::Error::Database(error) => error.constraint(),
        _ => None,
    }
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => true,
        // 57P0x: shutting down, starting up; 53xxx: out of connections or room; 08xxx: the connection broke.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53") || code.starts_with("08"))
        }
        _ => false,
    }
}

/// Eight hexadecimal digits to find the line in the log by; they need be distinct, not secret.
fn reference() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:04x}{:04x}", std::process::id() & 0xffff, count & 0xffff)
}
