//! Teams: members of one organisation who learn together, with those who look after them.

use guildhall_audit::record;
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{Error, TeamId, UserId, form::TEAM_NAME_MAX, organization::TeamView};
use serde_json::json;

use super::{Found, event, find, policy, refused, store};
use crate::EmailAddress;

/// The teams with their members: all of them for those who see the members, else those that one manages.
///
/// # Errors
/// [`Error::NotFound`] from outside, [`Error::Forbidden`] for those who only learn there.
pub async fn teams(db: &Db, actor: &Actor, slug: &str) -> OpResult<Vec<TeamView>> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ReadOrganization).await?;
    if actor.can(Action::ReadMembers, &found.subject()) {
        return Ok(store::teams::teams(&mut tx, found.id, actor.user_id()).await?);
    }
    let managed = store::teams::managed(&mut tx, found.id).await?;
    actor.may(Action::ReadTeam, &found.team(!managed.is_empty()))?;
    Ok(managed)
}

/// Finds a team's organisation, for somebody who may choose who is in the team.
async fn fills(tx: &mut Tx, actor: &Actor, slug: &str, team: TeamId) -> OpResult<Found> {
    let found = find(tx, actor, slug, Action::ReadOrganization).await?;
    let is_manager = store::teams::manages(tx, team).await?;
    actor.may(Action::FillTeam, &found.team(is_manager))?;
    Ok(found)
}

/// Puts the member with this address into a team: for those who manage the team without seeing all members.
///
/// # Errors
/// [`Error::Invalid`] for an address that is no member's, or of somebody in the team already; [`Error::NotFound`] from outside,
/// [`Error::Forbidden`] for those who don't manage this team.
pub async fn add_to_team(db: &Db, actor: &Actor, slug: &str, team: TeamId, email: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = fills(&mut tx, actor, slug, team).await?;
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    let user = store::teams::colleague(&mut tx, team, email.as_str()).await?;
    let user = user.ok_or_else(|| Error::field("email", "Nobody with this address belongs to the organisation"))?;
    if !store::teams::enter(&mut tx, found.id, team, user, db.clock().now()).await.map_err(refused)? {
        return Err(Error::field("email", "They are in the team already").into());
    }
    record(
        &mut tx,
        actor,
        event("organization.team_member_put", &found).after(json!({ "team": team, "user": user, "is_manager": false })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a team.
///
/// # Errors
/// [`Error::Invalid`] for a name that is taken or none.
pub async fn create_team(db: &Db, actor: &Actor, slug: &str, name: &str) -> OpResult<TeamId> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageTeams).await?;
    let name = policy::title(name, TEAM_NAME_MAX).map_err(|message| Error::field("name", message))?;
    store::lock(&mut tx, found.id).await?;
    if store::teams::count(&mut tx, found.id).await? >= policy::TEAMS_AT_MOST {
        return Err(Error::conflict("An organisation can have 200 teams. Delete one first.").into());
    }
    let id = db.id();
    store::teams::insert(&mut tx, found.id, id, &name, db.clock().now()).await.map_err(refused)?;
    record(&mut tx, actor, event("organization.team_created", &found).after(json!({ "team": id, "name": name })))
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives a team another name.
///
/// # Errors
/// As [`create_team`]; [`Error::NotFound`].
pub async fn rename_team(db: &Db, actor: &Actor, slug: &str, team: TeamId, name: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageTeams).await?;
    let name = policy::title(name, TEAM_NAME_MAX).map_err(|message| Error::field("name", message))?;
    if !store::teams::rename(&mut tx, found.id, team, &name).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(&mut tx, actor, event("organization.team_renamed", &found).after(json!({ "team": team, "name": name })))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a team; its members stay in the organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete_team(db: &Db, actor: &Actor, slug: &str, team: TeamId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageTeams).await?;
    if !store::teams::delete(&mut tx, found.id, team).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(&mut tx, actor, event("organization.team_deleted", &found).before(json!({ "team": team }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a member into a team, or changes whether they manage it.
///
/// # Errors
/// [`Error::NotFound`] when the team or the member is not there.
pub async fn put_in_team(
    db: &Db,
    actor: &Actor,
    slug: &str,
    team: TeamId,
    user: UserId,
    is_manager: bool,
) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageTeams).await?;
    let now = db.clock().now();
    if !store::teams::put_in(&mut tx, found.id, team, user, is_manager, now).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(
        &mut tx,
        actor,
        event("organization.team_member_put", &found)
            .after(json!({ "team": team, "user": user, "is_manager": is_manager })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a member out of a team. Its managers take out everybody but each other.
///
/// # Errors
/// [`Error::NotFound`] when they are not in it.
pub async fn take_out_of_team(db: &Db, actor: &Actor, slug: &str, team: TeamId, user: UserId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = fills(&mut tx, actor, slug, team).await?;
    if !store::teams::take_out(&mut tx, found.id, team, user).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(
        &mut tx,
        actor,
        event("organization.team_member_taken_out", &found).before(json!({ "team": team, "user": user })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
