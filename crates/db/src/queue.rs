//! The durable queue: jobs are rows, enqueued in the transaction of the data that they follow from.

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

use crate::{OpError, OpResult, Tx};

/// Work to be done later. Every job is safe to run twice.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the queue; never changed once jobs of it may be waiting.
    const NAME: &'static str;
}

/// When and how often.
#[derive(Clone, Debug, Default)]
pub struct JobOptions {
    /// Not before; at once when `None`.
    pub run_at: Option<DateTime<Utc>>,
    /// Of jobs with the same key only one waits: a later one replaces it.
    pub key: Option<String>,
    /// Tries with exponential back-off; 25 when `None`.
    pub max_attempts: Option<i16>,
}

/// Puts a job into the queue; it runs when, and only when, the transaction commits.
///
/// # Errors
/// When the statement fails.
pub async fn enqueue<J: Job>(tx: &mut Tx, job: &J, options: JobOptions) -> OpResult<()> {
    let payload = serde_json::to_value(job).map_err(|error| OpError::Other(error.into()))?;
    sqlx::query(
        "select graphile_worker.add_job(identifier => $1, payload => $2::json, run_at => $3, job_key => $4, max_attempts => $5)",
    )
    .bind(J::NAME)
    .bind(payload)
    .bind(options.run_at)
    .bind(options.key)
    .bind(options.max_attempts)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Job for guildhall_kernel::mail::SendMail {
    const NAME: &'static str = "send_mail";
}
