//! Setting up and removing an authenticator app.

use guildhall_db::{Db, OpError, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::{Error, UserId, factors::TotpView};

use super::{Factors, PasswordProof, SITE, codes, security, store, totp};
use crate::store::person;

const APP: &str = "an authenticator app";

fn context(user: UserId) -> String {
    format!("totp:{user}")
}

/// The secret of an app.
pub(super) fn open(factors: &Factors, user: UserId, sealed: &[u8]) -> OpResult<Vec<u8>> {
    factors.sealer().open(&context(user), sealed).map_err(|error| OpError::Other(error.into()))
}

/// Draws a secret for an app; the first code confirms it. Begun again, the older secret is void.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `password`, [`Error::TooMany`]; [`Error::Conflict`] when an app is set up.
pub async fn start_totp(db: &Db, factors: &Factors, actor: &Actor, proof: &PasswordProof<'_>) -> OpResult<()> {
    let person = proof.check_for_change(db, actor).await?;
    let random = db.chance().secret();
    let (secret, _) = random.split_at(totp::SECRET_BYTES);
    let sealed = factors.sealer().seal(&context(person.id), secret).map_err(|error| OpError::Other(error.into()))?;
    let mut tx = db.begin(actor).await?;
    if !store::start_totp(&mut tx, person.id, &sealed, db.clock().now()).await? {
        return Err(Error::conflict("An authenticator app is set up already. Remove it first.").into());
    }
    tx.commit().await?;
    Ok(())
}

/// Where the set-up stands: the secret is shown only until it is confirmed.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn read_totp(db: &Db, factors: &Factors, actor: &Actor) -> OpResult<TotpView> {
    let user = actor.user()?;
    let mut tx = db.begin(actor).await?;
    let Some(row) = store::totp(&mut tx, user.id).await? else {
        return Ok(TotpView::None);
    };
    if let Some(since) = row.confirmed_at {
        return Ok(TotpView::On { since });
    }
    let secret = open(factors, user.id, &row.secret)?;
    let uri = totp::uri(SITE, &user.email, &secret);
    let qr = totp::qr(&uri).unwrap_or_default();
    Ok(TotpView::Started { secret: totp::grouped(&totp::base32(&secret)), uri, qr })
}

/// Confirms the app by a code of it. With the first second factor come recovery codes.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `code`; [`Error::Conflict`] when nothing was begun.
pub async fn confirm_totp(db: &Db, factors: &Factors, actor: &Actor, code: &str) -> OpResult<()> {
    let user = actor.user()?;
    let mut tx = db.begin(actor).await?;
    let row = store::lock_totp(&mut tx, user.id).await?.filter(|row| row.confirmed_at.is_none());
    let row = row.ok_or_else(|| Error::conflict("There is nothing to confirm. Start again."))?;
    let entered = totp::parse(code).ok_or_else(|| Error::field("code", "Enter the 6 digits that your app shows"))?;
    let secret = open(factors, user.id, &row.secret)?;
    let now = db.clock().now();
    let step = totp::matching_step(&secret, &entered, now.timestamp(), 0).ok_or_else(|| {
        Error::field("code", "This code is not right. Enter the newest code that your app shows for Guildhall")
    })?;
    if !store::confirm_totp(&mut tx, user.id, step, now).await? {
        return Err(Error::conflict("There is nothing to confirm. Start again.").into());
    }
    codes::make_first(db, factors, &mut tx, user.id).await?;
    let person = person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    security::after_adding(db, &mut tx, actor, &person, APP.to_owned()).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes the app, or what was begun of one.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `password`, [`Error::TooMany`], [`Error::NotFound`]; [`Error::Conflict`]
/// when the person's role asks for a second factor and this is the last.
pub async fn remove_totp(db: &Db, factors: &Factors, actor: &Actor, proof: &PasswordProof<'_>) -> OpResult<()> {
    let person = proof.check_for_change(db, actor).await?;
    let mut tx = db.begin(actor).await?;
    if !store::delete_totp(&mut tx, person.id).await? {
        return Err(Error::NotFound.into());
    }
    security::after_removal(db, factors, &mut tx, actor, &person, APP).await?;
    tx.commit().await?;
    Ok(())
}
