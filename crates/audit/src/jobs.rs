//! What runs by the clock: sealing each minute, the day's anchor, and letting old months go.

use guildhall_db::{Db, Job, OpResult, violated};
use guildhall_kernel::Actor;
use object_store::ObjectStore;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{Anchor, anchor, store};

/// What runs by the clock, as the queue reads it.
pub const CRONTAB: &str =
    "* * * * * seal_audit ?max=1\n5 0 * * * anchor_audit ?max=25&fill=1d\n47 3 * * * trim_audit ?max=3";

/// Events sealed in one transaction: a fraction of a second.
const BATCH: i32 = 1_000;

/// Waiting events are to be put into the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct SealAudit;

/// The chain's end is to be written into the file store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct AnchorAudit;

/// Months that are older than they need be kept are to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct TrimAudit;

/// The schedule sends whatever it likes, also nothing.
macro_rules! from_any_payload {
    ($($job:ident),+) => {$(
        impl From<IgnoredAny> for $job {
            fn from(_: IgnoredAny) -> Self {
                Self
            }
        }
    )+};
}

from_any_payload!(SealAudit, AnchorAudit, TrimAudit);

impl Job for SealAudit {
    const NAME: &'static str = "seal_audit";
}

impl Job for AnchorAudit {
    const NAME: &'static str = "anchor_audit";
}

impl Job for TrimAudit {
    const NAME: &'static str = "trim_audit";
}

/// Puts what waits into the chain; how many events. Any number may run at once: one seals, the others wait for it.
///
/// # Errors
/// When the database does not answer.
pub async fn seal(db: &Db) -> OpResult<u64> {
    let mut sealed = 0;
    loop {
        let mut tx = db.begin(&Actor::System("seal-audit")).await?;
        let moved = store::seal(&mut tx, BATCH).await?;
        tx.commit().await?;
        sealed += u64::try_from(moved).unwrap_or_default();
        if moved < BATCH {
            return Ok(sealed);
        }
    }
}

/// Writes the day's anchor, once a day, and makes the months to come; `None` while the chain is empty.
///
/// # Errors
/// When the database or the file store does not answer.
pub async fn anchor(db: &Db, files: &dyn ObjectStore) -> OpResult<Option<Anchor>> {
    let actor = Actor::System("anchor-audit");
    let mut tx = db.begin(&actor).await?;
    store::make_months(&mut tx).await?;
    tx.commit().await?;
    seal(db).await?;
    let mut tx = db.begin(&actor).await?;
    let head = store::head(&mut tx).await?;
    drop(tx);
    if head.seq == 0 {
        return Ok(None);
    }
    let at = db.clock().now();
    let hash = head.hash.try_into().map_err(|_| anyhow::anyhow!("the chain's end has no hash of 32 bytes"))?;
    // The file first: what the database notes, the store has.
    let anchor = anchor::write(files, &Anchor { on: at.date_naive(), seq: head.seq, hash, at }).await?;
    let mut tx = db.begin(&actor).await?;
    store::insert_anchor(&mut tx, &anchor, &anchor::location(anchor.on)).await?;
    tx.commit().await?;
    tracing::info!(seq = anchor.seq, on = %anchor.on, "the audit trail is anchored");
    Ok(Some(anchor))
}

/// Drops months whose last day is more than so many years ago; how many. Each drop is an event. The database refuses less than its
/// owner's least, which is seven years.
///
/// # Errors
/// When the database does not answer, or refuses.
pub async fn trim(db: &Db, years: u16) -> OpResult<u64> {
    seal(db).await?;
    let mut tx = db.begin(&Actor::System("trim-audit")).await?;
    let dropped = store::drop_months(&mut tx, i32::from(years)).await.inspect_err(|error| {
        if violated(error) == Some("audit_keep_years") {
            tracing::error!(
                years,
                "GUILDHALL_AUDIT_YEARS is less than the database's owner allows: no month was dropped"
            );
        }
    })?;
    tx.commit().await?;
    if dropped > 0 {
        seal(db).await?;
        tracing::info!(dropped, years, "months of the audit trail were dropped");
    }
    Ok(u64::try_from(dropped).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_names_these_jobs() {
        let names: Vec<&str> = CRONTAB.lines().filter_map(|line| line.split(' ').nth(5)).collect();
        assert_eq!(names, [SealAudit::NAME, AnchorAudit::NAME, TrimAudit::NAME]);
        for payload in [serde_json::json!(null), serde_json::json!({ "_cron": { "ts": "2027-03-03T09:00:00Z" } })] {
            assert_eq!(serde_json::from_value::<AnchorAudit>(payload).unwrap(), AnchorAudit);
        }
    }
}
