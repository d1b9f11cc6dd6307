//! Checking what a person presents: a code, a password once more, a passkey.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Actor, mail::Mail};
use guildhall_types::{Error, Fields, UserId, factors::Ceremony};

use super::{Factors, app, assertion, assertion::Purpose, recovery, store, totp};
use crate::{
    Client, Passwords, Throttle,
    failures::{self, Reason},
    jobs,
    store::{Person, person},
};

const WRONG_CODE: &str =
    "This code is not right. Enter the newest code that your app shows, or a recovery code that you have not used.";
/// Wrong codes that are a slip of the finger; each further one makes the next wait longer.
const SLIPS: i32 = 5;
const FIRST_WAIT: i64 = 30;
const LONGEST_WAIT: i64 = 3_600;

/// How long to wait after the `wrong`th wrong code in a row. Whoever gets here knew the password, so that this is nothing
/// a stranger could cause; recovery codes and passkeys never wait.
fn wait_after(wrong: i32) -> Option<TimeDelta> {
    let over = u32::try_from(wrong - SLIPS).ok()?;
    let seconds = FIRST_WAIT.saturating_mul(2_i64.saturating_pow(over.min(20)));
    Some(TimeDelta::seconds(seconds.min(LONGEST_WAIT)))
}

/// Checks an app's code or a recovery code of a signed-in person.
async fn verify_code(
    db: &Db,
    factors: &Factors,
    throttle: &Throttle,
    client: &Client,
    user: UserId,
    code: &str,
) -> OpResult<()> {
    hold_back(throttle, client, user).await?;
    let mut tx = db.begin(&Actor::System("second-factor")).await?;
    let person = person(&mut tx, user).await?.ok_or(Error::SignInRequired)?;
    let outcome = check_code(db, factors, &mut tx, &person, client, code).await?;
    // A wrong try is written down as well.
    tx.commit().await?;
    outcome?;
    throttle.succeeded(&throttle_name(user), &client.address);
    Ok(())
}

/// Counts a try against the account and the address, and waits where there were many.
pub(super) async fn hold_back(throttle: &Throttle, client: &Client, user: UserId) -> Result<(), Error> {
    let delay = throttle.sign_in(&throttle_name(user), &client.address)?;
    tokio::time::sleep(delay).await;
    Ok(())
}

pub(super) fn throttle_name(user: UserId) -> String {
    format!("code:{user}")
}

/// Checks a code and uses it up; names the method as RFC 8176 does (`otp` for both). The caller commits whether it was right
/// or wrong. System only.
pub(super) async fn check_code(
    db: &Db,
    factors: &Factors,
    tx: &mut Tx,
    person: &Person,
    client: &Client,
    entered: &str,
) -> OpResult<Result<&'static str, Error>> {
    if entered.trim().is_empty() {
        return Ok(Err(Error::field("code", "Enter a code")));
    }
    let outcome = try_code(db, factors, tx, person, entered).await?;
    if let Err(Error::Invalid { .. }) = &outcome {
        failures::count_in(db, tx, Some(person.id), Reason::Code, client).await?;
    }
    Ok(outcome)
}

async fn try_code(
    db: &Db,
    factors: &Factors,
    tx: &mut Tx,
    person: &Person,
    entered: &str,
) -> OpResult<Result<&'static str, Error>> {
    let now = db.clock().now();
    if let Some(plain) = recovery::parse(entered) {
        if !store::use_code(tx, person.id, &recovery::hash(person.id, &plain), now).await? {
            return Ok(Err(Error::field("code", WRONG_CODE)));
        }
        let used = Event::new("user.recovery_code_used", "user", person.id).acting_for(Party::Person(person.id));
        guildhall_audit::record(tx, &Actor::System("second-factor"), used).await?;
        let left = u32::try_from(store::codes_left(tx, person.id).await?).unwrap_or_default();
        let key = format!("recovery-code-used:{}", db.id::<uuid::Uuid>());
        jobs::send(tx, key, person.to(), Mail::RecoveryCodeUsed { name: person.name.clone(), left }).await?;
        return Ok(Ok("otp"));
    }
    let (Some(code), Some(row)) = (totp::parse(entered), store::lock_totp(tx, person.id).await?) else {
        return Ok(Err(Error::field("code", WRONG_CODE)));
    };
    if row.confirmed_at.is_none() {
        return Ok(Err(Error::field("code", WRONG_CODE)));
    }
    if let Some(error) = too_soon(row.next_try_at, now) {
        return Ok(Err(error));
    }
    let secret = app::open(factors, person.id, &row.secret)?;
    if let Some(step) = totp::matching_step(&secret, &code, now.timestamp(), row.last_step)
        && store::take_step(tx, person.id, step).await?
    {
        return Ok(Ok("otp"));
    }
    count_wrong(tx, person, row.wrong_codes + 1, now).await?;
    Ok(Err(Error::field("code", WRONG_CODE)))
}

fn too_soon(next_try_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Error> {
    let seconds = (next_try_at? - now).num_seconds();
    let retry_after_seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    Some(Error::TooMany { retry_after_seconds })
}

async fn count_wrong(tx: &mut Tx, person: &Person, wrong: i32, now: DateTime<Utc>) -> OpResult<()> {
    let wait = wait_after(wrong);
    store::count_wrong(tx, person.id, wait.map(|wait| now + wait)).await?;
    if wait.is_some() {
        // Somebody knows the password. Told once a day.
        let key = format!("wrong-codes:{}:{}", person.id, now.timestamp() / 86_400);
        jobs::send(tx, key, person.to(), Mail::WrongCodes { name: person.name.clone() }).await?;
    }
    Ok(())
}

/// The person's password, with what checks it: asked for before a factor changes.
#[derive(Clone, Copy)]
pub struct PasswordProof<'a> {
    pub passwords: &'a Passwords,
    pub throttle: &'a Throttle,
    pub client: &'a Client,
    pub password: &'a str,
}

impl std::fmt::Debug for PasswordProof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordProof")
    }
}

impl PasswordProof<'_> {
    /// The signed-in person, once the password is right.
    pub(super) async fn check(&self, db: &Db, actor: &Actor) -> OpResult<Person> {
        let user = actor.user()?;
        if self.password.is_empty() {
            return Err(Error::field("password", "Enter your password").into());
        }
        let mut tx = db.begin(actor).await?;
        let person = person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
        drop(tx);
        let delay = self.throttle.sign_in(&person.email, &self.client.address)?;
        tokio::time::sleep(delay).await;
        let tried: String = self.password.chars().take(*guildhall_types::form::PASSWORD.end() + 1).collect();
        if !self.passwords.verify(Some(&person.password_hash), &tried).await? {
            failures::count(db, Some(person.id), Reason::Password, self.client).await?;
            return Err(Error::field("password", "This is not your password").into());
        }
        self.throttle.succeeded(&person.email, &self.client.address);
        Ok(person)
    }

    /// As [`PasswordProof::check`], before the factors themselves change: who has one must have shown it lately, or a password
    /// and an open session would do to put another in its place.
    pub(super) async fn check_for_change(&self, db: &Db, actor: &Actor) -> OpResult<Person> {
        let user = actor.user()?;
        let mut tx = db.begin(actor).await?;
        let has_second_factor = store::status(&mut tx, user.id).await?.has_second_factor();
        drop(tx);
        if has_second_factor {
            user.confirmed_recently(&user.clock)?;
        }
        self.check(db, actor).await
    }
}

/// What a signed-in person proves again with, before something weighty.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// The password, with a code of an app or a recovery code where the account has a second factor.
    Typed { password: &'a str, code: &'a str },
    /// The answer of an authenticator to [`start_proof`]: it has checked that it is the person, so it is both in one.
    Passkey { token: &'a str, credential: &'a str },
}

impl<'a> Proof<'a> {
    /// The proof in a form with these fields.
    #[must_use]
    pub const fn of_form(password: &'a str, code: &'a str, token: &'a str, credential: &'a str) -> Self {
        if credential.is_empty() { Self::Typed { password, code } } else { Self::Passkey { token, credential } }
    }
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed { .. } => "Proof::Typed",
            Self::Passkey { .. } => "Proof::Passkey",
        })
    }
}

/// Asks a signed-in person to prove once more who they are, with everything that their account is protected by; the answer
/// names the methods as RFC 8176 does (`pwd`, `otp`, `hwk`, `mfa`). Whoever calls it remembers that it was done, and when.
///
/// Whoever came in through their organisation may know no password here: with a second factor, its code does alone.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Invalid`] on the field `password` or `code`; [`Error::TooMany`]; [`Error::Conflict`]
/// for a passkey that does not fit.
pub async fn prove_again(
    db: &Db,
    passwords: &Passwords,
    factors: &Factors,
    throttle: &Throttle,
    client: &Client,
    actor: &Actor,
    proof: Proof<'_>,
) -> OpResult<&'static [&'static str]> {
    let user = actor.user()?;
    let (password, code) = match proof {
        Proof::Typed { password, code } => (password, code),
        Proof::Passkey { token, credential } => {
            let state = assertion::asked(db, Purpose::Prove, Some(user.id), token).await?;
            let mut tx = db.begin(&Actor::System("prove-again")).await?;
            let answer = assertion::answered(db, factors, &mut tx, client, state, Some(user.id), credential).await?;
            tx.commit().await?;
            answer?;
            return Ok(&["hwk", "mfa"]);
        }
    };
    let mut tx = db.begin(actor).await?;
    let has_second_factor = store::status(&mut tx, user.id).await?.has_second_factor();
    drop(tx);
    let through_organization = user.amr.iter().any(|method| method == "sso");
    let by_password = !(has_second_factor && through_organization && password.is_empty());
    if by_password && has_second_factor && code.trim().is_empty() {
        // Said before the password is looked at, and together with what is wrong there.
        let mut fields = Fields::new();
        if password.is_empty() {
            fields.add("password", "Enter your password");
        }
        fields.add("code", "Enter a code of your authenticator app, or a recovery code");
        fields.finish()?;
    }
    if by_password {
        PasswordProof { passwords, throttle, client, password }.check(db, actor).await?;
    }
    if !has_second_factor {
        return Ok(&["pwd"]);
    }
    verify_code(db, factors, throttle, client, user.id, code).await?;
    Ok(if by_password { &["pwd", "otp", "mfa"] } else { &["otp"] })
}

/// What the authenticator of a signed-in person is asked for [`prove_again`].
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when the person has no passkey.
pub async fn start_proof(db: &Db, factors: &Factors, actor: &Actor) -> OpResult<Ceremony> {
    let user = actor.user()?;
    assertion::start(db, factors, Purpose::Prove, Some(user.id)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_cost_nothing_and_guessing_ever_more() {
        let waits: Vec<Option<i64>> = (1..=14).map(|wrong| wait_after(wrong).map(|wait| wait.num_seconds())).collect();
        assert_eq!(waits[..4], [None; 4]);
        assert_eq!(
            waits[4..],
            [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600].map(Some),
            "a year of guessing gets 8,800 tries at three in a million"
        );
        assert_eq!(wait_after(i32::MAX), Some(TimeDelta::hours(1)));
    }

    #[test]
    fn a_form_proves_with_what_is_filled_in() {
        assert!(matches!(Proof::of_form("a", "b", "t", ""), Proof::Typed { password: "a", code: "b" }));
        assert!(matches!(Proof::of_form("a", "b", "t", "{}"), Proof::Passkey { .. }));
        assert!(!format!("{:?}", Proof::of_form("secret", "", "", "")).contains("secret"));
    }
}
