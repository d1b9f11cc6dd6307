//! How an account is protected, and whether that is enough for its roles.

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Actor, Membership, mail::Mail};
use guildhall_types::{
    Error, UserId,
    factors::{PasskeyView, SecurityView},
};
use serde_json::json;
use uuid::Uuid;

use super::{Factors, store};
use crate::{jobs, store::Person};

/// What the security page shows.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn security(db: &Db, factors: &Factors, actor: &Actor) -> OpResult<SecurityView> {
    let user = actor.user()?;
    let mut tx = db.begin(actor).await?;
    let status = store::status(&mut tx, user.id).await?;
    let passkeys = store::passkeys(&mut tx, user.id).await?;
    let must_set_up = !status.has_second_factor() && is_required(factors, &mut tx, user.id).await?;
    Ok(SecurityView {
        email: user.email.clone(),
        totp_since: status.totp_since,
        passkeys: passkeys
            .into_iter()
            .map(|row| PasskeyView {
                id: row.id,
                name: row.name,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            })
            .collect(),
        recovery_codes_left: status.codes_left.map(|left| u32::try_from(left).unwrap_or_default()),
        must_set_up,
        removal_due_at: status.removal_due_at,
        passkeys_work: factors.webauthn().is_ok(),
    })
}

async fn is_required(factors: &Factors, tx: &mut Tx, user: UserId) -> OpResult<bool> {
    let required = factors.settings().required;
    if !required.admins && !required.provider_owners {
        return Ok(false);
    }
    Ok(store::has_role(tx, user, required.admins, required.provider_owners).await?)
}

/// Whether the person's role asks for a second factor that is not there yet. Nobody else is ever asked.
///
/// # Errors
/// When the database does not answer.
pub async fn must_set_up(db: &Db, factors: &Factors, actor: &Actor) -> OpResult<bool> {
    let required = factors.settings().required;
    let Actor::User(user) = actor else { return Ok(false) };
    // Without a query for almost everybody.
    let owns_a_provider = || user.memberships.iter().any(Membership::owns_a_provider);
    if !(required.admins && user.is_admin || required.provider_owners && owns_a_provider()) {
        return Ok(false);
    }
    let mut tx = db.begin(actor).await?;
    lacks(factors, &mut tx, user.id).await
}

/// As [`must_set_up`], of somebody who has just signed in.
///
/// # Errors
/// When the database does not answer.
pub async fn must_set_up_after_sign_in(db: &Db, factors: &Factors, user: UserId) -> OpResult<bool> {
    let mut tx = db.begin(&Actor::System("sign-in")).await?;
    lacks(factors, &mut tx, user).await
}

async fn lacks(factors: &Factors, tx: &mut Tx, user: UserId) -> OpResult<bool> {
    Ok(is_required(factors, tx, user).await? && !store::status(tx, user).await?.has_second_factor())
}

/// A key that no other mail has.
pub(super) fn mail_key(db: &Db, what: &str) -> String {
    format!("{what}:{}", db.id::<Uuid>())
}

/// After a factor came: the person hears of it.
pub(super) async fn after_adding(db: &Db, tx: &mut Tx, actor: &Actor, person: &Person, what: String) -> OpResult<()> {
    let event = Event::new("user.factor_added", "user", person.id).after(json!({ "factor": what }));
    guildhall_audit::record(tx, actor, event).await?;
    let mail = Mail::FactorAdded { name: person.name.clone(), what };
    jobs::send(tx, mail_key(db, "factor-added"), person.to(), mail).await
}

/// After a factor went: the last may not go where the role asks for one, recovery codes go with it, and the person hears
/// of it.
pub(super) async fn after_removal(
    db: &Db,
    factors: &Factors,
    tx: &mut Tx,
    actor: &Actor,
    person: &Person,
    what: &str,
) -> OpResult<()> {
    if !store::status(tx, person.id).await?.has_second_factor() {
        if is_required(factors, tx, person.id).await? {
            let message = "Your role needs a second factor. Set up another one before you remove this one.";
            return Err(Error::conflict(message).into());
        }
        store::delete_codes(tx, person.id).await?;
    }
    let event = Event::new("user.factor_removed", "user", person.id).before(json!({ "factor": what }));
    guildhall_audit::record(tx, actor, event).await?;
    let mail = Mail::FactorRemoved { name: person.name.clone(), what: what.to_owned() };
    jobs::send(tx, mail_key(db, "factor-removed"), person.to(), mail).await
}
