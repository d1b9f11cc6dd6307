//! Work that follows from what people asked for. Everything that depends on whether an address has an account is done
//! here, after the same answer went out in the same time.
//!
//! Each job is safe to run twice: the link it makes carries the request's id, so the second run finds it and stops.

use std::fmt;

use chrono::TimeDelta;
use guildhall_db::{Db, Job, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Actor,
    mail::{Mail, SendMail},
    token,
};
use guildhall_types::UserId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    consents::{self, Agreed},
    policy,
    store::{self, NewLink, NewPerson, Person, Purpose},
};

const ACTOR: Actor = Actor::System("identity");

/// Somebody filled in the sign-up form; everything in it was checked.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignUpRequested {
    /// The id of the account, if one is made.
    pub user: UserId,
    /// The id of the link that is sent.
    pub request: Uuid,
    pub name: String,
    pub email: String,
    pub password_hash: String,
    /// A path of this site, or empty.
    #[serde(default)]
    pub next: String,
    /// What the form said of the terms; nothing in a job of before there were any.
    #[serde(default)]
    pub agreed: Option<Agreed>,
}

/// Somebody asked for the confirming link again.
#[derive(Clone, Serialize, Deserialize)]
pub struct ConfirmationRequested {
    pub request: Uuid,
    pub email: String,
}

/// Somebody forgot a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct ResetRequested {
    pub request: Uuid,
    pub email: String,
}

/// Addresses and hashes stay out of the logs.
macro_rules! debug_by_request {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("request", &self.request).finish_non_exhaustive()
            }
        }
    )+};
}
debug_by_request!(SignUpRequested, ConfirmationRequested, ResetRequested);

impl Job for SignUpRequested {
    const NAME: &'static str = "identity_sign_up";
}
impl Job for ConfirmationRequested {
    const NAME: &'static str = "identity_confirmation";
}
impl Job for ResetRequested {
    const NAME: &'static str = "identity_reset";
}

/// Makes the account and sends the link that confirms its address. A confirmed account of that address gets a notice
/// instead; an unconfirmed one is taken over by the later sign-up, whose link alone then works.
///
/// # Errors
/// When the database does not answer.
pub async fn run_sign_up(db: &Db, job: &SignUpRequested) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let mut new =
        NewPerson { id: job.user, name: &job.name, email: &job.email, password_hash: &job.password_hash, now };
    if !store::insert_person(&mut tx, &new).await? {
        let Some(there) = store::lock_person_by_email(&mut tx, &job.email).await? else {
            return Ok(());
        };
        // This very sign-up, run before and confirmed since.
        if there.confirmed && there.id == job.user {
            return Ok(());
        }
        if there.confirmed {
            // At most once an hour, whoever fills in the form how often.
            let key = format!("already-registered:{}:{}", there.id, now.timestamp() / 3_600);
            send(&mut tx, key, there.to(), Mail::AlreadyRegistered { name: there.name.clone() }).await?;
            tx.commit().await?;
            return Ok(());
        }
        let (in_last_hour, _) =
            store::recent_links(&mut tx, there.id, Purpose::ConfirmEmail, now - TimeDelta::hours(1)).await?;
        if there.suspended || !policy::may_sign_up_again(in_last_hour) {
            return Ok(());
        }
        new.id = there.id;
        store::void_links(&mut tx, there.id, Purpose::ConfirmEmail, now).await?;
        store::replace_unconfirmed(&mut tx, &new).await?;
    }
    if let Some(agreed) = &job.agreed {
        consents::record_sign_up(&mut tx, new.id, agreed).await?;
    }
    let to = To { user: new.id, name: new.name, email: new.email, next: &job.next };
    if send_link(db, &mut tx, to, Purpose::ConfirmEmail, job.request).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Sends the confirming link again to an account that still needs it.
///
/// # Errors
/// When the database does not answer.
pub async fn run_confirmation(db: &Db, job: &ConfirmationRequested) -> OpResult<()> {
    again(db, &job.email, Purpose::ConfirmEmail, job.request, |person| !person.confirmed && !person.suspended).await
}

/// Sends the link to choose a new password.
///
/// # Errors
/// When the database does not answer.
pub async fn run_reset(db: &Db, job: &ResetRequested) -> OpResult<()> {
    again(db, &job.email, Purpose::ResetPassword, job.request, |person| !person.suspended).await
}

/// Sends a link where the account wants one and has not had too many.
async fn again(
    db: &Db,
    email: &str,
    purpose: Purpose,
    request: Uuid,
    wants: impl Fn(&Person) -> bool + Send,
) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let Some(person) = store::lock_person_by_email(&mut tx, email).await? else {
        return Ok(());
    };
    if !wants(&person) {
        return Ok(());
    }
    let (in_last_hour, last) = store::recent_links(&mut tx, person.id, purpose, now - TimeDelta::hours(1)).await?;
    if policy::may_send_link(in_last_hour, last, now) && send_link(db, &mut tx, person.to(), purpose, request).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Whom a mail goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'a> {
    pub(crate) user: UserId,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    /// Where a link leads on to; empty for the usual place.
    pub(crate) next: &'a str,
}

impl Person {
    pub(crate) fn to(&self) -> To<'_> {
        To { user: self.id, name: &self.name, email: &self.email, next: "" }
    }
}

/// Makes a link and enqueues its mail; false when this request had its link before.
async fn send_link(db: &Db, tx: &mut Tx, to: To<'_>, purpose: Purpose, request: Uuid) -> OpResult<bool> {
    let now = db.clock().now();
    let (token, hash) = token::issue(db.chance());
    let lasts = match purpose {
        Purpose::ConfirmEmail => policy::CONFIRM_FOR,
        Purpose::ResetPassword => policy::RESET_FOR,
    };
    let link = NewLink { id: request, user: to.user, purpose, token_hash: &hash, now, expires_at: now + lasts };
    if !store::insert_link(tx, &link).await? {
        return Ok(false);
    }
    let name = to.name.to_owned();
    let (key, mail) = match purpose {
        Purpose::ConfirmEmail => {
            let link_path = policy::with_next(&format!("/confirm-email?token={token}"), to.next);
            ("confirm-email", Mail::ConfirmEmail { name, link_path })
        }
        Purpose::ResetPassword => {
            ("reset-password", Mail::ResetPassword { name, link_path: format!("/reset-password?token={token}") })
        }
    };
    send(tx, format!("{key}:{request}"), to, mail).await?;
    Ok(true)
}

/// Enqueues a mail to a person.
pub(crate) async fn send(tx: &mut Tx, key: String, to: To<'_>, mail: Mail) -> OpResult<()> {
    let job = SendMail { key, user: Some(to.user), to: to.email.to_owned(), mail };
    enqueue(tx, &job, JobOptions::default()).await
}

/// A new password was set: the person hears of it, in case it was not them.
pub(crate) async fn send_password_changed(db: &Db, tx: &mut Tx, person: &Person) -> OpResult<()> {
    let event: Uuid = db.id();
    send(tx, format!("password-changed:{event}"), person.to(), Mail::PasswordChanged { name: person.name.clone() })
        .await
}
