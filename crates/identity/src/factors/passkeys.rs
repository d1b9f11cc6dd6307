//! Registering, naming and removing passkeys.

use guildhall_db::{Db, OpError, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::{Error, PasskeyId, factors::Ceremony, form::PASSKEY_NAME_MAX};
use webauthn_rs::prelude::{CredentialID, PasskeyRegistration, RegisterPublicKeyCredential};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::{Factors, PasswordProof, assertion, assertion::Purpose, codes, security, store};
use crate::store::person;

/// More would be a mistake, or mischief.
const MOST: usize = 20;

/// A passkey's name: what the person typed, tidied.
fn name(entered: &str) -> Result<String, Error> {
    let tidy = entered.split_whitespace().collect::<Vec<_>>().join(" ");
    if tidy.is_empty() {
        return Err(Error::field("name", "Enter a name for the passkey, for example “Work laptop”"));
    }
    if tidy.chars().count() > PASSKEY_NAME_MAX || tidy.chars().any(char::is_control) {
        return Err(Error::field("name", format!("Use {PASSKEY_NAME_MAX} characters or fewer, on one line")));
    }
    Ok(tidy)
}

/// What the browser is to make a passkey of.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `password` or `name`, [`Error::TooMany`]; [`Error::Conflict`] where passkeys
/// don't work or there are enough.
pub async fn start_passkey(
    db: &Db,
    factors: &Factors,
    actor: &Actor,
    proof: &PasswordProof<'_>,
    passkey_name: &str,
) -> OpResult<Ceremony> {
    name(passkey_name)?;
    let webauthn = factors.webauthn()?;
    let person = proof.check_for_change(db, actor).await?;
    let mut tx = db.begin(actor).await?;
    let rows = store::passkeys(&mut tx, person.id).await?;
    drop(tx);
    if rows.len() >= MOST {
        return Err(Error::conflict("You have 20 passkeys. Remove one that you don't use first.").into());
    }
    let known: Vec<CredentialID> = rows.into_iter().map(|row| row.credential_id).collect();
    let (mut challenge, state) = webauthn
        .start_passkey_registration(person.id.0, &person.email, &person.name, Some(known))
        .map_err(|error| assertion::refused(&error))?;
    // Kept by the authenticator where it can, so that it signs in without typing an address.
    if let Some(selection) = &mut challenge.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Preferred);
    }
    assertion::remember(db, Purpose::Register, Some(person.id), &state, &challenge).await
}

/// Takes the passkey that the browser made.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `name`; [`Error::Conflict`] when it does not fit or is registered already.
pub async fn finish_passkey(
    db: &Db,
    factors: &Factors,
    actor: &Actor,
    token: &str,
    credential: &str,
    passkey_name: &str,
) -> OpResult<()> {
    let user = actor.user()?;
    let name = name(passkey_name)?;
    let webauthn = factors.webauthn()?;
    let state: PasskeyRegistration = assertion::recall(db, Purpose::Register, Some(user.id), token).await?;
    let answer: RegisterPublicKeyCredential = assertion::read(credential)?;
    let passkey = webauthn.finish_passkey_registration(&answer, &state).map_err(|error| assertion::refused(&error))?;
    let stored = serde_json::to_value(&passkey).map_err(|error| OpError::Other(error.into()))?;
    let mut tx = db.begin(actor).await?;
    let new = store::NewPasskey {
        id: db.id(),
        user: user.id,
        credential_id: passkey.cred_id().as_ref(),
        name: &name,
        credential: &stored,
        now: db.clock().now(),
    };
    if !store::insert_passkey(&mut tx, &new).await? {
        return Err(Error::conflict("This passkey is registered already.").into());
    }
    codes::make_first(db, factors, &mut tx, user.id).await?;
    let person = person(&mut tx, user.id).await?.ok_or(Error::SignInRequired)?;
    security::after_adding(db, &mut tx, actor, &person, format!("the passkey “{name}”")).await?;
    tx.commit().await?;
    Ok(())
}

/// Calls a passkey something else.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `name`; [`Error::NotFound`], also for another person's.
pub async fn rename_passkey(db: &Db, actor: &Actor, id: PasskeyId, new_name: &str) -> OpResult<()> {
    let user = actor.user()?;
    let name = name(new_name)?;
    let mut tx = db.begin(actor).await?;
    if !store::rename_passkey(&mut tx, user.id, id, &name).await? {
        return Err(Error::NotFound.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Removes a passkey.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `password`, [`Error::TooMany`]; [`Error::NotFound`], also for another
/// person's; [`Error::Conflict`] when the person's role asks for a second factor and this is the last.
pub async fn remove_passkey(
    db: &Db,
    factors: &Factors,
    actor: &Actor,
    proof: &PasswordProof<'_>,
    id: PasskeyId,
) -> OpResult<()> {
    let person = proof.check_for_change(db, actor).await?;
    let mut tx = db.begin(actor).await?;
    let name = store::delete_passkey(&mut tx, person.id, id).await?.ok_or(Error::NotFound)?;
    security::after_removal(db, factors, &mut tx, actor, &person, &format!("the passkey “{name}”")).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_tidied() {
        assert_eq!(name("  Work \t laptop "), Ok("Work laptop".to_owned()));
        assert!(name(" ").is_err() && name(&"a".repeat(61)).is_err() && name("a\u{7}b").is_err());
    }

    proptest! {
        #[test]
        fn any_name_is_read_without_panic(text in any::<String>()) {
            if let Ok(name) = name(&text) {
                prop_assert!((1..=PASSKEY_NAME_MAX).contains(&name.chars().count()));
            }
        }
    }
}
