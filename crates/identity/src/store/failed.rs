//! Failed tries, and what an organisation enforces.

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;

use super::Result;

/// How many network addresses are remembered beside an account.
pub(crate) const FAILED_ADDRESSES: usize = 5;

/// What was counted for one account and reason.
#[derive(Debug)]
pub(crate) struct FailedRow {
    pub(crate) user: Option<UserId>,
    pub(crate) reason: String,
    pub(crate) tries: i32,
    pub(crate) first_at: DateTime<Utc>,
    pub(crate) last_at: DateTime<Utc>,
    pub(crate) addresses: Vec<String>,
}

/// For this transaction, whose loss would matter little.
pub(crate) async fn commit_without_waiting(tx: &mut PgConnection) -> Result<()> {
    sqlx::query!("set local synchronous_commit to off").execute(tx).await?;
    Ok(())
}

pub(crate) async fn count_failed(
    tx: &mut PgConnection,
    key: &str,
    whose: Option<UserId>,
    reason: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into failed_sign_ins as f (key, user_id, reason, first_at, last_at, addresses)
         values ($1, $2, $3, $4, $4, array_remove(array[$5::text], ''))
         on conflict (key) do update set tries = f.tries + 1, first_at = least(f.first_at, excluded.first_at),
             last_at = greatest(f.last_at, excluded.last_at),
             addresses = case when f.addresses @> excluded.addresses or cardinality(f.addresses) >= 5 then f.addresses
                 else f.addresses || excluded.addresses end",
        key,
        whose.map(|user| user.0),
        reason,
        now,
        address
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes what was counted away; tries that go on at this moment begin a new row.
pub(crate) async fn take_failed(tx: &mut PgConnection, most: i64) -> Result<Vec<FailedRow>> {
    let rows = sqlx::query!(
        "delete from failed_sign_ins where key in (select key from failed_sign_ins order by key limit $1 for update skip locked)
         returning user_id, reason, tries, first_at, last_at, addresses",
        most
    )
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FailedRow {
            user: row.user_id.map(Into::into),
            reason: row.reason,
            tries: row.tries,
            first_at: row.first_at,
            last_at: row.last_at,
            addresses: row.addresses,
        })
        .collect())
}

/// The organisation that alone signs people of this address in: see the function's own words.
pub(crate) async fn enforced_sign_on(
    tx: &mut PgConnection,
    email: &str,
    link: Option<&[u8]>,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    sqlx::query_scalar!("select enforced_sign_on($1, $2, $3) as organization", email, link, now).fetch_one(tx).await
}
