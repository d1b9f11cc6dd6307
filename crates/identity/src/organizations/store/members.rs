//! Memberships.

use chrono::{DateTime, Utc};
use guildhall_types::{
    OrganizationId, UserId,
    organization::{Joinable, MemberView, MyOrganization, Role},
};
use sqlx::PgConnection;

use super::{Result, word};

/// The organisations of a person that are not suspended.
pub(crate) async fn of_person(tx: &mut PgConnection, user: UserId) -> Result<Vec<MyOrganization>> {
    let rows = sqlx::query!(
        "select o.id, o.slug, o.name, o.kind, m.role, m.created_at from memberships m join organizations o on o.id = m.organization_id
         where m.user_id = $1 and o.suspended_at is null order by lower(o.name), o.id",
        user.0
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MyOrganization {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                kind: word(&row.kind)?,
                role: word(&row.role)?,
                joined_at: row.created_at,
                is_current: false,
            })
        })
        .collect()
}

/// Organisations that verified the domain of the person's address.
pub(crate) async fn joinable(tx: &mut PgConnection) -> Result<Vec<Joinable>> {
    let rows = sqlx::query!(
        r#"select slug as "slug!", name as "name!", kind as "kind!", domain as "domain!" from app_joinable() order by 2"#
    )
    .fetch_all(tx)
    .await?;
    let mut joinable = Vec::new();
    for row in rows {
        let kind: guildhall_types::organization::OrganizationKind = word(&row.kind)?;
        if let Some(role) = kind.joining_role() {
            joinable.push(Joinable { slug: row.slug, name: row.name, kind, domain: row.domain, role });
        }
    }
    Ok(joinable)
}

/// The members, for those who may see them: owners first, then by name.
pub(crate) async fn members(tx: &mut PgConnection, id: OrganizationId, me: Option<UserId>) -> Result<Vec<MemberView>> {
    let rows = sqlx::query!(
        r#"select user_id as "user_id!", name as "name!", email as "email!", role as "role!", joined_at as "joined_at!",
               is_suspended as "is_suspended!"
           from app_people($1) order by role <> 'owner', lower(name), user_id"#,
        id.0
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let user: UserId = row.user_id.into();
            Ok(MemberView {
                user,
                name: row.name,
                email: row.email,
                role: word(&row.role)?,
                joined_at: row.joined_at,
                is_me: me == Some(user),
                is_suspended: row.is_suspended,
            })
        })
        .collect()
}

pub(crate) async fn role(tx: &mut PgConnection, id: OrganizationId, user: UserId) -> Result<Option<Role>> {
    let role =
        sqlx::query_scalar!("select role from memberships where organization_id = $1 and user_id = $2", id.0, user.0)
            .fetch_optional(tx)
            .await?;
    role.map(|role| word(&role)).transpose()
}

/// False when the person is a member already.
pub(crate) async fn join(
    tx: &mut PgConnection,
    id: OrganizationId,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        id.0,
        user.0,
        role.slug(),
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn set_role(tx: &mut PgConnection, id: OrganizationId, user: UserId, role: Role) -> Result<bool> {
    let done = sqlx::query!(
        "update memberships set role = $3 where organization_id = $1 and user_id = $2",
        id.0,
        user.0,
        role.slug()
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn remove(tx: &mut PgConnection, id: OrganizationId, user: UserId) -> Result<bool> {
    let done = sqlx::query!("delete from memberships where organization_id = $1 and user_id = $2", id.0, user.0)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
