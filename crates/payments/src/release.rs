//! Held funds become the provider's and ours: when the course is completed, or when they have been held long enough.

use guildhall_db::{Db, OpError, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::{EnrollmentId, OrderLineId};

use crate::{
    ledger::{self, Account, Movement},
    policy,
    store::{self, lines::LineState},
};

/// How many lines one round of [`release_due`] takes.
const BATCH: i64 = 200;

/// Releases a line's held funds: the provider's share becomes payable, the rest is commission. `false` when there is nothing
/// to release: not paid, refunded, or released before.
///
/// # Errors
/// When the database fails.
pub async fn release(db: &Db, line: OrderLineId) -> OpResult<bool> {
    let mut tx = db.begin(&Actor::System("release")).await?;
    let Some(line) = store::lines::lock(&mut tx, line).await?.filter(|line| line.state == LineState::Held) else {
        return Ok(false);
    };
    let (share, commission) = policy::split(line.price, line.share)
        .ok_or_else(|| OpError::Other(anyhow::anyhow!("the price of order line {} can't be split", line.id)))?;
    let postings = [
        ledger::debit(Account::Held(line.provider), line.price),
        ledger::credit(Account::Payable(line.provider), share),
        ledger::credit(Account::Commission, commission),
    ];
    ledger::post(&mut tx, db, Movement::Release, line.id, &postings).await?;
    store::lines::mark_released(&mut tx, line.id, db.clock().now()).await?;
    tx.commit().await?;
    tracing::info!(line = %line.id, "held funds were released");
    Ok(true)
}

/// Releases what a completed course was paid with; `false` when that was nothing.
///
/// # Errors
/// When the database fails.
pub async fn release_completed(db: &Db, enrollment: EnrollmentId) -> OpResult<bool> {
    let mut tx = db.begin(&Actor::System("release")).await?;
    let found = guildhall_enrollment::find(&mut tx, enrollment).await?;
    drop(tx);
    match found.and_then(|grant| grant.order_line) {
        Some(line) => release(db, line).await,
        None => Ok(false),
    }
}

/// Releases everything that has been held long enough, and says how many lines that were.
///
/// # Errors
/// When the database fails; what was released before that stays so.
pub async fn release_due(db: &Db) -> OpResult<u64> {
    let mut released = 0;
    loop {
        let mut tx = db.begin(&Actor::System("release")).await?;
        let due = store::lines::due(&mut tx, db.clock().now(), BATCH).await?;
        drop(tx);
        let mut moved = false;
        for line in due {
            if release(db, line).await? {
                moved = true;
                released += 1;
            }
        }
        if !moved {
            return Ok(released);
        }
    }
}
