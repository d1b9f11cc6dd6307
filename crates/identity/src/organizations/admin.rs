//! What platform admins see and do of people and organisations, and the lists that everybody else sees a part of.

use guildhall_audit::{Event, record};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{
    Action, Actor, Subject,
    mail::{Mail, SendMail},
};
use guildhall_types::{
    Error, UserId,
    organization::{
        AdminOverview, Colleague, ListPage, OrganizationAdminView, OrganizationItem, PersonItem, PersonView,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{find, store};
use crate::store as people_store;

/// The most that one page of a list holds.
pub const LIST_MAX: i64 = 100;
const REASON_MAX: usize = 500;

/// How much there is.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but platform admins, as all of these.
pub async fn overview(db: &Db, actor: &Actor) -> OpResult<AdminOverview> {
    actor.may(Action::ReadPeople, &Subject::Platform)?;
    let mut tx = db.begin(actor).await?;
    Ok(store::admin::overview(&mut tx, db.clock().now()).await?)
}

/// People by name or address.
///
/// # Errors
/// As [`overview`]; [`Error::BadRequest`] for a cursor that is none.
pub async fn people(
    db: &Db,
    actor: &Actor,
    text: &str,
    cursor: Option<&str>,
    limit: i64,
) -> OpResult<ListPage<PersonItem>> {
    actor.may(Action::ReadPeople, &Subject::Platform)?;
    let (after, limit) = (after(cursor)?, limit.clamp(1, LIST_MAX));
    let mut tx = db.begin(actor).await?;
    let rows = store::admin::people(&mut tx, text, None, after, limit + 1).await?;
    looked_through(&mut tx, actor, rows.len(), !text.is_empty()).await?;
    tx.commit().await?;
    Ok(page(rows, limit, |item| item.id.0))
}

/// Tells that an admin read a list of people: how many, and whether they sought somebody; not whom, which may be an address.
async fn looked_through(tx: &mut Tx, actor: &Actor, found: usize, sought: bool) -> OpResult<()> {
    record(tx, actor, Event::read("user", "list").after(json!({ "found": found, "sought": sought }))).await
}

/// A person, with where they are signed in and belong.
///
/// # Errors
/// As [`overview`]; [`Error::NotFound`].
pub async fn person(db: &Db, actor: &Actor, id: UserId) -> OpResult<PersonView> {
    actor.may(Action::ReadPeople, &Subject::Platform)?;
    let mut tx = db.begin(actor).await?;
    let found = store::admin::person(&mut tx, id, db.clock().now()).await?.ok_or(Error::NotFound)?;
    let organizations = store::admin::memberships(&mut tx, id).await?;
    record(&mut tx, actor, Event::read("user", id)).await?;
    tx.commit().await?;
    Ok(PersonView {
        person: found.item,
        suspended_reason: found.suspended_reason,
        sessions: found.sessions,
        organizations,
    })
}

/// Suspends a person: they can't sign in, and are signed out everywhere in the same moment. They get a mail.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] for oneself or twice.
pub async fn suspend_person(db: &Db, actor: &Actor, id: UserId, reason: &str) -> OpResult<()> {
    actor.may(Action::SuspendPerson, &Subject::Person(id))?;
    let reason = reason_of(reason)?;
    if actor.user_id() == Some(id) {
        return Err(Error::conflict("You can't suspend yourself.").into());
    }
    let mut tx = db.begin(actor).await?;
    let now = db.clock().now();
    let person = people_store::person(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !store::admin::set_person_suspended(&mut tx, id, Some(&reason), now).await? {
        return Err(Error::conflict("This person is suspended already.").into());
    }
    people_store::end_sessions(&mut tx, id, None, now).await?;
    let key = format!("suspended:{id}:{}", now.timestamp());
    let mail = Mail::AccountSuspended { name: person.name, reason: reason.clone() };
    let job = SendMail { key, user: Some(id), to: person.email, mail };
    guildhall_db::enqueue(&mut tx, &job, guildhall_db::JobOptions::default()).await?;
    record(&mut tx, actor, Event::new("user.suspended", "user", id).after(json!({ "reason": reason }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets a suspended person in again.
///
/// # Errors
/// [`Error::Conflict`] when they are not suspended.
pub async fn restore_person(db: &Db, actor: &Actor, id: UserId) -> OpResult<()> {
    actor.may(Action::SuspendPerson, &Subject::Person(id))?;
    let mut tx = db.begin(actor).await?;
    people_store::person(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !store::admin::set_person_suspended(&mut tx, id, None, db.clock().now()).await? {
        return Err(Error::conflict("This person is not suspended, or their account is erased.").into());
    }
    record(&mut tx, actor, Event::new("user.restored", "user", id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs a person out everywhere; how many sessions ended.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end_person_sessions(db: &Db, actor: &Actor, id: UserId) -> OpResult<u64> {
    actor.may(Action::EndSessions, &Subject::Person(id))?;
    let mut tx = db.begin(actor).await?;
    people_store::person(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let ended = people_store::end_sessions(&mut tx, id, None, db.clock().now()).await?;
    record(&mut tx, actor, Event::new("user.sessions_ended", "user", id).after(json!({ "sessions": ended }))).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Organisations by name.
///
/// # Errors
/// As [`people`].
pub async fn organizations(
    db: &Db,
    actor: &Actor,
    text: &str,
    cursor: Option<&str>,
    limit: i64,
) -> OpResult<ListPage<OrganizationItem>> {
    actor.may(Action::ReadOrganizations, &Subject::Platform)?;
    let (after, limit) = (after(cursor)?, limit.clamp(1, LIST_MAX));
    let mut tx = db.begin(actor).await?;
    let rows = store::admin::organizations(&mut tx, text, None, after, limit + 1).await?;
    Ok(page(rows, limit, |item| item.id.0))
}

/// An organisation, with its people and domains.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn organization(db: &Db, actor: &Actor, slug: &str) -> OpResult<OrganizationAdminView> {
    actor.may(Action::ReadOrganizations, &Subject::Platform)?;
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ReadOrganization).await?;
    let domains = store::domains::list(&mut tx, found.id).await?;
    let view = OrganizationAdminView {
        organization: store::admin::organization(&mut tx, found.id).await?,
        suspended_reason: store::admin::suspended_reason(&mut tx, found.id).await?,
        domains: domains.into_iter().filter(|row| row.verified_at.is_some()).map(|row| row.domain).collect(),
        members: store::members::members(&mut tx, found.id, actor.user_id()).await?,
    };
    record(&mut tx, actor, Event::read("organization", found.id)).await?;
    tx.commit().await?;
    Ok(view)
}

/// Suspends an organisation: its roles count nowhere from then on, and its name is hidden.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] when it is suspended already.
pub async fn suspend_organization(db: &Db, actor: &Actor, slug: &str, reason: &str) -> OpResult<()> {
    let reason = reason_of(reason)?;
    set_suspended(db, actor, slug, Some(&reason), "This organisation is suspended already.").await
}

/// Lets a suspended organisation go on.
///
/// # Errors
/// [`Error::Conflict`] when it is not suspended, or has lost its last owner meanwhile.
pub async fn restore_organization(db: &Db, actor: &Actor, slug: &str) -> OpResult<()> {
    set_suspended(db, actor, slug, None, "This organisation is not suspended.").await
}

async fn set_suspended(db: &Db, actor: &Actor, slug: &str, reason: Option<&str>, twice: &str) -> OpResult<()> {
    actor.may(Action::ReadOrganizations, &Subject::Platform)?;
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::SuspendOrganization).await?;
    if reason.is_none() && !store::admin::has_owner(&mut tx, found.id).await? {
        return Err(Error::conflict("Nobody owns this organisation any more, so it stays closed.").into());
    }
    if !store::admin::set_organization_suspended(&mut tx, found.id, reason, db.clock().now()).await? {
        return Err(Error::conflict(twice).into());
    }
    let event = match reason {
        Some(reason) => {
            Event::new("organization.suspended", "organization", found.id).after(json!({ "reason": reason }))
        }
        None => Event::new("organization.restored", "organization", found.id),
    };
    record(&mut tx, actor, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The people whom the actor may see: all for an admin, those of the own organisations for who works there, else oneself.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::BadRequest`] for a cursor that is none.
pub async fn visible_people(db: &Db, actor: &Actor, cursor: Option<&str>, limit: i64) -> OpResult<ListPage<Colleague>> {
    let user = actor.user()?;
    let (after, limit) = (after(cursor)?, limit.clamp(1, LIST_MAX));
    let mut tx = db.begin(actor).await?;
    let rows = if actor.may(Action::ReadPeople, &Subject::Platform).is_ok() {
        let rows = store::admin::people(&mut tx, "", None, after, limit + 1).await?;
        looked_through(&mut tx, actor, rows.len(), false).await?;
        rows.into_iter().map(|row| Colleague { id: row.id, name: row.name, email: row.email }).collect()
    } else {
        let mine: Vec<Uuid> = user
            .memberships
            .iter()
            .map(|membership| membership.organization)
            .filter(|id| actor.can(Action::ReadMembers, &Subject::Organization(*id)))
            .map(|id| id.0)
            .collect();
        if mine.is_empty() {
            let own = [user.id.0];
            let rows = store::admin::people(&mut tx, "", Some(&own), after, limit + 1).await?;
            rows.into_iter().map(|row| Colleague { id: row.id, name: row.name, email: row.email }).collect()
        } else {
            store::admin::colleagues(&mut tx, &mine, after, limit + 1).await?
        }
    };
    tx.commit().await?;
    Ok(page(rows, limit, |item| item.id.0))
}

/// The organisations whose affairs the actor may see: all for an admin, else the own ones.
///
/// # Errors
/// As [`visible_people`].
pub async fn visible_organizations(
    db: &Db,
    actor: &Actor,
    cursor: Option<&str>,
    limit: i64,
) -> OpResult<ListPage<OrganizationItem>> {
    let user = actor.user()?;
    let (after, limit) = (after(cursor)?, limit.clamp(1, LIST_MAX));
    let own: Vec<Uuid> = user.memberships.iter().map(|membership| membership.organization.0).collect();
    let sees_all = actor.may(Action::ReadOrganizations, &Subject::Platform).is_ok();
    let only = if sees_all { None } else { Some(own.as_slice()) };
    let mut tx = db.begin(actor).await?;
    let rows = store::admin::organizations(&mut tx, "", only, after, limit + 1).await?;
    Ok(page(rows, limit, |item| item.id.0))
}

fn reason_of(text: &str) -> OpResult<String> {
    let reason = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Error::field("reason", "Enter the reason").into());
    }
    if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
        return Err(Error::field("reason", "Enter a reason of 500 characters or fewer").into());
    }
    Ok(reason)
}

fn after(cursor: Option<&str>) -> OpResult<Option<Uuid>> {
    let bad = || Error::BadRequest { message: "cursor is what next_cursor of an answer said".to_owned() };
    Ok(cursor.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(|_| bad())).transpose()?)
}

/// Cuts the one too many that tells whether there are more.
fn page<T>(mut rows: Vec<T>, limit: i64, id: impl Fn(&T) -> Uuid) -> ListPage<T> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|last| id(last).to_string());
    ListPage { items: rows, next_cursor }
}
