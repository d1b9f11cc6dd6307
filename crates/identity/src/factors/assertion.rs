//! Asking an authenticator, and checking what it answers. Challenges lie in the database, good once.

use guildhall_db::{Db, OpError, OpResult, Tx};
use guildhall_kernel::{Actor, mail::Mail, token};
use guildhall_types::{Error, UserId, factors::Ceremony};
use serde::{Serialize, de::DeserializeOwned};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError};
use webauthn_rs_proto::AllowCredentials;

use super::{CHALLENGE_FOR, Factors, store};
use crate::{
    Client,
    failures::{self, Reason},
    jobs,
    store::person,
};

/// What a challenge is for; one for this is no good for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Register,
    SignIn,
    SecondFactor,
    Prove,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Prove => "prove",
        }
    }
}

/// What is accepted of an authenticator's answer at most, in bytes.
const MOST: usize = 32 * 1024;

pub(super) fn stale() -> Error {
    Error::conflict("That took too long, or was sent twice. Try again.")
}

fn unfit() -> Error {
    Error::conflict("We can't accept this passkey. Try again, or use another way.")
}

/// What the library says goes to the log; the person hears what to do.
pub(super) fn refused(error: &WebauthnError) -> Error {
    tracing::info!(%error, "a passkey was refused");
    unfit()
}

/// Writes the challenge down and hands out its token.
pub(super) async fn remember(
    db: &Db,
    purpose: Purpose,
    user: Option<UserId>,
    state: &impl Serialize,
    options: &impl Serialize,
) -> OpResult<Ceremony> {
    let (token, hash) = token::issue(db.chance());
    let state = serde_json::to_value(state).map_err(|error| OpError::Other(error.into()))?;
    let options = serde_json::to_string(options).map_err(|error| OpError::Other(error.into()))?;
    let mut tx = db.begin(&Actor::System("passkey")).await?;
    let expires_at = db.clock().now() + CHALLENGE_FOR;
    store::insert_challenge(&mut tx, &hash, purpose.name(), user, &state, expires_at).await?;
    tx.commit().await?;
    Ok(Ceremony { token, options })
}

/// Uses a challenge up, in a transaction of its own: a wrong answer uses it up as well.
pub(super) async fn recall<T: DeserializeOwned>(
    db: &Db,
    purpose: Purpose,
    user: Option<UserId>,
    token: &str,
) -> OpResult<T> {
    let hash = token::hash(token).ok_or_else(stale)?;
    let mut tx = db.begin(&Actor::System("passkey")).await?;
    let state = store::take_challenge(&mut tx, &hash, purpose.name(), user, db.clock().now()).await?;
    tx.commit().await?;
    serde_json::from_value(state.ok_or_else(stale)?).map_err(|error| OpError::Other(error.into()))
}

/// An authenticator's answer as the browser sent it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    if text.len() > MOST {
        return Err(unfit());
    }
    serde_json::from_str(text).map_err(|_| unfit())
}

/// Asks for a passkey: of this person, or of whoever has one for this site.
pub(super) async fn start(db: &Db, factors: &Factors, purpose: Purpose, user: Option<UserId>) -> OpResult<Ceremony> {
    let webauthn = factors.webauthn()?;
    let (mut challenge, state) = webauthn.start_discoverable_authentication().map_err(|error| refused(&error))?;
    // The library means the browser's suggestions in a form field; here a button asks.
    challenge.mediation = None;
    if let Some(user) = user {
        let mut tx = db.begin(&Actor::System("passkey")).await?;
        let rows = store::passkeys(&mut tx, user).await?;
        if rows.is_empty() {
            return Err(Error::conflict("There is no passkey on this account. Use another way.").into());
        }
        challenge.public_key.allow_credentials = rows
            .into_iter()
            .map(|row| AllowCredentials { type_: "public-key".to_owned(), id: row.credential_id, transports: None })
            .collect();
    }
    remember(db, purpose, user, &state, &challenge).await
}

/// Uses up the question that is answered, before a transaction is opened for what follows.
pub(super) async fn asked(
    db: &Db,
    purpose: Purpose,
    user: Option<UserId>,
    token: &str,
) -> OpResult<DiscoverableAuthentication> {
    recall(db, purpose, user, token).await
}

/// Checks the answer to what was [`asked`]: whose passkey it is. `user` is the person that was asked, if anybody in
/// particular. System only. What is wrong with it is the inner error: the failed try is counted in `tx`, so commit it all the same.
pub(super) async fn answered(
    db: &Db,
    factors: &Factors,
    tx: &mut Tx,
    client: &Client,
    state: DiscoverableAuthentication,
    user: Option<UserId>,
    credential: &str,
) -> OpResult<Result<UserId, Error>> {
    let webauthn = factors.webauthn()?;
    let answer: PublicKeyCredential = read(credential)?;
    let Some(found) = store::lock_passkey(tx, answer.get_credential_id()).await? else {
        failures::count_in(db, tx, user, Reason::Passkey, client).await?;
        return Ok(Err(unfit()));
    };
    // Another person's passkey is no passkey of this one; nor may the authenticator name another owner than the row does.
    let other_user = user.is_some_and(|user| user != found.user);
    let other_owner = answer.get_user_unique_id().is_some_and(|owner| owner != found.user.0.as_bytes());
    if other_user || other_owner {
        failures::count_in(db, tx, Some(user.unwrap_or(found.user)), Reason::Passkey, client).await?;
        return Ok(Err(unfit()));
    }
    let mut passkey: Passkey = serde_json::from_value(found.credential.clone())
        .map_err(|error| OpError::Other(anyhow::anyhow!("a stored passkey can't be read: {error}")))?;
    let result = match webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey) {
        Ok(result) => result,
        Err(error) => {
            failures::count_in(db, tx, Some(found.user), Reason::Passkey, client).await?;
            if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                warn_of_copy(db, tx, found.user, &found.name).await?;
            }
            return Ok(Err(refused(&error)));
        }
    };
    if !result.user_verified() {
        failures::count_in(db, tx, Some(found.user), Reason::Passkey, client).await?;
        return Ok(Err(unfit()));
    }
    passkey.update_credential(&result);
    let credential = serde_json::to_value(&passkey).map_err(|error| OpError::Other(error.into()))?;
    store::passkey_used(tx, found.id, &credential, db.clock().now()).await?;
    Ok(Ok(found.user))
}

/// The counter of a passkey went back: somebody may have a copy (WebAuthn, 7.2, step 22). It is refused, and its owner is
/// told.
async fn warn_of_copy(db: &Db, tx: &mut Tx, user: UserId, passkey: &str) -> OpResult<()> {
    if let Some(person) = person(tx, user).await? {
        let day = db.clock().now().timestamp() / 86_400;
        let mail = Mail::CopiedPasskey { name: person.name.clone(), passkey: passkey.to_owned() };
        jobs::send(tx, format!("copied-passkey:{user}:{day}"), person.to(), mail).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use webauthn_rs::prelude::RegisterPublicKeyCredential;

    use super::*;

    proptest! {
        #[test]
        fn whatever_a_browser_sends_is_read_without_panic(text in any::<String>()) {
            let _ = read::<PublicKeyCredential>(&text);
            let _ = read::<RegisterPublicKeyCredential>(&text);
        }
    }

    #[test]
    fn a_huge_answer_is_refused_unread() {
        assert!(read::<serde_json::Value>(&format!("\"{}\"", "a".repeat(MOST))).is_err());
    }
}
