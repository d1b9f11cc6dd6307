//! What people see and change of their own account. Each op acts as the person: row-level security lets it reach
//! nobody else's rows.

use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    Error, Fields, SessionId,
    account::{AccountView, SessionView},
};

use crate::{
    Client, EmailAddress, Passwords, Throttle, jobs,
    policy::{NewPassword, PersonName, device},
    store,
};

/// The person's account, with where they are signed in.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn account(db: &Db, actor: &Actor) -> OpResult<AccountView> {
    let user = actor.myself(Action::ReadAccount)?;
    let mut tx = db.begin(actor).await?;
    let about = store::about(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    let rows = store::sessions(&mut tx, user.id, db.clock().now()).await?;
    let mut sessions: Vec<SessionView> = rows
        .into_iter()
        .map(|row| SessionView {
            id: row.id,
            device: device(&row.user_agent),
            signed_in_at: row.created_at,
            last_seen_at: row.last_seen_at,
            is_this: row.id == user.session,
        })
        .collect();
    // Stable: the others stay in the order of their last use.
    sessions.sort_by_key(|session| !session.is_this);
    Ok(AccountView {
        name: about.name,
        email: about.email,
        email_confirmed: about.confirmed,
        created_at: about.created_at,
        sessions,
    })
}

/// Changes what the person is called.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`].
pub async fn rename(db: &Db, actor: &Actor, name: &str) -> OpResult<()> {
    let user = actor.myself(Action::ChangeAccount)?;
    let name = PersonName::parse(name).map_err(|message| Error::field("name", message))?;
    let mut tx = db.begin(actor).await?;
    if !store::set_name(&mut tx, user.id, name.as_str(), db.clock().now()).await? {
        return Err(Error::SignInRequired.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Changes the password, which the person proves to know. Every other session ends.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`], [`Error::TooMany`].
pub async fn change_password(
    db: &Db,
    passwords: &Passwords,
    throttle: &Throttle,
    client: &Client,
    actor: &Actor,
    current: &str,
    new: &str,
) -> OpResult<()> {
    let user = actor.myself(Action::ChangeAccount)?;
    let mut tx = db.begin(actor).await?;
    let person = store::person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    drop(tx);
    let mut fields = Fields::new();
    if current.is_empty() {
        fields.add("current_password", "Enter your current password");
    }
    let email = EmailAddress::parse(&person.email).ok();
    let password = NewPassword::parse(new, email.as_ref()).map_err(|message| fields.add("new_password", message)).ok();
    if !current.is_empty() && current == new {
        fields.add("new_password", "Choose a password that is not your current one");
    }
    fields.finish()?;
    let Some(password) = password else {
        return Err(Error::field("new_password", "Enter a password").into());
    };

    let delay = throttle.sign_in(&person.email, &client.address)?;
    tokio::time::sleep(delay).await;
    let tried: String = current.chars().take(*guildhall_types::form::PASSWORD.end() + 1).collect();
    if !passwords.verify(Some(&person.password_hash), &tried).await? {
        return Err(Error::field("current_password", "This is not your current password").into());
    }
    throttle.succeeded(&person.email, &client.address);
    let password_hash = passwords.hash(password.as_str()).await?;

    let mut tx = db.begin(actor).await?;
    let now = db.clock().now();
    if !store::hold_password(&mut tx, user.id, &person.password_hash).await? {
        return Err(Error::conflict("Your password was changed meanwhile. Sign in again.").into());
    }
    store::set_password(&mut tx, user.id, &password_hash, now).await?;
    store::end_sessions(&mut tx, user.id, Some(user.session), now).await?;
    jobs::send_password_changed(db, &mut tx, &person).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends one of the person's sessions.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that id, or it is somebody else's, or it ended before.
pub async fn end_session(db: &Db, actor: &Actor, session: SessionId) -> OpResult<()> {
    let user = actor.myself(Action::EndSessions)?;
    let mut tx = db.begin(actor).await?;
    if !store::end_session(&mut tx, user.id, session, db.clock().now()).await? {
        return Err(Error::NotFound.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Ends all of the person's sessions but the one that asks; how many.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn end_other_sessions(db: &Db, actor: &Actor) -> OpResult<u64> {
    let user = actor.myself(Action::EndSessions)?;
    let mut tx = db.begin(actor).await?;
    let ended = store::end_sessions(&mut tx, user.id, Some(user.session), db.clock().now()).await?;
    tx.commit().await?;
    Ok(ended)
}
