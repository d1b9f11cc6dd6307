//! The slow way past a lost second factor: the password, a code by mail, and a wait in which the person is told and can
//! say no.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, Job, JobOptions, OpResult, enqueue};
use guildhall_kernel::{Actor, mail::Mail, token};
use guildhall_types::Error;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Factors, pending, security, store};
use crate::{Client, Throttle, jobs, store as people};

/// Codes that are mailed for one sign-in, and tries at them.
const MOST_CODES: i32 = 3;
const MOST_TRIES: i32 = 5;
const DIGITS: usize = 8;
const CODE_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// The wait is over: the lost factor goes, unless somebody said no.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoveFactors {
    pub reset: Uuid,
}

impl Job for RemoveFactors {
    const NAME: &'static str = "identity_remove_factors";
}

/// The token of the sign-in is part of it: a stolen database does not tell the code.
fn hash(token: &str, code: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(token.as_bytes());
    hash.update(code.as_bytes());
    hash.finalize().into()
}

/// Mails a code to somebody who has entered the password and lost the second factor.
///
/// # Errors
/// [`Error::Conflict`] when the first step is too long ago; [`Error::TooMany`].
pub async fn send_removal_code(db: &Db, throttle: &Throttle, client: &Client, token: &str) -> OpResult<()> {
    let mut tx = db.begin(&pending::ACTOR).await?;
    let (row, found) = pending::pending(db, &mut tx, token).await?;
    throttle.mail(&client.address)?;
    if found.mail_codes_sent >= MOST_CODES {
        return Err(Error::conflict("We have sent 3 codes. Look among your spam, or sign in again later.").into());
    }
    let person = people::person(&mut tx, found.user).await?.ok_or_else(pending::stale)?;
    let code = format!("{:0DIGITS$}", db.chance().below(100_000_000));
    store::set_mail_code(&mut tx, &row, &hash(token, &code), db.clock().now() + CODE_FOR).await?;
    let mail = Mail::FactorRemovalCode { name: person.name.clone(), code };
    jobs::send(&mut tx, security::mail_key(db, "factor-removal-code"), person.to(), mail).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks for the removal, by the mailed code. Nothing changes before the wait is over.
///
/// # Errors
/// [`Error::Conflict`] when the first step is too long ago, or a removal is under way; [`Error::Invalid`] on `mail_code`.
pub async fn ask_for_removal(db: &Db, factors: &Factors, token: &str, code: &str) -> OpResult<()> {
    let mut tx = db.begin(&pending::ACTOR).await?;
    let now = db.clock().now();
    let (row, found) = pending::pending(db, &mut tx, token).await?;
    if found.mail_code_tries >= MOST_TRIES {
        return Err(Error::conflict("That were too many wrong codes. Sign in again to get a new one.").into());
    }
    let entered: String = code.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
    let expected = found.mail_code_hash.filter(|_| found.mail_code_expires_at.is_some_and(|until| until > now));
    let is_right = expected.is_some_and(|expected| hash(token, &entered).ct_eq(&expected).into());
    if !is_right {
        store::count_mail_code_try(&mut tx, &row).await?;
        tx.commit().await?;
        let message = "This code is not right, or it is too old. Enter the code of the newest email";
        return Err(Error::field("mail_code", message).into());
    }
    let person = people::person(&mut tx, found.user).await?.ok_or_else(pending::stale)?;
    let (cancel, cancel_hash) = token::issue(db.chance());
    let due_at = now + factors.settings().removal_wait;
    let id: Uuid = db.id();
    let reset = store::NewReset { id, user: person.id, cancel_hash: &cancel_hash, now, due_at };
    if !store::insert_reset(&mut tx, &reset).await? {
        return Err(Error::conflict("The removal is under way already. Come back when the wait is over.").into());
    }
    store::delete_pending(&mut tx, &row).await?;
    enqueue(&mut tx, &RemoveFactors { reset: id }, JobOptions { run_at: Some(due_at), ..JobOptions::default() })
        .await?;
    let asked = Event::new("user.factor_removal_asked", "user", person.id).acting_for(Party::Person(person.id));
    guildhall_audit::record(&mut tx, &Actor::System("lost-factor"), asked).await?;
    let link_path = format!("/sign-in/keep-second-factor?token={cancel}");
    let mail = Mail::FactorRemovalAsked { name: person.name.clone(), due_at, link_path };
    jobs::send(&mut tx, format!("factor-removal-asked:{id}"), person.to(), mail).await?;
    tx.commit().await?;
    Ok(())
}

/// Says no to the removal, signed in.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] when none is under way.
pub async fn keep_factors(db: &Db, actor: &Actor) -> OpResult<()> {
    let user = actor.user()?;
    let mut tx = db.begin(&Actor::System("keep-factors")).await?;
    if !store::cancel_reset(&mut tx, user.id, db.clock().now()).await? {
        return Err(Error::NotFound.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Says no by the link that was mailed. Pressed twice, it succeeds twice.
///
/// # Errors
/// [`Error::Conflict`] when the link is unknown or the removal is done.
pub async fn keep_factors_by_link(db: &Db, token: &str) -> OpResult<()> {
    let stale = || Error::conflict("This link is no longer good: there is no removal that it could stop.");
    let hash = token::hash(token).ok_or_else(stale)?;
    let mut tx = db.begin(&Actor::System("keep-factors")).await?;
    if !store::cancel_reset_by_link(&mut tx, &hash, db.clock().now()).await? {
        return Err(stale().into());
    }
    tx.commit().await?;
    Ok(())
}

/// Removes what the person has of second factors, ends their sessions and tells them.
///
/// # Errors
/// When the database does not answer.
pub async fn run_removal(db: &Db, job: &RemoveFactors) -> OpResult<()> {
    let mut tx = db.begin(&Actor::System("identity")).await?;
    let now = db.clock().now();
    let Some(user) = store::finish_reset(&mut tx, job.reset, now).await? else {
        return Ok(());
    };
    if store::delete_all(&mut tx, user).await?
        && let Some(person) = people::person(&mut tx, user).await?
    {
        people::end_sessions(&mut tx, user, None, now).await?;
        let removed = Event::new("user.factors_removed", "user", user).acting_for(Party::Person(user));
        guildhall_audit::record(&mut tx, &Actor::System("lost-factor"), removed).await?;
        let mail = Mail::FactorRemoved { name: person.name.clone(), what: "every second factor".to_owned() };
        jobs::send(&mut tx, format!("factors-removed:{}", job.reset), person.to(), mail).await?;
    }
    tx.commit().await?;
    Ok(())
}
