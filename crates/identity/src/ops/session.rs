//! Signing in and out, and knowing who asks.

use chrono::{DateTime, Utc};
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Actor, UserActor, token};
use guildhall_types::{Error, SessionId, UserId};

use crate::{
    Client, EmailAddress, Passwords, Throttle,
    policy::{SESSION_IDLE, SESSION_TOUCH},
    store::{self, NewSessionRow},
};

/// A session that was just made. The token goes into the cookie and nowhere else; `Debug` does not show it.
pub struct NewSession {
    pub token: String,
    pub id: SessionId,
    pub user: UserId,
    pub name: String,
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}

/// The one answer to an unknown address, a wrong password and an address that was never confirmed.
const WRONG: &str =
    "The email address or password is not right. If you have just signed up, use the link that we sent you first.";
pub(super) const SUSPENDED: &str = "This account is suspended. Contact us to find out why.";

/// Signs in: always a new session, and the one that the browser had before ends, so that none can be planted.
///
/// # Errors
/// [`Error::Invalid`] with one message for everything that does not fit; [`Error::TooMany`].
pub async fn sign_in(
    db: &Db,
    passwords: &Passwords,
    throttle: &Throttle,
    client: &Client,
    email: &str,
    password: &str,
) -> OpResult<NewSession> {
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    if password.is_empty() {
        return Err(Error::field("password", "Enter your password").into());
    }
    let delay = throttle.sign_in(email.as_str(), &client.address)?;
    tokio::time::sleep(delay).await;

    let actor = Actor::System("sign-in");
    let mut tx = db.begin(&actor).await?;
    let person = store::person_by_email(&mut tx, email.as_str()).await?;
    drop(tx);
    // Nothing that long was ever stored; it is cut so that hashing it costs no more than another.
    let tried: String = password.chars().take(*guildhall_types::form::PASSWORD.end() + 1).collect();
    let is_right = passwords.verify(person.as_ref().map(|person| person.password_hash.as_str()), &tried).await?;
    let Some(person) = person.filter(|_| is_right) else {
        return Err(Error::field("", WRONG).into());
    };
    if person.suspended {
        return Err(Error::field("", SUSPENDED).into());
    }
    // Nor is a link sent from here: who signed a stranger's address up could tell by the time it takes.
    if !person.confirmed {
        return Err(Error::field("", WRONG).into());
    }

    let mut tx = db.begin(&actor).await?;
    let now = db.clock().now();
    if !store::hold_password(&mut tx, person.id, &person.password_hash).await? {
        return Err(Error::field("", WRONG).into());
    }
    if let Some(before) = client.session {
        store::end_session(&mut tx, person.id, before, now).await?;
    }
    let (token, hash) = token::issue(db.chance());
    let user_agent: String = client.user_agent.chars().filter(|c| !c.is_control()).take(400).collect();
    let session = NewSessionRow {
        id: db.id(),
        user: person.id,
        token_hash: &hash,
        user_agent: &user_agent,
        now,
        expires_at: now + SESSION_IDLE,
    };
    store::insert_session(&mut tx, &session).await?;
    tx.commit().await?;
    throttle.succeeded(email.as_str(), &client.address);
    Ok(NewSession { token, id: session.id, user: person.id, name: person.name, expires_at: session.expires_at })
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
    tx.commit().await?;
    Ok(())
}

/// Who presents this token: nobody when the session is unknown, ended or too old, or the person suspended. Being used
/// keeps a session alive.
///
/// # Errors
/// When the database does not answer.
pub async fn authenticate(db: &Db, token: &str) -> OpResult<Actor> {
    let Some(hash) = token::hash(token) else {
        return Ok(Actor::Anonymous);
    };
    let mut tx = db.begin(&Actor::System("authenticate")).await?;
    let now = db.clock().now();
    let Some(signed) = store::signed(&mut tx, &hash, now).await? else {
        return Ok(Actor::Anonymous);
    };
    if now - signed.last_seen_at >= SESSION_TOUCH {
        store::touch_session(&mut tx, signed.session, now, now + SESSION_IDLE).await?;
        tx.commit().await?;
    }
    Ok(Actor::User(Box::new(UserActor {
        id: signed.user,
        session: signed.session,
        organizations: signed.organizations,
        is_admin: signed.is_admin,
        name: signed.name,
        email: signed.email,
        email_confirmed: signed.confirmed,
        is_provider: signed.is_provider,
    })))
}
