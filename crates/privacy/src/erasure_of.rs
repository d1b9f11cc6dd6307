//! Erasing somebody else: asked for by a platform admin, on the same terms. The person hears of it and has the same 14 days to
//! keep their account.

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor, Subject, mail::Mail};
use guildhall_types::{ErasureId, Error, UserId, privacy::ErasureView};
use serde_json::json;

use crate::{
    erasure::{ACTOR, PAGE, schedule, send},
    policy, store,
};

/// The longest reason, in characters.
const REASON_MAX: usize = 500;

/// Who may: an admin who proved lately that it is them. What is one's own is asked for on one's own page.
fn allowed(actor: &Actor, id: UserId) -> Result<(), Error> {
    actor.may(Action::ReadPeople, &Subject::Platform)?;
    actor.may(Action::ErasePerson, &Subject::Person(id))?;
    if actor.user_id() == Some(id) {
        return Err(Error::conflict("Ask for your own account’s erasure under “Your data”."));
    }
    Ok(())
}

fn reason_of(text: &str) -> Result<String, Error> {
    let reason = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Error::field("why", "Enter why the account is to be erased"));
    }
    if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
        return Err(Error::field("why", "Enter a reason of 500 characters or fewer"));
    }
    Ok(reason)
}

/// The erasure of a person that waits for its day, for admins.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub async fn erasure_of(db: &Db, actor: &Actor, id: UserId) -> OpResult<Option<ErasureView>> {
    actor.may(Action::ReadPeople, &Subject::Platform)?;
    let mut tx = db.begin(&ACTOR).await?;
    Ok(store::waiting_erasure(&mut tx, id, db.clock().now()).await?)
}

/// Asks for a person's erasure, in 14 days. They get a mail with the reason, and can keep their account until then.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but admins; [`Error::ConfirmRequired`]; [`Error::Invalid`] without a reason;
/// [`Error::NotFound`]; [`Error::Conflict`] for oneself, twice, for another admin and for the last owner of an organisation.
pub async fn ask_erasure_of(db: &Db, actor: &Actor, id: UserId, reason: &str) -> OpResult<()> {
    allowed(actor, id)?;
    let reason = reason_of(reason)?;
    let mut tx = db.begin(&ACTOR).await?;
    let person = store::lock_person(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if person.is_admin {
        return Err(Error::conflict("This person is a platform admin. Take that role from them first.").into());
    }
    let owned = store::sole_owned(&mut tx, id).await?;
    if !owned.is_empty() {
        let names: Vec<String> = owned.into_iter().map(|one| one.name).collect();
        let message = format!(
            "They are the only owner of {}. Make somebody else an owner there, or suspend it, first.",
            names.join(" and ")
        );
        return Err(Error::conflict(message).into());
    }
    let now = db.clock().now();
    let (erasure, due_at): (ErasureId, _) = (db.id(), now + policy::GRACE);
    if !store::insert_erasure(&mut tx, erasure, id, now, due_at).await? {
        return Err(Error::conflict("This account is going to be erased already.").into());
    }
    schedule(&mut tx, erasure, due_at).await?;
    let mail = Mail::ErasureAskedByUs { name: person.name, reason: reason.clone(), due_at, link_path: PAGE.to_owned() };
    send(&mut tx, format!("erasure-asked:{erasure}"), Some(id), person.email, mail).await?;
    let event = Event::new("user.erasure_asked", "user", id).after(json!({ "due_at": due_at, "reason": reason }));
    guildhall_audit::record(&mut tx, actor, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps a person's account after all. They get a mail.
///
/// # Errors
/// As [`ask_erasure_of`]; [`Error::Conflict`] when nothing waits.
pub async fn withdraw_erasure_of(db: &Db, actor: &Actor, id: UserId) -> OpResult<()> {
    allowed(actor, id)?;
    let mut tx = db.begin(&ACTOR).await?;
    let person = store::lock_person(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let Some(erasure) = store::withdraw(&mut tx, id, db.clock().now()).await? else {
        return Err(Error::conflict("This account is not going to be erased.").into());
    };
    let mail = Mail::ErasureWithdrawn { name: person.name, by_us: true };
    send(&mut tx, format!("erasure-withdrawn:{erasure}"), Some(id), person.email, mail).await?;
    guildhall_audit::record(&mut tx, actor, Event::new("user.erasure_withdrawn", "user", id)).await?;
    tx.commit().await?;
    Ok(())
}
