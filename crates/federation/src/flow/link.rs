//! Linking an account that was there before: whoever is signed in to it agrees, in the browser that came from the provider.
//! A link is a lasting way in: it asks for a fresh proof of who one is, the person hears of it, and can undo it.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_identity::end_federated;
use guildhall_kernel::{
    Action, Actor, UserActor,
    mail::{Mail, SendMail},
    token,
};
use guildhall_types::{
    ConnectionId, Error, SessionId,
    federation::{PendingLink, SignOnLink},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    SYSTEM,
    arrive::allow,
    begin::{usable, usable_in},
};
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
/// [`Error::SignInRequired`]; [`Error::ConfirmRequired`], after which the link still waits; [`Error::Conflict`] when nothing
/// waits for this account, or the person may not come in.
pub async fn finish_link(db: &Db, actor: &Actor, token: &str) -> OpResult<String> {
    let user = actor.myself(Action::LinkSignOn)?;
    let nothing =
        || Error::conflict("Nothing waits to be linked to this account. Sign in through your organisation again.");
    let hash = token::hash(token).ok_or_else(nothing)?;
    if !user.email_confirmed {
        return Err(nothing().into());
    }
    let now = db.clock().now();
    let mut tx = db.begin(&SYSTEM).await?;
    let link = attempts::take_link(&mut tx, &hash, &user.email, now).await?.ok_or_else(nothing)?;
    let kept = usable_in(&mut tx, link.connection).await?;
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
    let what = format!("signing in through {}", kept.organization_name);
    tell(db, &mut tx, user, Mail::FactorAdded { name: user.name.clone(), what }).await?;
    tx.commit().await?;
    Ok(link.next)
}

async fn tell(db: &Db, tx: &mut Tx, user: &UserActor, mail: Mail) -> OpResult<()> {
    let key = format!("sign-on-link:{}", db.id::<Uuid>());
    let job = SendMail { key, user: Some(user.id), to: user.email.clone(), mail };
    enqueue(tx, &job, JobOptions::default()).await
}

/// The organisations whose word opens one's own account.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn own_links(db: &Db, actor: &Actor) -> OpResult<Vec<SignOnLink>> {
    let user = actor.myself(Action::ReadAccount)?;
    // What an organisation's connection is called stands in a row of its owners'.
    let mut tx = db.begin(&SYSTEM).await?;
    Ok(people::links(&mut tx, user.id).await?)
}

/// Takes a connection's word for oneself back: its provider opens the account no more, and the sessions that it opened end, but
/// for the one that asks.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::ConfirmRequired`]; [`Error::NotFound`] where there is no such link.
pub async fn unlink(db: &Db, actor: &Actor, connection: ConnectionId) -> OpResult<()> {
    let user = actor.myself(Action::LinkSignOn)?;
    let mut tx = db.begin(&SYSTEM).await?;
    let all = people::links(&mut tx, user.id).await?;
    let link = all.into_iter().find(|link| link.connection == connection).ok_or(Error::NotFound)?;
    people::unlink(&mut tx, connection, user.id).await?;
    let opened = people::opened_by(&mut tx, connection, user.id).await?;
    let others: Vec<SessionId> = opened.into_iter().filter(|session| *session != user.session).collect();
    end_federated(db, &mut tx, user.id, Some(&others)).await?;
    let event = Event::new("user.sign_on_unlinked", "user", user.id)
        .acting_for(Party::Person(user.id))
        .before(json!({ "connection": connection }));
    guildhall_audit::record(&mut tx, &SYSTEM, event).await?;
    let what = format!("signing in through {}", link.organization);
    tell(db, &mut tx, user, Mail::FactorRemoved { name: user.name.clone(), what }).await?;
    tx.commit().await?;
    Ok(())
}
