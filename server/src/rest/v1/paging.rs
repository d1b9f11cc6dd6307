//! `limit` and `cursor`, as every list takes them.

use guildhall_types::Error;
use serde::Deserialize;

use crate::rest::problem::Problem;

const LIMIT_MAX: i64 = 100;

/// What a list is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    limit: Option<String>,
    cursor: Option<String>,
}

impl Paging {
    /// How many at most: 50 when not said.
    pub(crate) fn limit(&self) -> Result<i64, Problem> {
        let Some(text) = &self.limit else { return Ok(50) };
        text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
            Problem::from(Error::BadRequest { message: format!("limit is a number from 1 to {LIMIT_MAX}") })
        })
    }

    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}
