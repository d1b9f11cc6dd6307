//! Invitations.

use chrono::{DateTime, Utc};
use guildhall_types::{
    InvitationId, OrganizationId, TeamId, UserId,
    organization::{OrganizationKind, Role},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, word};

pub(crate) struct NewInvitation<'a> {
    pub(crate) id: InvitationId,
    pub(crate) organization: OrganizationId,
    pub(crate) email: &'a str,
    pub(crate) role: Role,
    pub(crate) team: Option<TeamId>,
    pub(crate) token_hash: &'a [u8],
    pub(crate) invited_by: UserId,
    pub(crate) now: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn insert(tx: &mut PgConnection, new: &NewInvitation<'_>) -> Result<()> {
    sqlx::query!(
        "insert into invitations (id, organization_id, email, role, team_id, token_hash, invited_by, created_at, sent_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        new.id.0,
        new.organization.0,
        new.email,
        new.role.slug(),
        new.team.map(|team| team.0),
        new.token_hash,
        new.invited_by.0,
        new.now,
        new.expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How many are open, and whether this address is among them or among the members.
pub(crate) async fn standing(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<(i64, bool, bool)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where expires_at > $3) as "open!",
               coalesce(bool_or(email = $2 and expires_at > $3), false) as "is_invited!",
               exists (select from app_people($1) p where p.email = $2) as "is_member!"
           from invitations where organization_id = $1 and state = 'open'"#,
        organization.0,
        email,
        now
    )
    .fetch_one(tx)
    .await?;
    Ok((row.open, row.is_invited, row.is_member))
}

/// An expired invitation of this address makes room for a new one.
pub(crate) async fn close_expired(
    tx: &mut PgConnection,
    organization: OrganizationId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update invitations set state = 'withdrawn', closed_at = $3
         where organization_id = $1 and email = $2 and state = 'open' and expires_at <= $3",
        organization.0,
        email,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// An invitation with all that its ops need.
pub(crate) struct Row {
    pub(crate) id: InvitationId,
    pub(crate) organization: OrganizationId,
    pub(crate) organization_name: String,
    pub(crate) organization_slug: String,
    pub(crate) kind: OrganizationKind,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) team: Option<TeamId>,
    pub(crate) team_name: Option<String>,
    pub(crate) invited_by: Option<UserId>,
    pub(crate) state: String,
    pub(crate) sent_at: DateTime<Utc>,
    pub(crate) sent_count: i32,
    pub(crate) expires_at: DateTime<Utc>,
}

struct Raw {
    id: Uuid,
    organization_id: Uuid,
    organization_name: String,
    organization_slug: String,
    kind: String,
    email: String,
    role: String,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    invited_by: Option<Uuid>,
    state: String,
    sent_at: DateTime<Utc>,
    sent_count: i32,
    expires_at: DateTime<Utc>,
}

impl TryFrom<Raw> for Row {
    type Error = sqlx::Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Ok(Self {
            id: raw.id.into(),
            organization: raw.organization_id.into(),
            organization_name: raw.organization_name,
            organization_slug: raw.organization_slug,
            kind: word(&raw.kind)?,
            email: raw.email,
            role: word(&raw.role)?,
            team: raw.team_id.map(Into::into),
            team_name: raw.team_name,
            invited_by: raw.invited_by.map(Into::into),
            state: raw.state,
            sent_at: raw.sent_at,
            sent_count: raw.sent_count,
            expires_at: raw.expires_at,
        })
    }
}

macro_rules! invitations {
    ($rest:literal, $($arg:expr),+ $(,)?) => {
        sqlx::query_as!(
            Raw,
            r#"select i.id, i.organization_id, o.name as organization_name, o.slug as organization_slug, o.kind, i.email, i.role, i.team_id,
                   t.name as "team_name?", i.invited_by, i.state, i.sent_at, i.sent_count, i.expires_at
               from invitations i join organizations o on o.id = i.organization_id left join teams t on t.id = i.team_id "# + $rest,
            $($arg),+
        )
    };
}

/// The newest first.
pub(crate) async fn list(tx: &mut PgConnection, organization: OrganizationId) -> Result<Vec<Row>> {
    let rows = invitations!(
        "where i.organization_id = $1 order by i.state <> 'open', i.sent_at desc, i.id desc limit 500",
        organization.0
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Those of an address that can still be accepted.
pub(crate) async fn open_for(tx: &mut PgConnection, email: &str, now: DateTime<Utc>) -> Result<Vec<Row>> {
    let rows = invitations!(
        "where i.email = $1 and i.state = 'open' and i.expires_at > $2 and o.suspended_at is null order by i.id",
        email,
        now
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(crate) async fn by_hash(tx: &mut PgConnection, token_hash: &[u8]) -> Result<Option<Row>> {
    invitations!("where i.token_hash = $1 and o.suspended_at is null", token_hash)
        .fetch_optional(tx)
        .await?
        .map(TryInto::try_into)
        .transpose()
}

/// One of an organisation's, held until the transaction ends.
pub(crate) async fn lock_of(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: InvitationId,
) -> Result<Option<Row>> {
    invitations!("where i.organization_id = $1 and i.id = $2 for update of i", organization.0, id.0)
        .fetch_optional(tx)
        .await?
        .map(TryInto::try_into)
        .transpose()
}

/// One that the actor sees, held until the transaction ends.
pub(crate) async fn lock(tx: &mut PgConnection, id: InvitationId) -> Result<Option<Row>> {
    invitations!("where i.id = $1 and o.suspended_at is null for update of i", id.0)
        .fetch_optional(tx)
        .await?
        .map(TryInto::try_into)
        .transpose()
}

/// False when it was closed before.
pub(crate) async fn close(tx: &mut PgConnection, id: InvitationId, state: &str, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update invitations set state = $2, closed_at = $3 where id = $1 and state = 'open'",
        id.0,
        state,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn sent_again(
    tx: &mut PgConnection,
    id: InvitationId,
    token_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update invitations set token_hash = $2, sent_at = $3, sent_count = sent_count + 1, expires_at = $4
         where id = $1 and state = 'open'",
        id.0,
        token_hash,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What somebody is called, for the mail and the page of an invitation.
pub(crate) async fn name_of(tx: &mut PgConnection, user: UserId) -> Result<Option<String>> {
    sqlx::query_scalar!("select name from users where id = $1", user.0).fetch_optional(tx).await
}
