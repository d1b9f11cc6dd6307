//! Signing in and out.

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::Error;

use super::{NewSession, enforced, open_session};
use crate::{
    Client, EmailAddress, Passwords, Throttle,
    factors::{self, PendingSignIn},
    failures::{self, Reason},
    store,
};

/// What a right password leads to.
#[derive(Debug)]
pub enum SignedIn {
    Session(NewSession),
    /// There is a second factor to come first.
    SecondStep(PendingSignIn),
}

/// The one answer to an unknown address, a wrong password and an address that was never confirmed.
const WRONG: &str =
    "The email address or password is not right. If you have just signed up, use the link that we sent you first.";
pub(super) const SUSPENDED: &str = "This account is suspended. Contact us to find out why.";

/// Signs in by password: a session, or the second step where one is set up. A password that was hashed more cheaply than
/// today's are is hashed anew on the way.
///
/// # Errors
/// [`Error::Invalid`] with one message for everything that does not fit, or with the way in where an organisation alone signs
/// people of this domain in; [`Error::TooMany`].
pub async fn sign_in(
    db: &Db,
    passwords: &Passwords,
    throttle: &Throttle,
    client: &Client,
    email: &str,
    password: &str,
) -> OpResult<SignedIn> {
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    if password.is_empty() {
        return Err(Error::field("password", "Enter your password").into());
    }
    let delay = throttle.sign_in(email.as_str(), &client.address)?;
    tokio::time::sleep(delay).await;

    let actor = Actor::System("sign-in");
    let mut tx = db.begin(&actor).await?;
    // Before anything is known of an account: the answer is the same for every address of the domain.
    enforced::refuse(&mut tx, email.as_str(), client, db.clock().now()).await?;
    let person = store::person_by_email(&mut tx, email.as_str()).await?;
    drop(tx);
    // Nothing that long was ever stored; it is cut so that hashing it costs no more than another.
    let tried: String = password.chars().take(*guildhall_types::form::PASSWORD.end() + 1).collect();
    let is_right = passwords.verify(person.as_ref().map(|person| person.password_hash.as_str()), &tried).await?;
    let refused = match &person {
        Some(person) if is_right && person.suspended => Some((Reason::Suspended, SUSPENDED)),
        // Nor is a link sent from here: who signed a stranger's address up could tell by the time it takes.
        Some(person) if is_right && !person.confirmed => Some((Reason::NotConfirmed, WRONG)),
        Some(_) if is_right => None,
        _ => Some((Reason::Password, WRONG)),
    };
    if let Some((reason, message)) = refused {
        failures::count(db, person.map(|person| person.id), reason, client).await?;
        return Err(Error::field("", message).into());
    }
    let Some(person) = person else { return Err(Error::field("", WRONG).into()) };

    let rehashed =
        if passwords.needs_rehash(&person.password_hash) { Some(passwords.hash(&tried).await?) } else { None };
    let mut tx = db.begin(&actor).await?;
    if !store::hold_password(&mut tx, person.id, &person.password_hash).await? {
        return Err(Error::field("", WRONG).into());
    }
    if let Some(hash) = rehashed {
        store::set_password(&mut tx, person.id, &hash, db.clock().now()).await?;
    }
    let signed_in = match factors::open_pending(db, &mut tx, person.id).await? {
        Some(pending) => SignedIn::SecondStep(pending),
        None => SignedIn::Session(open_session(db, &mut tx, &person, client, &["pwd"]).await?),
    };
    tx.commit().await?;
    throttle.succeeded(email.as_str(), &client.address);
    Ok(signed_in)
}

/// Ends the session that asks. For anybody else there is nothing to do.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(db: &Db, actor: &Actor) -> OpResult<()> {
    let Actor::User(user) = actor else {
        return Ok(());
    };
    let mut tx = db.begin(actor).await?;
    store::end_session(&mut tx, user.id, user.session, db.clock().now()).await?;
    guildhall_audit::record(&mut tx, actor, Event::new("user.signed_out", "session", user.session)).await?;
    tx.commit().await?;
    Ok(())
}
