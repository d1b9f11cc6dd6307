//! Signing keys, and what makes tokens stale.

use chrono::{DateTime, Utc};
use guildhall_types::{SessionId, UserId};
use serde_json::Value;
use sqlx::{PgConnection, postgres::PgListener};

use super::Result;

#[derive(Debug)]
pub(crate) struct KeyRow {
    pub(crate) kid: String,
    pub(crate) public_jwk: Value,
    pub(crate) private_sealed: Vec<u8>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) retired_at: Option<DateTime<Utc>>,
}

/// The key that signs and those retired after then, newest first.
pub(crate) async fn signing_keys(tx: &mut PgConnection, retired_after: DateTime<Utc>) -> Result<Vec<KeyRow>> {
    sqlx::query_as!(
        KeyRow,
        "select kid, public_jwk, private_sealed, created_at, retired_at from signing_keys
         where retired_at is null or retired_at > $1 order by retired_at is not null, created_at desc, kid desc",
        retired_after
    )
    .fetch_all(tx)
    .await
}

/// Nobody else makes a key until the transaction ends.
pub(crate) async fn lock_signing_keys(tx: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('signing_keys')::bigint)").execute(tx).await?;
    Ok(())
}

/// The key that signs retires; those retired before then are forgotten.
pub(crate) async fn retire_signing_keys(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    forget_before: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!("delete from signing_keys where retired_at < $1", forget_before).execute(&mut *tx).await?;
    sqlx::query!("update signing_keys set retired_at = $1 where retired_at is null", now).execute(tx).await?;
    Ok(())
}

pub(crate) async fn insert_signing_key(
    tx: &mut PgConnection,
    kid: &str,
    public_jwk: &Value,
    private_sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into signing_keys (kid, public_jwk, private_sealed, created_at) values ($1, $2, $3, $4)",
        kid,
        public_jwk,
        private_sealed,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The sessions that were ended since then.
pub(crate) async fn ended_sessions(tx: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<SessionId>> {
    let ids = sqlx::query_scalar!("select id from sessions where revoked_at > $1", since).fetch_all(tx).await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// The people of whom something changed in the last half hour, by the database's own time.
pub(crate) async fn changed_people(tx: &mut PgConnection) -> Result<Vec<(UserId, i64)>> {
    let rows = sqlx::query!(
        "select user_id, version from person_claims where changed_at > clock_timestamp() - interval '30 minutes'"
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_id.into(), row.version)).collect())
}

/// Whether a listener's connection still answers.
pub(crate) async fn ping(listener: &mut PgListener) -> Result<()> {
    sqlx::query!("select 1 as \"one!\"").fetch_one(listener).await.map(|_| ())
}
