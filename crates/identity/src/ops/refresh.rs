//! Staying signed in: a refresh token is used once, for the next one.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Actor, mail::Mail, token};
use guildhall_types::SessionId;

use super::{NewSession, Signed, enforced::THROUGH_ORGANIZATION};
use crate::{
    Tokens, jobs,
    policy::{self, REFRESH_FOR, REUSE_GRACE},
    store::{self, RefreshRow},
};

const ACTOR: Actor = Actor::System("refresh");
/// How many times a session may have been refreshed within the grace and still be followed.
const MOST_STEPS: usize = 8;

/// Who holds this session now, from the database; nobody when it has ended, or the person is suspended.
///
/// # Errors
/// When the database does not answer.
pub async fn session_actor(db: &Db, session: SessionId) -> OpResult<Option<Signed>> {
    let mut tx = db.begin(&ACTOR).await?;
    Ok(store::signed(&mut tx, session, db.clock().now()).await?.map(|row| Signed::of(row, db.clock())))
}

/// Uses a refresh token: the session goes on under its successor. Nobody, when it is unknown or too old, or the session has
/// ended.
///
/// Presented again within [`REUSE_GRACE`], as by two tabs at once, it is answered by the same successor. Presented later
/// than that, somebody has a copy: the session ends, and the person hears of it.
///
/// A session that an organisation vouched for goes on for [`REFRESH_FOR`] at most, however much it is used.
///
/// # Errors
/// When the database does not answer.
pub async fn refresh(db: &Db, tokens: &Tokens, refresh_token: &str) -> OpResult<Option<NewSession>> {
    let (Some(hash), Some(successor)) = (token::hash(refresh_token), tokens.successor(refresh_token)) else {
        return Ok(None);
    };
    let mut tx = db.begin(&ACTOR).await?;
    let now = db.clock().now();
    let Some(row) = store::lock_refresh_token(&mut tx, &hash).await? else {
        return Ok(None);
    };
    // A session that has ended is refused alike, whatever the token: nothing more can happen to it.
    let Some(signed) = store::signed(&mut tx, row.session, now).await? else {
        return Ok(None);
    };
    let signed = Signed::of(signed, db.clock());
    // An organisation's word does not last: it must say again that the person is still its own.
    let is_vouched = signed.actor.amr.iter().any(|method| method == THROUGH_ORGANIZATION);
    if is_vouched && now - row.opened_at >= REFRESH_FOR {
        return Ok(None);
    }
    match row.rotated_at {
        None if row.expires_at <= now => Ok(None),
        None => {
            let Some(successor_hash) = token::hash(&successor) else { return Ok(None) };
            let expires_at = now + REFRESH_FOR;
            store::rotate_refresh_token(&mut tx, &hash, &successor_hash, row.session, now, expires_at).await?;
            tx.commit().await?;
            Ok(Some(NewSession { refresh_token: successor, expires_at, signed }))
        }
        Some(rotated_at) if now - rotated_at <= REUSE_GRACE => {
            let found = last_of_line(&mut tx, tokens, successor).await?;
            Ok(found.map(|(refresh_token, row)| NewSession { refresh_token, expires_at: row.expires_at, signed }))
        }
        Some(_) => {
            end_for_reuse(db, &mut tx, &row).await?;
            tx.commit().await?;
            Ok(None)
        }
    }
}

/// The successor that has not been used yet: the line is short, since all of it was made within the grace.
async fn last_of_line(tx: &mut Tx, tokens: &Tokens, from: String) -> OpResult<Option<(String, RefreshRow)>> {
    let mut candidate = from;
    for _ in 0..MOST_STEPS {
        let Some(hash) = token::hash(&candidate) else { return Ok(None) };
        match store::lock_refresh_token(tx, &hash).await? {
            Some(row) if row.rotated_at.is_none() => return Ok(Some((candidate, row))),
            Some(_) => match tokens.successor(&candidate) {
                Some(next) => candidate = next,
                None => return Ok(None),
            },
            // The server's key was changed in between.
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Of two who hold copies one is not the person: nobody goes on.
async fn end_for_reuse(db: &Db, tx: &mut Tx, row: &RefreshRow) -> OpResult<()> {
    let now = db.clock().now();
    tracing::warn!(session = %row.session, "a refresh token was used again: its session is ended");
    store::end_session(tx, row.user, row.session, now).await?;
    let event = Event::new("user.refresh_reused", "session", row.session).acting_for(Party::Person(row.user));
    guildhall_audit::record(tx, &ACTOR, event).await?;
    if let Some(person) = store::person(tx, row.user).await? {
        let mail = Mail::RefreshReuse { name: person.name.clone(), device: policy::device(&row.user_agent), at: now };
        jobs::send(tx, format!("refresh-reuse:{}", row.session), person.to(), mail).await?;
    }
    Ok(())
}
