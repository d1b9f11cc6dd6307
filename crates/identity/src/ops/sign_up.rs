//! Signing up and confirming the address.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpResult, enqueue};
use guildhall_kernel::{Actor, token};
use guildhall_types::{Error, Fields};

use crate::{
    Client, EmailAddress, Passwords, Throttle,
    consents::{AGREE_FIRST, Agreed},
    jobs::{ConfirmationRequested, SignUpRequested},
    policy::{self, NewPassword, PersonName},
    store::{self, Purpose},
};

/// What the form holds.
#[derive(Clone, Copy, Debug)]
pub struct SignUp<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    /// Where the person wanted to go: a path of this site, or empty. It comes back with the confirming link.
    pub next: &'a str,
    /// Whether the box beside the terms is ticked.
    pub agreed: bool,
    /// What stood beside the box, as [`crate::consents::shown`] says it. Only what holds is taken as agreed to.
    pub versions: &'a str,
}

const STALE: &str = "This link has expired, or a newer one was sent. Ask for a new link.";

/// Takes a sign-up. The answer is the same whether or not the address has an account: a mail says what comes next.
///
/// # Errors
/// [`Error::Invalid`] with every field that needs mending; [`Error::TooMany`].
pub async fn sign_up(
    db: &Db,
    passwords: &Passwords,
    throttle: &Throttle,
    client: &Client,
    form: SignUp<'_>,
) -> OpResult<()> {
    let mut fields = Fields::new();
    let name = PersonName::parse(form.name).map_err(|message| fields.add("name", message)).ok();
    let email = EmailAddress::parse(form.email).map_err(|message| fields.add("email", message)).ok();
    let password =
        NewPassword::parse(form.password, email.as_ref()).map_err(|message| fields.add("password", message)).ok();
    if !form.agreed {
        fields.add("agree", AGREE_FIRST);
    }
    fields.finish()?;
    let (Some(name), Some(email), Some(password)) = (name, email, password) else {
        return Err(Error::BadRequest { message: "Fill in the whole form.".to_owned() }.into());
    };
    throttle.mail(&client.address)?;
    let password_hash = passwords.hash(password.as_str()).await?;
    let mut tx = db.begin(&Actor::System("sign-up")).await?;
    let job = SignUpRequested {
        user: db.id(),
        request: db.id(),
        name: name.as_str().to_owned(),
        email: email.as_str().to_owned(),
        password_hash,
        next: policy::own_path(form.next, "").to_owned(),
        agreed: Some(Agreed::to_shown(form.versions, db.clock().now())),
    };
    enqueue(&mut tx, &job, JobOptions::default()).await?;
    tx.commit().await?;
    Ok(())
}

/// Confirms the address that the link was sent to. Pressed twice, it succeeds twice.
///
/// # Errors
/// [`Error::Conflict`] when the link is unknown, too old or replaced by a newer one.
pub async fn confirm_email(db: &Db, token: &str) -> OpResult<()> {
    let hash = token::hash(token).ok_or_else(|| Error::conflict(STALE))?;
    let actor = Actor::System("confirm-email");
    let mut tx = db.begin(&actor).await?;
    let now = db.clock().now();
    if let Some(user) = store::use_link(&mut tx, Purpose::ConfirmEmail, &hash, now).await? {
        store::confirm_email(&mut tx, user, now).await?;
        store::void_links(&mut tx, user, Purpose::ConfirmEmail, now).await?;
        let event = Event::new("user.email_confirmed", "user", user).acting_for(Party::Person(user));
        guildhall_audit::record(&mut tx, &actor, event).await?;
        tx.commit().await?;
        return Ok(());
    }
    let Some(link) = store::link(&mut tx, Purpose::ConfirmEmail, &hash).await? else {
        return Err(Error::conflict(STALE).into());
    };
    let is_confirmed = store::person(&mut tx, link.user).await?.is_some_and(|person| person.confirmed);
    if link.is_used && is_confirmed { Ok(()) } else { Err(Error::conflict(STALE).into()) }
}

/// Asks for the confirming link again. The answer is the same for any address.
///
/// # Errors
/// [`Error::Invalid`] when it is no address; [`Error::TooMany`].
pub async fn resend_confirmation(db: &Db, throttle: &Throttle, client: &Client, email: &str) -> OpResult<()> {
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    throttle.mail(&client.address)?;
    let mut tx = db.begin(&Actor::System("confirm-email")).await?;
    let job = ConfirmationRequested { request: db.id(), email: email.as_str().to_owned() };
    enqueue(&mut tx, &job, JobOptions::default()).await?;
    tx.commit().await?;
    Ok(())
}
