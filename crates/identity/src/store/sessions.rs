//! Sessions and their refresh tokens.

use chrono::{DateTime, Utc};
use guildhall_kernel::Membership;
use guildhall_types::{SessionId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

#[derive(Debug)]
pub(crate) struct NewSessionRow<'a> {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) user_agent: &'a str,
    pub(crate) address: &'a str,
    pub(crate) amr: &'a [String],
    pub(crate) now: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Makes the session; when the person signed in the last time before, if ever.
pub(crate) async fn insert_session(
    tx: &mut PgConnection,
    session: &NewSessionRow<'_>,
) -> Result<Option<DateTime<Utc>>> {
    sqlx::query!(
        "insert into sessions (id, user_id, user_agent, address, amr, created_at, last_seen_at, authenticated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $6, $7)",
        session.id.0,
        session.user.0,
        session.user_agent,
        session.address,
        session.amr,
        session.now,
        session.expires_at
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query_scalar!(
        r#"with before as (select id, last_sign_in_at from users where id = $1)
           update users u set last_sign_in_at = $2 from before b where u.id = b.id returning b.last_sign_in_at"#,
        session.user.0,
        session.now
    )
    .fetch_one(tx)
    .await
}

/// Where a person signed in from since then, but for one session: user agents and addresses.
pub(crate) async fn seen_devices(
    tx: &mut PgConnection,
    user: UserId,
    but: SessionId,
    since: DateTime<Utc>,
) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select distinct user_agent, address from sessions where user_id = $1 and id <> $2 and last_seen_at > $3 limit 1000",
        user.0,
        but.0,
        since
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_agent, row.address)).collect())
}

/// A living session with its person.
#[derive(Debug)]
pub(crate) struct SignedRow {
    pub(crate) session: SessionId,
    pub(crate) authenticated_at: DateTime<Utc>,
    pub(crate) amr: Vec<String>,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) confirmed: bool,
    pub(crate) is_admin: bool,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) version: i64,
}

/// One statement, so that the version is that of what it says.
pub(crate) async fn signed(tx: &mut PgConnection, session: SessionId, now: DateTime<Utc>) -> Result<Option<SignedRow>> {
    let row = sqlx::query!(
        r#"select s.id as session, s.authenticated_at, s.amr, u.id as user_id, u.name, u.email, u.is_admin,
               u.email_confirmed_at is not null as "confirmed!",
               array(select o.id || ' ' || o.kind || ' ' || m.role from memberships m join organizations o on o.id = m.organization_id
                   where m.user_id = u.id and o.suspended_at is null order by o.id) as "memberships!: Vec<String>",
               coalesce((select c.version from person_claims c where c.user_id = u.id), 0) as "version!"
           from sessions s join users u on u.id = s.user_id
           where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and u.suspended_at is null"#,
        session.0,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| SignedRow {
        session: row.session.into(),
        authenticated_at: row.authenticated_at,
        amr: row.amr,
        user: row.user_id.into(),
        name: row.name,
        email: row.email,
        confirmed: row.confirmed,
        is_admin: row.is_admin,
        memberships: row.memberships.iter().filter_map(|text| membership(text)).collect(),
        version: row.version,
    }))
}

/// Reads `{organisation} {kind} {role}`.
fn membership(text: &str) -> Option<Membership> {
    let mut words = text.split(' ');
    let organization = words.next()?.parse().ok()?;
    Some(Membership { organization, kind: words.next()?.parse().ok()?, role: words.next()?.parse().ok()? })
}

/// The person has proved again who they are.
pub(crate) async fn set_authenticated(
    tx: &mut PgConnection,
    user: UserId,
    id: SessionId,
    amr: &[String],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set authenticated_at = $4, amr = $3 where user_id = $1 and id = $2 and revoked_at is null",
        user.0,
        id.0,
        amr,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn insert_refresh_token(
    tx: &mut PgConnection,
    token_hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into refresh_tokens (token_hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        session.0,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Where a refresh token stands.
#[derive(Debug)]
pub(crate) struct RefreshRow {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) user_agent: String,
    /// When the session was.
    pub(crate) opened_at: DateTime<Utc>,
    pub(crate) rotated_at: Option<DateTime<Utc>>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Who presents the same token meanwhile waits until the transaction ends.
pub(crate) async fn lock_refresh_token(tx: &mut PgConnection, token_hash: &[u8]) -> Result<Option<RefreshRow>> {
    sqlx::query_as!(
        RefreshRow,
        r#"select r.session_id as "session: Uuid", s.user_id as "user: Uuid", s.user_agent, s.created_at as opened_at, r.rotated_at,
               r.expires_at
           from refresh_tokens r join sessions s on s.id = r.session_id where r.token_hash = $1 for no key update of r"#,
        token_hash
    )
    .fetch_optional(tx)
    .await
}

/// Uses a refresh token up and puts its successor in its place; the session was seen.
pub(crate) async fn rotate_refresh_token(
    tx: &mut PgConnection,
    token_hash: &[u8],
    successor_hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "with used as (update refresh_tokens set rotated_at = $4 where token_hash = $1),
             next as (insert into refresh_tokens (token_hash, session_id, created_at, expires_at) values ($2, $3, $4, $5))
         update sessions set last_seen_at = $4, expires_at = $5 where id = $3 and revoked_at is null",
        token_hash,
        successor_hash,
        session.0,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(Debug)]
pub(crate) struct SessionRow {
    pub(crate) id: SessionId,
    pub(crate) user_agent: String,
    pub(crate) address: String,
    pub(crate) place: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_seen_at: DateTime<Utc>,
}

pub(crate) async fn sessions(tx: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select id as "id: Uuid", user_agent, address, place, created_at, last_seen_at from sessions
           where user_id = $1 and revoked_at is null and expires_at > $2 order by last_seen_at desc, id desc limit 100"#,
        user.0,
        now
    )
    .fetch_all(tx)
    .await
}

pub(crate) async fn end_session(
    tx: &mut PgConnection,
    user: UserId,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set revoked_at = $3 where user_id = $1 and id = $2 and revoked_at is null",
        user.0,
        id.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all of a person's sessions, but for one.
pub(crate) async fn end_sessions(
    tx: &mut PgConnection,
    user: UserId,
    but: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update sessions set revoked_at = $3 where user_id = $1 and revoked_at is null and id is distinct from $2",
        user.0,
        but.map(|id| id.0),
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets by which organisations' word the person comes in: what links an account there is `guildhall_federation`'s.
pub(crate) async fn forget_sign_on(tx: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("delete from sso_identities where user_id = $1", user.0).execute(tx).await?;
    Ok(())
}
