//! Browsers on their way to a provider and back, links that wait, and tokens that were used.

use chrono::{DateTime, Utc};
use guildhall_types::ConnectionId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

#[derive(Debug)]
pub(crate) struct NewAttempt<'a> {
    pub(crate) state_hash: &'a [u8],
    pub(crate) cookie_hash: &'a [u8],
    pub(crate) connection: ConnectionId,
    pub(crate) next: &'a str,
    /// The person is signed in, and proves again who they are.
    pub(crate) confirms: bool,
    pub(crate) now: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn insert(tx: &mut PgConnection, attempt: &NewAttempt<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sso_attempts (state_hash, cookie_hash, connection_id, next, confirms, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        attempt.state_hash,
        attempt.cookie_hash,
        attempt.connection.0,
        attempt.next,
        attempt.confirms,
        attempt.now,
        attempt.expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A browser's attempt, used up.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Where it went.
    pub(crate) connection: ConnectionId,
    /// Where it goes on to.
    pub(crate) next: String,
    pub(crate) confirms: bool,
    pub(crate) began_at: DateTime<Utc>,
}

/// Uses an attempt up; nobody's when it is unknown, used, too old, or another browser's.
pub(crate) async fn take(
    tx: &mut PgConnection,
    state_hash: &[u8],
    cookie_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Attempt>> {
    sqlx::query_as!(
        Attempt,
        r#"update sso_attempts set used_at = $3
           where state_hash = $1 and cookie_hash = $2 and used_at is null and expires_at > $3
           returning connection_id as "connection: Uuid", next, confirms, created_at as began_at"#,
        state_hash,
        cookie_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Notes a token as used; false when it was before.
pub(crate) async fn first_use(
    tx: &mut PgConnection,
    connection: ConnectionId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into sso_replays (connection_id, token_hash, expires_at) values ($1, $2, $3) on conflict do nothing",
        connection.0,
        token_hash,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) connection: ConnectionId,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) sid: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) next: String,
}

pub(crate) async fn insert_link(
    tx: &mut PgConnection,
    token_hash: &[u8],
    link: &Link,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into sso_pending_links (token_hash, connection_id, issuer, subject, email, sid, role, next, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        token_hash,
        link.connection.0,
        link.issuer,
        link.subject,
        link.email,
        link.sid,
        link.role,
        link.next,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A link that waits.
pub(crate) async fn link(tx: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        r#"select connection_id as "connection: Uuid", issuer, subject, email, sid, role, next from sso_pending_links
           where token_hash = $1 and used_at is null and expires_at > $2"#,
        token_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

/// Uses a link up, for the account of this address alone.
pub(crate) async fn take_link(
    tx: &mut PgConnection,
    token_hash: &[u8],
    email: &str,
    now: DateTime<Utc>,
) -> Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        r#"update sso_pending_links set used_at = $3
           where token_hash = $1 and email = $2 and used_at is null and expires_at > $3
           returning connection_id as "connection: Uuid", issuer, subject, email, sid, role, next"#,
        token_hash,
        email,
        now
    )
    .fetch_optional(tx)
    .await
}
