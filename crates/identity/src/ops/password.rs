//! Forgotten passwords.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpResult, enqueue};
use guildhall_kernel::{Actor, token};
use guildhall_types::Error;

use super::enforced;
use crate::{
    Client, EmailAddress, Passwords, Throttle,
    jobs::{self, ResetRequested},
    policy::NewPassword,
    store::{self, Purpose},
};

const STALE: &str = "This link has expired or was used already. Ask for a new link.";

/// Asks for the link to choose a new password. The answer is the same for any address.
///
/// # Errors
/// [`Error::Invalid`] when it is no address, or of a domain whose organisation alone signs people in; [`Error::TooMany`].
pub async fn request_reset(db: &Db, throttle: &Throttle, client: &Client, email: &str) -> OpResult<()> {
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    throttle.mail(&client.address)?;
    let mut tx = db.begin(&Actor::System("request-reset")).await?;
    // A password would open nothing.
    enforced::refuse(&mut tx, email.as_str(), client, db.clock().now()).await?;
    let job = ResetRequested { request: db.id(), email: email.as_str().to_owned() };
    enqueue(&mut tx, &job, JobOptions::default()).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a new password by the link that was sent. Every session ends, and so does every link to an organisation's sign-in; having the mail also confirms the address.
///
/// # Errors
/// [`Error::Conflict`] when the link is unknown, used or too old; [`Error::Invalid`] for a password that may not be
/// chosen, which does not use the link up.
pub async fn reset_password(db: &Db, passwords: &Passwords, token: &str, password: &str) -> OpResult<()> {
    let stale = || Error::conflict(STALE);
    let hash = token::hash(token).ok_or_else(stale)?;
    let actor = Actor::System("reset-password");
    let mut tx = db.begin(&actor).await?;
    let now = db.clock().now();
    let link = store::link(&mut tx, Purpose::ResetPassword, &hash).await?;
    let link = link.filter(|link| !link.is_used && link.expires_at > now).ok_or_else(stale)?;
    let person = store::person(&mut tx, link.user).await?.ok_or_else(stale)?;
    drop(tx);

    let email = EmailAddress::parse(&person.email).ok();
    let password = NewPassword::parse(password, email.as_ref()).map_err(|message| Error::field("password", message))?;
    let password_hash = passwords.hash(password.as_str()).await?;

    let mut tx = db.begin(&actor).await?;
    let now = db.clock().now();
    // Of two who press at once, one is first here.
    store::use_link(&mut tx, Purpose::ResetPassword, &hash, now).await?.ok_or_else(stale)?;
    if !store::set_password(&mut tx, person.id, &password_hash, now).await? {
        return Err(stale().into());
    }
    store::confirm_email(&mut tx, person.id, now).await?;
    store::void_links(&mut tx, person.id, Purpose::ResetPassword, now).await?;
    store::void_links(&mut tx, person.id, Purpose::ConfirmEmail, now).await?;
    store::end_sessions(&mut tx, person.id, None, now).await?;
    // Whoever had the account meanwhile may have left a way back in.
    store::forget_sign_on(&mut tx, person.id).await?;
    let event = Event::new("user.password_reset", "user", person.id).acting_for(Party::Person(person.id));
    guildhall_audit::record(&mut tx, &actor, event).await?;
    jobs::send_password_changed(db, &mut tx, &person).await?;
    tx.commit().await?;
    Ok(())
}
