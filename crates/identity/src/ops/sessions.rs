//! Where a person is signed in, and proving again who they are.

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{Error, SessionId, account::SessionView};

use serde_json::json;

use super::{Signed, session_actor};
use crate::{Client, Factors, Passwords, Proof, Throttle, policy::device, store};

/// Where the person is signed in: this browser first, then the last used.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn sessions(db: &Db, actor: &Actor) -> OpResult<Vec<SessionView>> {
    let user = actor.myself(Action::ReadAccount)?;
    let mut tx = db.begin(actor).await?;
    let rows = store::sessions(&mut tx, user.id, db.clock().now()).await?;
    let mut sessions: Vec<SessionView> = rows
        .into_iter()
        .map(|row| SessionView {
            id: row.id,
            device: device(&row.user_agent),
            address: row.address,
            place: row.place,
            signed_in_at: row.created_at,
            last_seen_at: row.last_seen_at,
            is_this: row.id == user.session,
        })
        .collect();
    // Stable: the others stay in the order of their last use.
    sessions.sort_by_key(|session| !session.is_this);
    Ok(sessions)
}

/// Ends one of the person's sessions.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that id, or it is somebody else's, or it ended before.
pub async fn end_session(db: &Db, actor: &Actor, session: SessionId) -> OpResult<()> {
    let user = actor.myself(Action::EndSessions)?;
    let mut tx = db.begin(actor).await?;
    if !store::end_session(&mut tx, user.id, session, db.clock().now()).await? {
        return Err(Error::NotFound.into());
    }
    guildhall_audit::record(&mut tx, actor, Event::new("user.session_ended", "session", session)).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all of the person's sessions but the one that asks; how many.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn end_other_sessions(db: &Db, actor: &Actor) -> OpResult<u64> {
    let user = actor.myself(Action::EndSessions)?;
    let mut tx = db.begin(actor).await?;
    let ended = store::end_sessions(&mut tx, user.id, Some(user.session), db.clock().now()).await?;
    let event = Event::new("user.other_sessions_ended", "user", user.id).after(json!({ "sessions": ended }));
    guildhall_audit::record(&mut tx, actor, event).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The person proves again who they are; an access token that says so is issued for the answer.
///
/// # Errors
/// As [`prove_again`](crate::prove_again).
pub async fn reauthenticate(
    db: &Db,
    passwords: &Passwords,
    factors: &Factors,
    throttle: &Throttle,
    client: &Client,
    actor: &Actor,
    proof: Proof<'_>,
) -> OpResult<Signed> {
    let user = actor.user()?;
    let methods = crate::prove_again(db, passwords, factors, throttle, client, actor, proof).await?;
    // What was shown at sign-in still stands: a second factor then counts on.
    let mut amr = user.amr.clone();
    for method in methods {
        if !amr.iter().any(|known| known == method) {
            amr.push((*method).to_owned());
        }
    }
    let mut tx = db.begin(actor).await?;
    if !store::set_authenticated(&mut tx, user.id, user.session, &amr, db.clock().now()).await? {
        return Err(Error::SignInRequired.into());
    }
    let event = Event::new("user.proved_again", "session", user.session).after(json!({ "methods": methods }));
    guildhall_audit::record(&mut tx, actor, event).await?;
    tx.commit().await?;
    Ok(session_actor(db, user.session).await?.ok_or(Error::SignInRequired)?)
}
