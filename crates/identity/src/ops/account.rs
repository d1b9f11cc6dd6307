//! What people see and change of their own account. Each op acts as the person: row-level security lets it reach
//! nobody else's rows.

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{Error, Fields, account::AccountView};

use crate::{
    Client, EmailAddress, Passwords, Throttle,
    failures::{self, Reason},
    jobs,
    policy::{NewPassword, PersonName},
    store,
};

/// The person's account.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn account(db: &Db, actor: &Actor) -> OpResult<AccountView> {
    let user = actor.myself(Action::ReadAccount)?;
    let mut tx = db.begin(actor).await?;
    let about = store::about(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    Ok(AccountView {
        name: about.name,
        email: about.email,
        email_confirmed: about.confirmed,
        created_at: about.created_at,
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
        failures::count(db, Some(person.id), Reason::Password, client).await?;
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
    guildhall_audit::record(&mut tx, actor, Event::new("user.password_changed", "user", user.id)).await?;
    jobs::send_password_changed(db, &mut tx, &person).await?;
    tx.commit().await?;
    Ok(())
}
