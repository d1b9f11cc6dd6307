//! Linking an account that was there before: whoever is signed in to it agrees, in the browser that came from the provider.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Actor, token};
use guildhall_types::{Error, federation::PendingLink};
use serde_json::json;

use super::{SYSTEM, arrive::allow, begin::usable};
use crate::store::{
    attempts,
    people::{self, OpenedSession},
};

/// The link that waits in this browser.
///
/// # Errors
/// When the database does not answer.
pub async fn pending_link(db: &Db, actor: &Actor, token: &str) -> OpResult<Option<PendingLink>> {
    let Some(hash) = token::hash(token) else {
        return Ok(None);
    };
    let mut tx = db.begin(&SYSTEM).await?;
    let Some(link) = attempts::link(&mut tx, &hash, db.clock().now()).await? else {
        return Ok(None);
    };
    drop(tx);
    let kept = usable(db, link.connection).await?;
    let is_yours = actor.user().is_ok_and(|user| user.email == link.email && user.email_confirmed);
    Ok(Some(PendingLink { organization: kept.organization_name, connection: kept.connection.name, is_yours }))
}

/// Links the account that is signed in to the provider's subject that waits: both are proved in this browser. Answers where
/// to go on to.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when nothing waits for this account, or the person may not come in.
pub async fn finish_link(db: &Db, actor: &Actor, token: &str) -> OpResult<String> {
    let user = actor.user()?;
    let nothing =
        || Error::conflict("Nothing waits to be linked to this account. Sign in through your organisation again.");
    let hash = token::hash(token).ok_or_else(nothing)?;
    if !user.email_confirmed {
        return Err(nothing().into());
    }
    let now = db.clock().now();
    let mut tx = db.begin(&SYSTEM).await?;
    let link = attempts::take_link(&mut tx, &hash, &user.email, now).await?.ok_or_else(nothing)?;
    let kept = usable(db, link.connection).await?;
    // Who is signed in may have been suspended, or changed the address, since the actor was read.
    let account = people::account_by_email(&mut tx, &link.email).await?;
    account.filter(|account| account.id == user.id && account.confirmed).ok_or_else(nothing)?;
    if !people::link(&mut tx, link.connection, &link.issuer, &link.subject, user.id, now).await? {
        return Err(nothing().into());
    }
    allow(db, &mut tx, &kept, user.id, link.role.as_deref()).await?;
    let opened = OpenedSession {
        session: user.session,
        connection: link.connection,
        issuer: &link.issuer,
        subject: &link.subject,
        sid: link.sid.as_deref(),
        user: user.id,
        now,
    };
    people::opened(&mut tx, &opened).await?;
    let event = Event::new("user.sign_on_linked", "user", user.id)
        .acting_for(Party::Person(user.id))
        .after(json!({ "connection": link.connection, "issuer": link.issuer }));
    guildhall_audit::record(&mut tx, &SYSTEM, event).await?;
    tx.commit().await?;
    Ok(link.next)
}
