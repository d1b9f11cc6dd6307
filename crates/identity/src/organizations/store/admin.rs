//! What platform admins ask for.

use chrono::{DateTime, Utc};
use guildhall_types::{
    OrganizationId, UserId,
    organization::{AdminOverview, Colleague, OrganizationItem, PersonItem, PersonMembership},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, word};

pub(crate) async fn overview(tx: &mut PgConnection, now: DateTime<Utc>) -> Result<AdminOverview> {
    sqlx::query_as!(
        AdminOverview,
        r#"select (select count(*) from users) as "people!",
               (select count(*) from users where suspended_at is not null) as "suspended_people!",
               (select count(*) from organizations where kind = 'provider') as "providers!",
               (select count(*) from organizations where kind = 'enterprise') as "enterprises!",
               (select count(*) from organizations where suspended_at is not null) as "suspended_organizations!",
               (select count(*) from invitations where state = 'open' and expires_at > $1) as "open_invitations!""#,
        now
    )
    .fetch_one(tx)
    .await
}

/// People whose name or address holds the text, in the order of their ids, after one of them.
pub(crate) async fn people(
    tx: &mut PgConnection,
    text: &str,
    only: Option<&[Uuid]>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PersonItem>> {
    sqlx::query_as!(
        PersonItem,
        r#"select id as "id: Uuid", name, email, email_confirmed_at is not null as "email_confirmed!", is_admin, created_at, suspended_at
           from users
           where ($1 = '' or email like '%' || $1 || '%' or lower(name) like '%' || $1 || '%')
               and ($2::uuid[] is null or id = any ($2)) and ($3::uuid is null or id > $3)
           order by id limit $4"#,
        like(text),
        only,
        after,
        limit
    )
    .fetch_all(tx)
    .await
}

/// A text as `like` takes it literally, in lower case.
fn like(text: &str) -> String {
    text.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub(crate) struct Person {
    pub(crate) item: PersonItem,
    pub(crate) suspended_reason: Option<String>,
    pub(crate) sessions: i64,
}

pub(crate) async fn person(tx: &mut PgConnection, id: UserId, now: DateTime<Utc>) -> Result<Option<Person>> {
    let row = sqlx::query!(
        r#"select u.id, u.name, u.email, u.email_confirmed_at is not null as "email_confirmed!", u.is_admin, u.created_at,
               u.suspended_at, u.suspended_reason,
               (select count(*) from sessions s where s.user_id = u.id and s.revoked_at is null and s.expires_at > $2) as "sessions!"
           from users u where u.id = $1"#,
        id.0,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Person {
        item: PersonItem {
            id: row.id.into(),
            name: row.name,
            email: row.email,
            email_confirmed: row.email_confirmed,
            is_admin: row.is_admin,
            created_at: row.created_at,
            suspended_at: row.suspended_at,
        },
        suspended_reason: row.suspended_reason,
        sessions: row.sessions,
    }))
}

pub(crate) async fn memberships(tx: &mut PgConnection, id: UserId) -> Result<Vec<PersonMembership>> {
    let rows = sqlx::query!(
        "select o.slug, o.name, o.kind, m.role from memberships m join organizations o on o.id = m.organization_id
         where m.user_id = $1 order by lower(o.name), o.id",
        id.0
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PersonMembership { slug: row.slug, name: row.name, kind: word(&row.kind)?, role: word(&row.role)? })
        })
        .collect()
}

/// Suspends, or restores where there is no reason; false when it is so already or there is no such person.
pub(crate) async fn set_person_suspended(
    tx: &mut PgConnection,
    id: UserId,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update users set suspended_at = case when $2::text is null then null else $3::timestamptz end, suspended_reason = $2, updated_at = $3
         where id = $1 and erased_at is null and (suspended_at is null) = ($2::text is not null)",
        id.0,
        reason,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// As [`set_person_suspended`], for an organisation.
pub(crate) async fn set_organization_suspended(
    tx: &mut PgConnection,
    id: OrganizationId,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update organizations set suspended_at = case when $2::text is null then null else $3::timestamptz end, suspended_reason = $2
         where id = $1 and (suspended_at is null) = ($2::text is not null)",
        id.0,
        reason,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Organisations whose name holds the text, in the order of their ids, after one of them.
pub(crate) async fn organizations(
    tx: &mut PgConnection,
    text: &str,
    only: Option<&[Uuid]>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OrganizationItem>> {
    let rows = sqlx::query!(
        "select id, slug, name, kind, created_at, suspended_at from organizations
         where ($1 = '' or lower(name) like '%' || $1 || '%' or slug like '%' || $1 || '%')
             and ($2::uuid[] is null or id = any ($2)) and ($3::uuid is null or id > $3)
         order by id limit $4",
        like(text),
        only,
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OrganizationItem {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                kind: word(&row.kind)?,
                created_at: row.created_at,
                suspended_at: row.suspended_at,
            })
        })
        .collect()
}

pub(crate) async fn suspended_reason(tx: &mut PgConnection, id: OrganizationId) -> Result<Option<String>> {
    sqlx::query_scalar!("select suspended_reason from organizations where id = $1", id.0).fetch_one(tx).await
}

pub(crate) async fn organization(tx: &mut PgConnection, id: OrganizationId) -> Result<OrganizationItem> {
    let row =
        sqlx::query!("select id, slug, name, kind, created_at, suspended_at from organizations where id = $1", id.0)
            .fetch_one(tx)
            .await?;
    Ok(OrganizationItem {
        id: row.id.into(),
        slug: row.slug,
        name: row.name,
        kind: word(&row.kind)?,
        created_at: row.created_at,
        suspended_at: row.suspended_at,
    })
}

pub(crate) async fn has_owner(tx: &mut PgConnection, id: OrganizationId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from memberships where organization_id = $1 and role = 'owner') as "has!""#,
        id.0
    )
    .fetch_one(tx)
    .await
}

/// Everybody of those organisations whom the actor may see.
pub(crate) async fn colleagues(
    tx: &mut PgConnection,
    organizations: &[Uuid],
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Colleague>> {
    let rows = sqlx::query!(
        r#"select distinct p.user_id as "user_id!", p.name as "name!", p.email as "email!"
           from unnest($1::uuid[]) as o (id), app_people(o.id) p
           where $2::uuid is null or p.user_id > $2 order by 1 limit $3"#,
        organizations,
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| Colleague { id: row.user_id.into(), name: row.name, email: row.email }).collect())
}
