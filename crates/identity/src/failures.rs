//! Failed tries to prove who one is, for the audit trail.
//!
//! What holds here:
//! - A try against an account and one that names none cost the same statement, so that no answer's time tells them apart.
//! - Nothing that was typed is written down: neither addresses that have no account, nor passwords, nor codes.
//! - However many tries there are, an account has a row for each reason, everything else a fixed number of rows; the trail
//!   gets one event for each in [`EVERY`] minutes. Nobody can flood it.

use chrono::{DateTime, Utc};
use guildhall_audit::{Event, Party, record};
use guildhall_db::{Db, Job, OpResult, Tx};
use guildhall_kernel::Actor;
use guildhall_types::UserId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Client,
    store::{self, FailedRow},
};

const ACTOR: Actor = Actor::System("failed-sign-ins");
/// How often they are told, as the schedule says it: minutes.
pub const EVERY: u32 = 5;
/// Rows for what named no account: many, so that tries at once seldom wait for each other.
const STRANGERS: u64 = 64;
/// The most rows that are told at a time.
const AT_ONCE: i64 = 500;

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    Password,
    /// Of an app, or a recovery code.
    Code,
    Passkey,
    /// The password was right, and the address never confirmed.
    NotConfirmed,
    Suspended,
}

impl Reason {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Passkey => "passkey",
            Self::NotConfirmed => "not_confirmed",
            Self::Suspended => "suspended",
        }
    }
}

/// Counts a failed try at this account, or at none.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn count(db: &Db, whose: Option<UserId>, reason: Reason, client: &Client) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    // Losing the last few when PostgreSQL falls over costs little; waiting for the disk would make each try dearer.
    store::commit_without_waiting(&mut tx).await?;
    count_in(db, &mut tx, whose, reason, client).await?;
    tx.commit().await?;
    Ok(())
}

/// As [`count`], within a transaction of the program's that commits whatever became of the try.
///
/// # Errors
/// As [`count`].
pub(crate) async fn count_in(
    db: &Db,
    tx: &mut Tx,
    whose: Option<UserId>,
    reason: Reason,
    client: &Client,
) -> OpResult<()> {
    let name = reason.name();
    let key = match whose {
        Some(user) => format!("{user}:{name}"),
        None => format!("nobody-{}:{name}", db.chance().below(STRANGERS)),
    };
    let address: String = client.address.chars().filter(|c| !c.is_control()).take(64).collect();
    store::count_failed(tx, &key, whose, name, &address, db.clock().now()).await?;
    Ok(())
}

/// Tells the audit trail of what failed since the last time; every few minutes.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellFailedSignIns {}

impl Job for TellFailedSignIns {
    const NAME: &'static str = "identity_tell_failed_sign_ins";
}

/// Tells what was counted, and counts anew; how many events.
///
/// # Errors
/// When the database does not answer.
pub async fn run_telling(db: &Db) -> OpResult<usize> {
    let mut told = 0;
    loop {
        let mut tx = db.begin(&ACTOR).await?;
        let rows = store::take_failed(&mut tx, AT_ONCE).await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= AT_ONCE;
        let (known, strangers): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.user.is_some());
        for row in &known {
            let Some(user) = row.user else { continue };
            let event = Event::new("user.sign_in_failed", "user", user).acting_for(Party::Person(user));
            record(&mut tx, &ACTOR, event.after(said(row))).await?;
            told += 1;
        }
        for row in together(strangers) {
            record(&mut tx, &ACTOR, Event::new("sign_in.failed", "sign_in", "no account").after(said(&row))).await?;
            told += 1;
        }
        tx.commit().await?;
        if !more {
            return Ok(told);
        }
    }
}

fn said(row: &FailedRow) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({ "reason": row.reason, "tries": row.tries, "first": time(row.first_at), "last": time(row.last_at), "from": row.addresses })
}

/// One for each reason.
fn together(rows: Vec<FailedRow>) -> Vec<FailedRow> {
    let mut sums: Vec<FailedRow> = Vec::new();
    for row in rows {
        match sums.iter_mut().find(|sum| sum.reason == row.reason) {
            None => sums.push(row),
            Some(sum) => {
                sum.tries = sum.tries.saturating_add(row.tries);
                sum.first_at = sum.first_at.min(row.first_at);
                sum.last_at = sum.last_at.max(row.last_at);
                for address in row.addresses {
                    if sum.addresses.len() < store::FAILED_ADDRESSES && !sum.addresses.contains(&address) {
                        sum.addresses.push(address);
                    }
                }
            }
        }
    }
    sums
}
