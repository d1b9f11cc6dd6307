//! Who belongs to an organisation, and in which role.

use guildhall_audit::record;
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    Error, UserId,
    organization::{MemberView, Role},
};
use serde_json::json;

use super::{Found, event, find, policy, refused, store};

/// The members, for those who may see them.
///
/// # Errors
/// [`Error::NotFound`] from outside, [`Error::Forbidden`] for those who only learn there.
pub async fn members(db: &Db, actor: &Actor, slug: &str) -> OpResult<Vec<MemberView>> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ReadMembers).await?;
    Ok(store::members::members(&mut tx, found.id, actor.user_id()).await?)
}

/// Gives a member another role.
///
/// # Errors
/// [`Error::Conflict`] when nobody would be left as owner; [`Error::Invalid`] for a role that is none there.
pub async fn set_role(db: &Db, actor: &Actor, slug: &str, user: UserId, role: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ManageRoles).await?;
    let role = policy::role_for(found.kind, role).map_err(|message| Error::field("role", message))?;
    store::lock(&mut tx, found.id).await?;
    let before = store::members::role(&mut tx, found.id, user).await?.map(Role::slug);
    change(&mut tx, &found, user, role).await?;
    record(
        &mut tx,
        actor,
        event("organization.member_role_changed", &found)
            .change(json!({ "user": user, "role": before }), json!({ "user": user, "role": role.slug() })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a member out: a manager takes out learners, an owner anybody.
///
/// # Errors
/// [`Error::NotFound`] when they are no member; [`Error::Conflict`] when they are the last owner.
pub async fn remove_member(db: &Db, actor: &Actor, slug: &str, user: UserId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::RemoveMembers).await?;
    store::lock(&mut tx, found.id).await?;
    let role = store::members::role(&mut tx, found.id, user).await?.ok_or(Error::NotFound)?;
    if role != Role::Learner {
        actor.may(Action::ManageRoles, &found.subject())?;
    }
    if !store::members::remove(&mut tx, found.id, user).await.map_err(refused)? {
        return Err(Error::Forbidden.into());
    }
    record(
        &mut tx,
        actor,
        event("organization.member_removed", &found).before(json!({ "user": user, "role": role.slug() })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves an organisation.
///
/// # Errors
/// [`Error::Conflict`] for the last owner; [`Error::NotFound`] for whoever is no member.
pub async fn leave(db: &Db, actor: &Actor, slug: &str) -> OpResult<()> {
    let user = actor.user()?.id;
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::LeaveOrganization).await?;
    store::lock(&mut tx, found.id).await?;
    if !store::members::remove(&mut tx, found.id, user).await.map_err(refused)? {
        return Err(Error::NotFound.into());
    }
    record(&mut tx, actor, event("organization.member_left", &found).before(json!({ "user": user }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Hands an organisation over: the other becomes an owner, and who hands over becomes what comes next to one.
///
/// # Errors
/// [`Error::NotFound`] when the other is no member, [`Error::Conflict`] when it is oneself.
pub async fn transfer(db: &Db, actor: &Actor, slug: &str, to: UserId) -> OpResult<()> {
    let user = actor.user()?.id;
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::TransferOwnership).await?;
    if to == user {
        return Err(Error::field("user", "Choose somebody else").into());
    }
    store::lock(&mut tx, found.id).await?;
    let people = store::members::members(&mut tx, found.id, Some(user)).await?;
    let next = people.iter().find(|member| member.user == to).ok_or(Error::NotFound)?;
    if next.is_suspended {
        return Err(Error::field("user", "This account is suspended. Choose somebody else").into());
    }
    change(&mut tx, &found, to, Role::Owner).await?;
    let after = found.kind.roles().get(1).copied().unwrap_or(Role::Owner);
    change(&mut tx, &found, user, after).await?;
    record(
        &mut tx,
        actor,
        event("organization.transferred", &found).change(json!({ "owner": user }), json!({ "owner": to })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn change(tx: &mut Tx, found: &Found, user: UserId, role: Role) -> OpResult<()> {
    if store::members::set_role(tx, found.id, user, role).await.map_err(refused)? {
        return Ok(());
    }
    // Nobody of that id, or the role that would allow it is gone since.
    let is_there = store::members::role(tx, found.id, user).await?.is_some();
    Err(if is_there { Error::Forbidden } else { Error::NotFound }.into())
}
