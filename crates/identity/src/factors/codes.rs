//! Recovery codes.

use guildhall_db::{Db, OpError, OpResult, Tx};
use guildhall_kernel::Actor;
use guildhall_types::{Error, UserId, factors::RecoveryCodesView};

use super::{Factors, PasswordProof, SHEET_FOR, recovery, security, store};

fn context(user: UserId) -> String {
    format!("recovery-codes:{user}")
}

/// Draws the codes, hashed to be checked and sealed to be shown once.
async fn make(db: &Db, factors: &Factors, tx: &mut Tx, user: UserId) -> OpResult<()> {
    let codes: Vec<String> = (0..recovery::COUNT).map(|_| recovery::draw(db.chance())).collect();
    let hashes: Vec<Vec<u8>> = codes
        .iter()
        .filter_map(|code| recovery::parse(code))
        .map(|plain| recovery::hash(user, &plain).to_vec())
        .collect();
    let sheet = codes.join("\n");
    let sealed =
        factors.sealer().seal(&context(user), sheet.as_bytes()).map_err(|error| OpError::Other(error.into()))?;
    let now = db.clock().now();
    store::replace_codes(tx, user, &hashes, &sealed, now, now + SHEET_FOR).await?;
    Ok(())
}

/// Makes codes where there were none: with the first second factor.
pub(super) async fn make_first(db: &Db, factors: &Factors, tx: &mut Tx, user: UserId) -> OpResult<()> {
    if store::status(tx, user).await?.codes_left.is_none() {
        make(db, factors, tx, user).await?;
    }
    Ok(())
}

/// The codes: in full while they are new, else how many are left.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn read_recovery_codes(db: &Db, factors: &Factors, actor: &Actor) -> OpResult<RecoveryCodesView> {
    let user = actor.user()?;
    let mut tx = db.begin(actor).await?;
    let has_second_factor = store::status(&mut tx, user.id).await?.has_second_factor();
    let Some(sheet) = store::sheet(&mut tx, user.id).await? else {
        return Ok(RecoveryCodesView { codes: None, left: 0, made_at: None, has_second_factor });
    };
    let sealed = sheet.sealed.filter(|_| sheet.shown_until > db.clock().now());
    let codes = match sealed {
        None => None,
        Some(sealed) => {
            let bytes =
                factors.sealer().open(&context(user.id), &sealed).map_err(|error| OpError::Other(error.into()))?;
            let text = String::from_utf8(bytes).map_err(|error| OpError::Other(error.into()))?;
            Some(text.lines().map(ToOwned::to_owned).collect())
        }
    };
    let left = u32::try_from(sheet.left).unwrap_or_default();
    Ok(RecoveryCodesView { codes, left, made_at: Some(sheet.made_at), has_second_factor })
}

/// The person has kept the codes: they are not shown again.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn keep_recovery_codes(db: &Db, actor: &Actor) -> OpResult<()> {
    let user = actor.user()?;
    let mut tx = db.begin(actor).await?;
    store::forget_sheet(&mut tx, user.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes new codes; the older ones are void.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Invalid`] on `password`, [`Error::TooMany`]; [`Error::Conflict`] without a second factor.
pub async fn make_recovery_codes(db: &Db, factors: &Factors, actor: &Actor, proof: &PasswordProof<'_>) -> OpResult<()> {
    let person = proof.check_for_change(db, actor).await?;
    let mut tx = db.begin(actor).await?;
    if !store::status(&mut tx, person.id).await?.has_second_factor() {
        return Err(Error::conflict("Set up an authenticator app or a passkey first.").into());
    }
    make(db, factors, &mut tx, person.id).await?;
    security::after_adding(db, &mut tx, actor, &person, "a new set of recovery codes".to_owned()).await?;
    tx.commit().await?;
    Ok(())
}
