//! What runs in the background: making a copy, erasing a person, and the day's retention.

use guildhall_db::{Db, Job, OpError, OpResult};
use guildhall_types::{ErasureId, ExportId};
use object_store::ObjectStore;
use serde::{Deserialize, Serialize, de::IgnoredAny};

pub use crate::erasure::{erase_again, run_erasure};
use crate::{erasure, export, run_retention};

/// The schedule, as the queue reads it.
pub const CRONTAB: &str = "17 3 * * * retention ?max=3";

/// Somebody asked for a copy of everything about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareExport {
    pub export: ExportId,
}

/// Somebody asked to be erased, and the day has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasePerson {
    pub erasure: ErasureId,
}

/// What is over is to go. The schedule sends whatever it likes, also nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct Retention;

impl From<IgnoredAny> for Retention {
    fn from(_: IgnoredAny) -> Self {
        Self
    }
}

impl Job for PrepareExport {
    const NAME: &'static str = "prepare_export";
}

impl Job for ErasePerson {
    const NAME: &'static str = "erase_person";
}

impl Job for Retention {
    const NAME: &'static str = "retention";
}

/// Runs [`PrepareExport`]. A copy that is there already is not made again.
///
/// # Errors
/// When the database or the file store does not answer: trying again is safe.
pub async fn run_export(db: &Db, files: &dyn ObjectStore, job: &PrepareExport) -> OpResult<()> {
    export::run_prepare(db, files, job).await
}

/// Runs [`Retention`], wakes erasures that are overdue, and goes over those that were done lately once more.
///
/// # Errors
/// When a rule failed; the others have run. Trying again is safe.
pub async fn run_daily(db: &Db, files: &dyn ObjectStore, dry_run: bool) -> OpResult<()> {
    erasure::wake(db).await?;
    if !dry_run {
        erasure::erase_again(db, files).await?;
    }
    let report = run_retention(db, files, dry_run).await?;
    if report.is_whole() {
        return Ok(());
    }
    Err(OpError::Other(anyhow::anyhow!("a rule of retention failed; the log says which")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_names_the_job() {
        assert_eq!(CRONTAB.split(' ').nth(5), Some(Retention::NAME));
        for payload in [serde_json::json!(null), serde_json::json!({ "_cron": { "ts": "2027-03-03T03:17:00Z" } })] {
            assert_eq!(serde_json::from_value::<Retention>(payload).unwrap(), Retention);
        }
    }
}
