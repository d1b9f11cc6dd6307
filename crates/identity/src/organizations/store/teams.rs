//! Teams.

use chrono::{DateTime, Utc};
use guildhall_types::{
    OrganizationId, TeamId, UserId,
    organization::{TeamMember, TeamView},
};
use sqlx::PgConnection;

use super::Result;

/// The teams with their members, by name.
pub(crate) async fn teams(tx: &mut PgConnection, id: OrganizationId, me: Option<UserId>) -> Result<Vec<TeamView>> {
    let teams = sqlx::query!("select id, name from teams where organization_id = $1 order by lower(name), id", id.0)
        .fetch_all(&mut *tx)
        .await?;
    let members = sqlx::query!(
        r#"select t.team_id, t.user_id, t.is_manager, p.name as "name!" from team_members t
           join app_people($1) p on p.user_id = t.user_id where t.organization_id = $1
           order by t.is_manager desc, lower(p.name), t.user_id"#,
        id.0
    )
    .fetch_all(tx)
    .await?;
    let of = |team| {
        members
            .iter()
            .filter(|member| member.team_id == team)
            .map(|member| TeamMember {
                user: member.user_id.into(),
                name: member.name.clone(),
                is_manager: member.is_manager,
            })
            .collect()
    };
    Ok(teams
        .into_iter()
        .map(|team| {
            let members: Vec<TeamMember> = of(team.id);
            let is_mine = members.iter().any(|member| member.is_manager && Some(member.user) == me);
            TeamView { id: team.id.into(), name: team.name, members, is_mine }
        })
        .collect())
}

/// The teams that the acting person manages, with their members.
pub(crate) async fn managed(tx: &mut PgConnection, id: OrganizationId) -> Result<Vec<TeamView>> {
    let rows = sqlx::query!(
        r#"select t.id, t.name as team, p.user_id as "user!", p.name as "name!", p.is_manager as "is_manager!"
           from teams t cross join lateral app_team_people(t.id) p where t.organization_id = $1
           order by lower(t.name), t.id, p.is_manager desc, lower(p.name), p.user_id"#,
        id.0
    )
    .fetch_all(tx)
    .await?;
    let mut teams: Vec<TeamView> = Vec::new();
    for row in rows {
        let member = TeamMember { user: row.user.into(), name: row.name, is_manager: row.is_manager };
        match teams.last_mut().filter(|team| team.id.0 == row.id) {
            Some(team) => team.members.push(member),
            None => {
                teams.push(TeamView { id: row.id.into(), name: row.team, members: vec![member], is_mine: true });
            }
        }
    }
    Ok(teams)
}

/// Whether a person manages the team, as the tables say now.
pub(crate) async fn manages(tx: &mut PgConnection, team: TeamId) -> Result<bool> {
    sqlx::query_scalar!(r#"select app_manages_team($1) as "manages!""#, team.0).fetch_one(tx).await
}

/// Whether a person manages any team of the organisation.
pub(crate) async fn manages_any(tx: &mut PgConnection, id: OrganizationId, user: Option<UserId>) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from team_members where organization_id = $1 and user_id = $2 and is_manager) as "manages!""#,
        id.0,
        user.map(|user| user.0)
    )
    .fetch_one(tx)
    .await
}

/// The member of a team's organisation with this address, for whoever manages the team.
pub(crate) async fn colleague(tx: &mut PgConnection, team: TeamId, email: &str) -> Result<Option<UserId>> {
    let found = sqlx::query_scalar!("select app_colleague($1, $2) as found", team.0, email).fetch_one(tx).await?;
    Ok(found.map(Into::into))
}

pub(crate) async fn count(tx: &mut PgConnection, id: OrganizationId) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from teams where organization_id = $1"#, id.0)
        .fetch_one(tx)
        .await
}

pub(crate) async fn insert(
    tx: &mut PgConnection,
    id: OrganizationId,
    team: TeamId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into teams (id, organization_id, name, created_at) values ($1, $2, $3, $4)",
        team.0,
        id.0,
        name,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn rename(tx: &mut PgConnection, id: OrganizationId, team: TeamId, name: &str) -> Result<bool> {
    let done = sqlx::query!("update teams set name = $3 where organization_id = $1 and id = $2", id.0, team.0, name)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut PgConnection, id: OrganizationId, team: TeamId) -> Result<bool> {
    let done =
        sqlx::query!("delete from teams where organization_id = $1 and id = $2", id.0, team.0).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a member of the organisation into one of its teams, or changes what they are there; false when either is not there.
pub(crate) async fn put_in(
    tx: &mut PgConnection,
    id: OrganizationId,
    team: TeamId,
    user: UserId,
    is_manager: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into team_members (team_id, organization_id, user_id, is_manager, created_at)
         select t.id, t.organization_id, m.user_id, $4, $5 from teams t join memberships m on m.organization_id = t.organization_id
         where t.organization_id = $1 and t.id = $2 and m.user_id = $3
         on conflict (team_id, user_id) do update set is_manager = excluded.is_manager",
        id.0,
        team.0,
        user.0,
        is_manager,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Into the team, as nothing more than a member; false when they are in it already.
pub(crate) async fn enter(
    tx: &mut PgConnection,
    id: OrganizationId,
    team: TeamId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into team_members (team_id, organization_id, user_id, is_manager, created_at) values ($2, $1, $3, false, $4)
         on conflict do nothing",
        id.0,
        team.0,
        user.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn take_out(tx: &mut PgConnection, id: OrganizationId, team: TeamId, user: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from team_members where organization_id = $1 and team_id = $2 and user_id = $3",
        id.0,
        team.0,
        user.0
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
