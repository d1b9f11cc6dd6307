//! What runs by itself.

use chrono::TimeDelta;
use guildhall_db::{Db, Job, OpResult};
use guildhall_kernel::Actor;
use serde::{Deserialize, Serialize};

use crate::store::attempts;

/// Forgets attempts, waiting links and used tokens a day after they are over; for the daily schedule.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct PurgeFederation {}

impl Job for PurgeFederation {
    const NAME: &'static str = "purge_federation";
}

/// Runs [`PurgeFederation`]; how many rows went.
///
/// # Errors
/// When the database does not answer.
pub async fn run_purge(db: &Db) -> OpResult<u64> {
    let mut tx = db.begin(&Actor::System("purge-federation")).await?;
    let gone = attempts::purge(&mut tx, db.clock().now() - TimeDelta::days(1)).await?;
    tx.commit().await?;
    Ok(gone)
}
