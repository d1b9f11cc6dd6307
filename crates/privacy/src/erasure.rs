//! Erasing a person: asked for by them, withdrawn by them within 14 days, then done by a job.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Action, Actor,
    mail::{Mail, SendMail},
};
use guildhall_types::{DateTime, ErasureId, Error, UserId, Utc};
use object_store::ObjectStore;
use serde_json::json;

use crate::{
    Erase, PARTS, export,
    jobs::ErasePerson,
    policy,
    store::{self, Person},
};

pub(crate) const ACTOR: Actor = Actor::System("erase-person");
pub(crate) const PAGE: &str = "/account/privacy";

/// Asks to be erased, in 14 days. A mail tells of it, and how to withdraw.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::ConfirmRequired`] when the person has not proved lately who they are;
/// [`Error::Invalid`] when the box is not ticked; [`Error::Conflict`] when it was asked for before, for the last owner of an
/// organisation, and for a platform admin.
pub async fn ask_erasure(db: &Db, actor: &Actor, understood: bool) -> OpResult<()> {
    let user = actor.myself(Action::ErasePerson)?;
    user.confirmed_recently(db.clock())?;
    if !understood {
        return Err(Error::field("understood", "Tick the box to say that you know what is erased").into());
    }
    let mut tx = db.begin(&ACTOR).await?;
    let person = store::lock_person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    if person.is_admin {
        return Err(
            Error::conflict("You are a platform admin. Have another admin take that role from you first.").into()
        );
    }
    if let Some(message) = policy::blocked_by(&store::sole_owned(&mut tx, user.id).await?) {
        return Err(Error::conflict(message).into());
    }
    let now = db.clock().now();
    let (id, due_at): (ErasureId, _) = (db.id(), now + policy::GRACE);
    if !store::insert_erasure(&mut tx, id, user.id, now, due_at).await? {
        return Err(Error::conflict("You have asked for this already.").into());
    }
    schedule(&mut tx, id, due_at).await?;
    let mail = Mail::ErasureAsked { name: person.name, due_at, link_path: PAGE.to_owned() };
    send(&mut tx, format!("erasure-asked:{id}"), Some(user.id), person.email, mail).await?;
    let event = Event::new("user.erasure_asked", "user", user.id);
    guildhall_audit::record(&mut tx, actor, event.after(json!({ "due_at": due_at }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws it. The account stays as it is.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when nothing waits.
pub async fn withdraw_erasure(db: &Db, actor: &Actor) -> OpResult<()> {
    let user = actor.myself(Action::ChangeAccount)?;
    let mut tx = db.begin(&ACTOR).await?;
    let person = store::lock_person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    let Some(id) = store::withdraw(&mut tx, user.id, db.clock().now()).await? else {
        return Err(Error::conflict("There is nothing to withdraw: your account is not going to be erased.").into());
    };
    let mail = Mail::ErasureWithdrawn { name: person.name, by_us: false };
    send(&mut tx, format!("erasure-withdrawn:{id}"), Some(user.id), person.email, mail).await?;
    guildhall_audit::record(&mut tx, actor, Event::new("user.erasure_withdrawn", "user", user.id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Runs [`ErasePerson`]: everything at once, or nothing, and then nothing more. Where something stands in the way it is put off to
/// the next day: a payment that is under way, a platform admin's role, or an organisation that would be left without an owner.
/// The person is told by mail, and again when it is something else.
///
/// # Errors
/// When the database or the file store does not answer: trying again is safe.
pub async fn run_erasure(db: &Db, files: &dyn ObjectStore, job: &ErasePerson) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let Some(user) = store::whose_erasure(&mut tx, job.erasure).await? else {
        return Ok(());
    };
    // The person is locked first, as in withdrawing.
    let Some(person) = store::lock_person(&mut tx, user).await? else {
        return Ok(());
    };
    let Some(due_at) = store::lock_waiting(&mut tx, job.erasure).await? else {
        return Ok(());
    };
    if now < due_at {
        schedule(&mut tx, job.erasure, due_at).await?;
        tx.commit().await?;
        return Ok(());
    }
    if let Some((reason, mail)) = blocked(&mut tx, user, &person).await? {
        // One key for each reason, so one mail for each.
        send(&mut tx, format!("erasure-blocked:{}:{reason}", job.erasure), Some(user), person.email, mail).await?;
        schedule(&mut tx, job.erasure, now + policy::TRY_AGAIN).await?;
        tx.commit().await?;
        return Ok(());
    }
    // Files can't be part of a transaction. They go first: what fails later finds them gone, and goes on.
    let copies = store::exports_of(&mut tx, user).await?;
    export::delete_files(files, &copies).await?;
    erase(&mut tx, job.erasure, user, person, now).await?;
    tx.commit().await?;
    tracing::info!(erasure = %job.erasure, "a person was erased");
    Ok(())
}

/// What stands in the way, by a name, and the mail that tells of it.
async fn blocked(tx: &mut Tx, user: UserId, person: &Person) -> OpResult<Option<(String, Mail)>> {
    let owned = store::sole_owned(tx, user).await?;
    let is_paying = store::is_paying(tx, user).await?;
    let Some(reason) = policy::obstacle(&owned, person.is_admin, is_paying) else {
        return Ok(None);
    };
    let link_path = if owned.is_empty() { PAGE } else { "/account/organizations" };
    let mail = Mail::ErasureBlocked {
        name: person.name.clone(),
        organizations: owned.into_iter().map(|one| one.name).collect(),
        is_admin: person.is_admin,
        is_paying,
        link_path: link_path.to_owned(),
    };
    Ok(Some((reason, mail)))
}

async fn erase(tx: &mut Tx, id: ErasureId, user: UserId, person: Person, now: DateTime<Utc>) -> OpResult<()> {
    let mut parts = Vec::new();
    for part in PARTS {
        let rows = store::parts::erase(tx, part, user, now).await?;
        if rows > 0 {
            parts.push(json!({ "part": part.title, "rows": rows }));
        }
    }
    store::parts::drop_jobs(tx, user, &person.email).await?;
    store::mark_erased(tx, id, now).await?;
    let event =
        Event::new("user.erased", "user", user).acting_for(Party::Person(user)).after(json!({ "parts": parts }));
    guildhall_audit::record(tx, &ACTOR, event).await?;
    // To the address alone: the account that it was of is nobody's any more.
    send(tx, format!("erased:{id}"), None, person.email, Mail::Erased { name: person.name }).await
}

/// Puts erasures whose day has passed into the queue again: those whose job was lost, and those of a restored backup.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn wake(db: &Db) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    for erasure in store::overdue(&mut tx, now).await? {
        schedule(&mut tx, erasure, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Does once more what was done to people who were erased in the last days: what was written beside it, by a request that
/// was under way, was not there to be seen. Run again, it finds nothing.
///
/// # Errors
/// When the database or the file store does not answer: trying again is safe.
pub async fn erase_again(db: &Db, files: &dyn ObjectStore) -> OpResult<()> {
    let since = db.clock().now() - policy::AGAIN_FOR;
    let mut tx = db.begin(&ACTOR).await?;
    let done = store::done_since(&mut tx, since).await?;
    drop(tx);
    for (user, done_at) in done {
        let mut tx = db.begin(&ACTOR).await?;
        let copies = store::exports_of(&mut tx, user).await?;
        export::delete_files(files, &copies).await?;
        for part in PARTS {
            let rows = store::parts::erase(&mut tx, part, user, done_at).await?;
            if rows > 0 && matches!(part.erase, Erase::Delete) {
                tracing::info!(part = part.title, rows, "written beside an erasure, and erased");
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

pub(crate) async fn schedule(tx: &mut Tx, erasure: ErasureId, run_at: DateTime<Utc>) -> OpResult<()> {
    let options = JobOptions { run_at: Some(run_at), key: Some(format!("erase:{erasure}")), ..JobOptions::default() };
    enqueue(tx, &ErasePerson { erasure }, options).await
}

pub(crate) async fn send(tx: &mut Tx, key: String, user: Option<UserId>, to: String, mail: Mail) -> OpResult<()> {
    enqueue(tx, &SendMail { key, user, to, mail }, JobOptions::default()).await
}
