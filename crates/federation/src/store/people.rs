//! Whom providers vouch for: accounts, links, memberships, and the sessions that they opened.

use chrono::{DateTime, Utc};
use guildhall_types::{ConnectionId, OrganizationId, SessionId, UserId, federation::SignOnLink};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// An account, as far as it matters who may come in by it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) confirmed: bool,
    pub(crate) suspended: bool,
    pub(crate) is_admin: bool,
}

/// Whose a provider's subject is.
pub(crate) async fn linked(
    tx: &mut PgConnection,
    connection: ConnectionId,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!(
        "update sso_identities set last_used_at = $4 where connection_id = $1 and issuer = $2 and subject = $3 returning user_id",
        connection.0,
        issuer,
        subject,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(user.map(UserId))
}

/// Links a subject to an account; false when it is somebody else's already.
pub(crate) async fn link(
    tx: &mut PgConnection,
    connection: ConnectionId,
    issuer: &str,
    subject: &str,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let owner = sqlx::query_scalar!(
        "insert into sso_identities (connection_id, issuer, subject, user_id, created_at, last_used_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (connection_id, issuer, subject) do update set last_used_at = excluded.last_used_at returning user_id",
        connection.0,
        issuer,
        subject,
        user.0,
        now
    )
    .fetch_one(tx)
    .await?;
    Ok(owner == user.0)
}

/// Forgets whom a connection's provider knew.
pub(crate) async fn unlink_all(tx: &mut PgConnection, connection: ConnectionId) -> Result<()> {
    sqlx::query!("delete from sso_identities where connection_id = $1", connection.0).execute(tx).await?;
    Ok(())
}

/// A person's own links; one for each connection.
pub(crate) async fn links(tx: &mut PgConnection, user: UserId) -> Result<Vec<SignOnLink>> {
    sqlx::query_as!(
        SignOnLink,
        r#"select i.connection_id as "connection: Uuid", c.name, o.name as organization, min(i.created_at) as "created_at!",
               max(i.last_used_at) as "last_used_at!"
           from sso_identities i join sso_connections c on c.id = i.connection_id join organizations o on o.id = c.organization_id
           where i.user_id = $1 group by i.connection_id, c.name, o.name order by 4 limit 100"#,
        user.0
    )
    .fetch_all(tx)
    .await
}

/// Forgets whom a connection's provider calls this person.
pub(crate) async fn unlink(tx: &mut PgConnection, connection: ConnectionId, user: UserId) -> Result<()> {
    sqlx::query!("delete from sso_identities where connection_id = $1 and user_id = $2", connection.0, user.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// The sessions of a person that a connection opened.
pub(crate) async fn opened_by(tx: &mut PgConnection, connection: ConnectionId, user: UserId) -> Result<Vec<SessionId>> {
    let sessions = sqlx::query_scalar!(
        "select session_id from sso_sessions where connection_id = $1 and user_id = $2",
        connection.0,
        user.0
    )
    .fetch_all(tx)
    .await?;
    Ok(sessions.into_iter().map(SessionId).collect())
}

pub(crate) async fn account(tx: &mut PgConnection, id: UserId) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select id as "id: Uuid", email, email_confirmed_at is not null as "confirmed!", suspended_at is not null as "suspended!", is_admin
           from users where id = $1"#,
        id.0
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn account_by_email(tx: &mut PgConnection, email: &str) -> Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select id as "id: Uuid", email, email_confirmed_at is not null as "confirmed!", suspended_at is not null as "suspended!", is_admin
           from users where email = $1"#,
        email
    )
    .fetch_optional(tx)
    .await
}

/// Whether another organisation alone signs people of this address in.
pub(crate) async fn enforced_elsewhere(
    tx: &mut PgConnection,
    email: &str,
    organization: OrganizationId,
) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from sso_connections c join organizations o on o.id = c.organization_id
               where c.organization_id = sso_domain_holder(split_part($1, '@', 2)) and c.organization_id <> $2
                   and c.enabled and c.enforced and o.suspended_at is null) as "elsewhere!""#,
        email,
        organization.0
    )
    .fetch_one(tx)
    .await
}

pub(crate) async fn role(tx: &mut PgConnection, organization: OrganizationId, user: UserId) -> Result<Option<String>> {
    sqlx::query_scalar!(
        "select role from memberships where organization_id = $1 and user_id = $2",
        organization.0,
        user.0
    )
    .fetch_optional(tx)
    .await
}

/// Makes somebody a member with this role. An owner stays one.
pub(crate) async fn join(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    role: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (organization_id, user_id) do update set role = excluded.role where memberships.role <> 'owner'",
        organization.0,
        user.0,
        role,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The sessions of a person that this organisation opened.
pub(crate) async fn opened_through(
    tx: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<SessionId>> {
    let sessions = sqlx::query_scalar!(
        "select x.session_id from sso_sessions x join sso_connections c on c.id = x.connection_id
         where c.organization_id = $1 and x.user_id = $2",
        organization.0,
        user.0
    )
    .fetch_all(tx)
    .await?;
    Ok(sessions.into_iter().map(SessionId).collect())
}

/// Ends a membership; false when there was none, or it is the last owner's.
pub(crate) async fn leave(tx: &mut PgConnection, organization: OrganizationId, user: UserId) -> Result<bool> {
    // Two owners who leave at once must not both find the other one.
    sqlx::query!("select id from organizations where id = $1 for update", organization.0)
        .fetch_optional(&mut *tx)
        .await?;
    let done = sqlx::query!(
        "delete from memberships m where m.organization_id = $1 and m.user_id = $2 and (m.role <> 'owner' or exists (
             select from memberships o where o.organization_id = $1 and o.role = 'owner' and o.user_id <> $2))",
        organization.0,
        user.0
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the organisation's directory says that this person has left.
pub(crate) async fn is_deactivated(tx: &mut PgConnection, organization: OrganizationId, user: UserId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from scim_users where organization_id = $1 and user_id = $2 and not active) as "left!""#,
        organization.0,
        user.0
    )
    .fetch_one(tx)
    .await
}

/// The account of this address, where the organisation's own directory made it.
pub(crate) async fn made_by_directory(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!(
        "select s.user_id from scim_users s join users u on u.id = s.user_id
         where s.organization_id = $1 and s.made_account and u.email = $2",
        organization.0,
        email
    )
    .fetch_optional(tx)
    .await?;
    Ok(user.map(UserId))
}

#[derive(Debug)]
pub(crate) struct OpenedSession<'a> {
    pub(crate) session: SessionId,
    pub(crate) connection: ConnectionId,
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) sid: Option<&'a str>,
    pub(crate) user: UserId,
    pub(crate) now: DateTime<Utc>,
}

pub(crate) async fn opened(tx: &mut PgConnection, opened: &OpenedSession<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sso_sessions (session_id, connection_id, issuer, subject, sid, user_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (session_id) do nothing",
        opened.session.0,
        opened.connection.0,
        opened.issuer,
        opened.subject,
        opened.sid,
        opened.user.0,
        opened.now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The connection that opened this session of a person's.
pub(crate) async fn opener(tx: &mut PgConnection, session: SessionId, user: UserId) -> Result<Option<ConnectionId>> {
    let connection = sqlx::query_scalar!(
        "select connection_id from sso_sessions where session_id = $1 and user_id = $2",
        session.0,
        user.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(connection.map(ConnectionId))
}

/// Ends the sessions of everybody at an organisation's domains that it did not open itself, but for one; how many.
pub(crate) async fn end_others(
    tx: &mut PgConnection,
    organization: OrganizationId,
    but: SessionId,
    now: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "update sessions s set revoked_at = $3 from users u
         where u.id = s.user_id and split_part(u.email, '@', 2) = any (sso_domains_of($1)) and s.id <> $2
             and s.revoked_at is null and s.expires_at > $3
             and not exists (select from sso_sessions x join sso_connections c on c.id = x.connection_id
                 where x.session_id = s.id and c.organization_id = $1)",
        organization.0,
        but.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// The sessions that a logout token names, with whose they are.
pub(crate) async fn sessions(
    tx: &mut PgConnection,
    connection: ConnectionId,
    issuer: &str,
    subject: Option<&str>,
    sid: Option<&str>,
) -> Result<Vec<(UserId, SessionId)>> {
    let rows = sqlx::query!(
        "select user_id, session_id from sso_sessions where connection_id = $1 and issuer = $2
             and ($3::text is null or subject = $3) and ($4::text is null or sid = $4)",
        connection.0,
        issuer,
        subject,
        sid
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (UserId(row.user_id), SessionId(row.session_id))).collect())
}
