//! The second step of signing in, and signing in by passkey alone.

use chrono::{DateTime, Utc};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Actor, token};
use guildhall_types::{
    Error, UserId,
    factors::{Ceremony, SecondStepView},
};

use super::{Factors, PENDING_FOR, assertion, assertion::Purpose, prove, store};
use crate::{
    Client, NewSession, Throttle,
    failures::{self, Reason},
    ops::open_session,
    store::{Person, person},
};

/// The password was right and the second step is to come. The token goes into a cookie; `Debug` does not show it.
pub struct PendingSignIn {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingSignIn").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Begins the second step where the person has one. System only, after the password was held.
pub(crate) async fn open_pending(db: &Db, tx: &mut Tx, user: UserId) -> OpResult<Option<PendingSignIn>> {
    if !store::status(tx, user).await?.has_second_factor() {
        return Ok(None);
    }
    let (token, hash) = token::issue(db.chance());
    let now = db.clock().now();
    let expires_at = now + PENDING_FOR;
    store::insert_pending(tx, &hash, user, now, expires_at).await?;
    Ok(Some(PendingSignIn { token, expires_at }))
}

pub(super) const ACTOR: Actor = Actor::System("second-step");

pub(super) fn stale() -> Error {
    Error::conflict("Signing in took too long. Start again with your email address and password.")
}

/// The waiting sign-in of a token, locked.
pub(super) async fn pending(db: &Db, tx: &mut Tx, token: &str) -> OpResult<([u8; 32], store::Pending)> {
    let hash = token::hash(token).ok_or_else(stale)?;
    let pending = store::lock_pending(tx, &hash, db.clock().now()).await?.ok_or_else(stale)?;
    Ok((hash, pending))
}

/// What the second step offers to whoever holds this token; nothing when there is none under way.
///
/// # Errors
/// When the database does not answer.
pub async fn second_step(db: &Db, factors: &Factors, token: &str) -> OpResult<Option<SecondStepView>> {
    let Some(hash) = token::hash(token) else { return Ok(None) };
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let Some(pending) = store::lock_pending(&mut tx, &hash, now).await? else { return Ok(None) };
    let status = store::status(&mut tx, pending.user).await?;
    Ok(Some(SecondStepView {
        has_totp: status.totp_since.is_some(),
        has_passkey: status.has_passkey && factors.webauthn().is_ok(),
        mail_code_sent: pending.mail_code_expires_at.is_some_and(|until| until > now),
        removal_due_at: status.removal_due_at,
        removal_hours: u32::try_from(factors.settings().removal_wait.num_hours()).unwrap_or(u32::MAX),
    }))
}

/// Finishes signing in by an app's code or a recovery code.
///
/// # Errors
/// [`Error::Conflict`] when the first step is too long ago; [`Error::Invalid`] on `code`; [`Error::TooMany`].
pub async fn sign_in_with_code(
    db: &Db,
    factors: &Factors,
    throttle: &Throttle,
    client: &Client,
    token: &str,
    code: &str,
) -> OpResult<NewSession> {
    let mut tx = db.begin(&ACTOR).await?;
    let user = pending(db, &mut tx, token).await?.1.user;
    drop(tx);
    prove::hold_back(throttle, client, user).await?;

    let mut tx = db.begin(&ACTOR).await?;
    let (hash, pending) = pending(db, &mut tx, token).await?;
    let person = person(&mut tx, pending.user).await?.ok_or_else(stale)?;
    let method = match prove::check_code(db, factors, &mut tx, &person, client, code).await? {
        Ok(method) => method,
        Err(error) => {
            tx.commit().await?;
            return Err(error.into());
        }
    };
    store::delete_pending(&mut tx, &hash).await?;
    let session = open(db, &mut tx, &person, client, &["pwd", method, "mfa"]).await?;
    tx.commit().await?;
    throttle.succeeded(&prove::throttle_name(user), &client.address);
    Ok(session)
}

/// A session after a second factor: who has it needs no removal of it.
async fn open(db: &Db, tx: &mut Tx, person: &Person, client: &Client, methods: &[&str]) -> OpResult<NewSession> {
    store::cancel_reset(tx, person.id, db.clock().now()).await?;
    open_session(db, tx, person, client, methods).await
}

/// What the authenticator is asked in the second step.
///
/// # Errors
/// [`Error::Conflict`] when the first step is too long ago, or there is no passkey.
pub async fn start_second_step_by_passkey(db: &Db, factors: &Factors, token: &str) -> OpResult<Ceremony> {
    let mut tx = db.begin(&ACTOR).await?;
    let user = pending(db, &mut tx, token).await?.1.user;
    drop(tx);
    assertion::start(db, factors, Purpose::SecondFactor, Some(user)).await
}

/// Finishes signing in by a passkey, after the password.
///
/// # Errors
/// [`Error::Conflict`] when the first step is too long ago, or the passkey does not fit.
pub async fn finish_second_step_by_passkey(
    db: &Db,
    factors: &Factors,
    client: &Client,
    token: &str,
    challenge: &str,
    credential: &str,
) -> OpResult<NewSession> {
    let mut tx = db.begin(&ACTOR).await?;
    let user = pending(db, &mut tx, token).await?.1.user;
    drop(tx);
    let state = assertion::asked(db, Purpose::SecondFactor, Some(user), challenge).await?;

    let mut tx = db.begin(&ACTOR).await?;
    let (hash, _) = pending(db, &mut tx, token).await?;
    if let Err(error) = assertion::answered(db, factors, &mut tx, client, state, Some(user), credential).await? {
        tx.commit().await?;
        return Err(error.into());
    }
    let person = person(&mut tx, user).await?.ok_or_else(stale)?;
    store::delete_pending(&mut tx, &hash).await?;
    let session = open(db, &mut tx, &person, client, &["pwd", "hwk", "mfa"]).await?;
    tx.commit().await?;
    Ok(session)
}

/// What the authenticator of whoever wants to sign in is asked. Says nothing of who has an account.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Conflict`] where passkeys don't work.
pub async fn start_passkey_sign_in(
    db: &Db,
    factors: &Factors,
    throttle: &Throttle,
    client: &Client,
) -> OpResult<Ceremony> {
    throttle.challenge(&client.address)?;
    assertion::start(db, factors, Purpose::SignIn, None).await
}

/// Signs in by passkey: the authenticator has checked that it is the person, by a touch, a face or a PIN, so it is both
/// factors in one.
///
/// # Errors
/// [`Error::Conflict`] when it does not fit, or the person may not sign in.
pub async fn finish_passkey_sign_in(
    db: &Db,
    factors: &Factors,
    client: &Client,
    challenge: &str,
    credential: &str,
) -> OpResult<NewSession> {
    let state = assertion::asked(db, Purpose::SignIn, None, challenge).await?;
    let mut tx = db.begin(&Actor::System("sign-in")).await?;
    let user = match assertion::answered(db, factors, &mut tx, client, state, None, credential).await? {
        Ok(user) => user,
        Err(error) => {
            tx.commit().await?;
            return Err(error.into());
        }
    };
    let person = person(&mut tx, user).await?.ok_or_else(assertion::stale)?;
    if person.suspended {
        failures::count_in(db, &mut tx, Some(user), Reason::Suspended, client).await?;
        tx.commit().await?;
        return Err(Error::conflict("This account is suspended. Contact us to find out why.").into());
    }
    if !person.confirmed {
        failures::count_in(db, &mut tx, Some(user), Reason::NotConfirmed, client).await?;
        tx.commit().await?;
        return Err(assertion::stale().into());
    }
    let session = open(db, &mut tx, &person, client, &["hwk", "mfa"]).await?;
    tx.commit().await?;
    Ok(session)
}
