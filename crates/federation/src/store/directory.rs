//! What a directory provisioned: its token, users and groups.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use guildhall_types::{OrganizationId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::scim::UserFields;

#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) organization: OrganizationId,
    pub(crate) kind: String,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

pub(crate) async fn by_token(tx: &mut PgConnection, hash: &[u8]) -> Result<Option<Token>> {
    sqlx::query_as!(
        Token,
        r#"select o.id as "organization: Uuid", o.kind, t.last_used_at from scim_tokens t join organizations o on o.id = t.organization_id
           where t.token_hash = $1 and t.revoked_at is null and o.suspended_at is null"#,
        hash
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn used(tx: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update scim_tokens set last_used_at = $2 where token_hash = $1", hash, now).execute(tx).await?;
    Ok(())
}

/// A provisioned user.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) user: UserId,
    pub(crate) fields: UserFields,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    user_name: String,
    external_id: Option<String>,
    display_name: String,
    given_name: String,
    family_name: String,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user: UserId(row.user_id),
            fields: UserFields {
                user_name: row.user_name,
                external_id: row.external_id,
                display_name: row.display_name,
                given_name: row.given_name,
                family_name: row.family_name,
                active: row.active,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A user of this organisation; nobody else changes it until the transaction ends.
pub(crate) async fn user(tx: &mut PgConnection, organization: OrganizationId, id: Uuid) -> Result<Option<User>> {
    let row = sqlx::query_as!(
        Row,
        "select id, user_id, user_name, external_id, display_name, given_name, family_name, active, created_at, updated_at
         from scim_users where organization_id = $1 and id = $2 for update",
        organization.0,
        id
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Which users are asked for.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) id: Option<Uuid>,
    pub(crate) user_name: Option<String>,
    pub(crate) external_id: Option<String>,
}

pub(crate) async fn users(
    tx: &mut PgConnection,
    organization: OrganizationId,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<User>)> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from scim_users where organization_id = $1 and ($2::uuid is null or id = $2)
             and ($3::text is null or user_name = $3) and ($4::text is null or external_id = $4)"#,
        organization.0,
        wanted.id,
        wanted.user_name,
        wanted.external_id
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "select id, user_id, user_name, external_id, display_name, given_name, family_name, active, created_at, updated_at
         from scim_users where organization_id = $1 and ($2::uuid is null or id = $2)
             and ($3::text is null or user_name = $3) and ($4::text is null or external_id = $4)
         order by id offset $5 limit $6",
        organization.0,
        wanted.id,
        wanted.user_name,
        wanted.external_id,
        offset,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok((total, rows.into_iter().map(Into::into).collect()))
}

pub(crate) async fn insert_user(
    tx: &mut PgConnection,
    id: Uuid,
    organization: OrganizationId,
    user: UserId,
    fields: &UserFields,
    made_account: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into scim_users (id, organization_id, user_id, user_name, external_id, display_name, given_name, family_name,
             active, made_account, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id,
        organization.0,
        user.0,
        fields.user_name,
        fields.external_id,
        fields.display_name,
        fields.given_name,
        fields.family_name,
        fields.active,
        made_account,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn update_user(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
    fields: &UserFields,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update scim_users set user_name = $3, external_id = $4, display_name = $5, given_name = $6, family_name = $7, active = $8,
             updated_at = $9 where organization_id = $1 and id = $2",
        organization.0,
        id,
        fields.user_name,
        fields.external_id,
        fields.display_name,
        fields.given_name,
        fields.family_name,
        fields.active,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete_user(tx: &mut PgConnection, organization: OrganizationId, id: Uuid) -> Result<()> {
    sqlx::query!("delete from scim_users where organization_id = $1 and id = $2", organization.0, id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The groups of some users: user, group, name.
pub(crate) async fn groups_of(tx: &mut PgConnection, users: &[Uuid]) -> Result<Vec<(Uuid, Uuid, String)>> {
    let rows = sqlx::query!(
        "select m.scim_user_id, g.id, g.display_name from scim_group_members m join scim_groups g on g.id = m.group_id
         where m.scim_user_id = any ($1) order by lower(g.display_name)",
        users
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.scim_user_id, row.id, row.display_name)).collect())
}

/// A provisioned group, but for its members.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A group of this organisation; nobody else changes it until the transaction ends.
pub(crate) async fn group(tx: &mut PgConnection, organization: OrganizationId, id: Uuid) -> Result<Option<Group>> {
    sqlx::query_as!(
        Group,
        "select id, display_name, external_id, created_at, updated_at from scim_groups
         where organization_id = $1 and id = $2 for update",
        organization.0,
        id
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn groups(
    tx: &mut PgConnection,
    organization: OrganizationId,
    name: Option<&str>,
    external_id: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<Group>)> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from scim_groups where organization_id = $1
             and ($2::text is null or lower(display_name) = lower($2)) and ($3::text is null or external_id = $3)"#,
        organization.0,
        name,
        external_id
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        Group,
        "select id, display_name, external_id, created_at, updated_at from scim_groups where organization_id = $1
             and ($2::text is null or lower(display_name) = lower($2)) and ($3::text is null or external_id = $3)
         order by id offset $4 limit $5",
        organization.0,
        name,
        external_id,
        offset,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok((total, rows))
}

pub(crate) async fn insert_group(
    tx: &mut PgConnection,
    id: Uuid,
    organization: OrganizationId,
    name: &str,
    external_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into scim_groups (id, organization_id, display_name, external_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)",
        id,
        organization.0,
        name,
        external_id,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn update_group(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: Uuid,
    name: &str,
    external_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update scim_groups set display_name = $3, external_id = $4, updated_at = $5 where organization_id = $1 and id = $2",
        organization.0,
        id,
        name,
        external_id,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete_group(tx: &mut PgConnection, organization: OrganizationId, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("delete from scim_groups where organization_id = $1 and id = $2", organization.0, id)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Who is in a group, by name.
pub(crate) async fn members(tx: &mut PgConnection, group: Uuid) -> Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select u.id, u.user_name from scim_group_members m join scim_users u on u.id = m.scim_user_id
         where m.group_id = $1 order by u.user_name",
        group
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.user_name)).collect())
}

/// How many members some groups have together.
pub(crate) async fn count_members(tx: &mut PgConnection, groups: &[Uuid]) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from scim_group_members where group_id = any ($1)"#, groups)
        .fetch_one(tx)
        .await
}

/// Makes these the group's members; how many of them are users of this organisation.
pub(crate) async fn set_members(
    tx: &mut PgConnection,
    organization: OrganizationId,
    group: Uuid,
    members: &BTreeSet<Uuid>,
) -> Result<usize> {
    let ids: Vec<Uuid> = members.iter().copied().collect();
    sqlx::query!("delete from scim_group_members where group_id = $1 and scim_user_id <> all ($2)", group, &ids)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into scim_group_members (group_id, scim_user_id, organization_id)
         select $1, u.id, u.organization_id from scim_users u where u.organization_id = $2 and u.id = any ($3)
         on conflict do nothing",
        group,
        organization.0,
        &ids
    )
    .execute(&mut *tx)
    .await?;
    let there =
        sqlx::query_scalar!(r#"select count(*) as "count!" from scim_group_members where group_id = $1"#, group)
            .fetch_one(tx)
            .await?;
    Ok(usize::try_from(there).unwrap_or_default())
}
