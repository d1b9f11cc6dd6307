//! For whoever vouches for people from outside: accounts made on an organisation's word, sessions opened and ended by it.
//! The checks that make the word good are `guildhall_federation`'s; each op is part of its transaction, as the program.

use chrono::{DateTime, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::Actor;
use guildhall_types::{Error, SessionId, UserId};
use serde_json::json;

use super::{NewSession, enforced::THROUGH_ORGANIZATION, open::open_proved, session::SUSPENDED};
use crate::{
    Client, EmailAddress, factors,
    policy::PersonName,
    store::{self, NewPerson, Purpose},
};

/// Signs a person in whom somebody else has proved: always a new session, and the one that the browser had before ends.
/// `methods` are the ways in which they were proved, by the names of RFC 8176 and `sso`, and `proved_at` when that was, where whoever
/// vouches says so: a provider may vouch for somebody who showed it a password a week ago.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person; [`Error::Invalid`] when they are suspended.
pub async fn sign_in_federated(
    db: &Db,
    tx: &mut Tx,
    user: UserId,
    client: &Client,
    methods: &[&str],
    proved_at: Option<DateTime<Utc>>,
) -> OpResult<NewSession> {
    let person = store::person(tx, user).await?.ok_or(Error::NotFound)?;
    if !store::hold_password(tx, person.id, &person.password_hash).await? {
        return Err(Error::field("", SUSPENDED).into());
    }
    open_proved(db, tx, &person, client, methods, proved_at).await
}

/// The person has signed in anew at their organisation, at `proved_at`: their session counts as proved since then. Whoever has a
/// second factor of their own proves themselves with that.
///
/// # Errors
/// [`Error::Conflict`] where there is a second factor; [`Error::SignInRequired`] when the session is over.
pub async fn confirm_federated(
    db: &Db,
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
    proved_at: DateTime<Utc>,
) -> OpResult<()> {
    if factors::store::status(tx, user).await?.has_second_factor() {
        return Err(Error::conflict("Your account has a second factor of its own. Confirm with that.").into());
    }
    let now = db.clock().now();
    let signed = store::signed(tx, session, now).await?.filter(|signed| signed.user == user);
    let amr = signed.ok_or(Error::SignInRequired)?.amr;
    if !store::set_authenticated(tx, user, session, &amr, proved_at.min(now)).await? {
        return Err(Error::SignInRequired.into());
    }
    let event = Event::new("user.proved_again", "session", session).acting_for(Party::Person(user));
    let event = event.after(json!({ "methods": [THROUGH_ORGANIZATION] }));
    guildhall_audit::record(tx, &Actor::System("sign-in"), event).await
}

/// Makes an account whose address is proved. One that somebody began and never confirmed is taken over: its password and
/// sessions were never proved to be the address's owner's. `password_hash` is of a password that nobody knows.
///
/// Nobody, when the address has a confirmed account.
///
/// # Errors
/// When the database does not answer.
pub async fn create_federated(
    db: &Db,
    tx: &mut Tx,
    email: &EmailAddress,
    name: &str,
    password_hash: &str,
) -> OpResult<Option<UserId>> {
    let now = db.clock().now();
    let name = PersonName::parse(name).map_or_else(|_| email.local().to_owned(), |name| name.as_str().to_owned());
    let person = NewPerson { id: db.id(), name: &name, email: email.as_str(), password_hash, now };
    let id = if store::insert_person(tx, &person).await? {
        person.id
    } else {
        let Some(there) = store::lock_person_by_email(tx, email.as_str()).await?.filter(|there| !there.confirmed)
        else {
            return Ok(None);
        };
        store::replace_unconfirmed(tx, &NewPerson { id: there.id, ..person }).await?;
        store::end_sessions(tx, there.id, None, now).await?;
        there.id
    };
    store::confirm_email(tx, id, now).await?;
    store::void_links(tx, id, Purpose::ConfirmEmail, now).await?;
    store::void_links(tx, id, Purpose::ResetPassword, now).await?;
    Ok(Some(id))
}

/// Ends these sessions of a person, or all of theirs; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn end_federated(db: &Db, tx: &mut Tx, user: UserId, which: Option<&[SessionId]>) -> OpResult<u64> {
    let now = db.clock().now();
    let Some(which) = which else {
        return Ok(store::end_sessions(tx, user, None, now).await?);
    };
    let mut ended = 0;
    for session in which {
        ended += u64::from(store::end_session(tx, user, *session, now).await?);
    }
    Ok(ended)
}
