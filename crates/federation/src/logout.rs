//! Back-channel logout: a provider ends the sessions that it opened (OpenID Connect Back-Channel Logout 1.0).

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult};
use guildhall_identity::end_federated;
use guildhall_kernel::Actor;
use guildhall_types::{ConnectionId, Error};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    Federation,
    flow::away,
    policy::Kind,
    store::{attempts, connections, people},
    token::{LogoutToken, Refusal, check_logout_token},
};

const SYSTEM: Actor = Actor::System("backchannel-logout");

/// Ends the sessions that a logout token names; how many ended.
///
/// # Errors
/// [`Error::NotFound`] when there is no such connection; [`Error::BadRequest`] when a check refuses the token.
pub async fn back_channel_logout(
    db: &Db,
    federation: &Federation,
    connection: ConnectionId,
    token: &str,
) -> OpResult<u64> {
    let mut tx = db.begin(&SYSTEM).await?;
    // One that is switched off may still have sessions to end.
    let kept = connections::find(&mut tx, connection).await?;
    let kept = kept.filter(|kept| kept.connection.kind != Kind::Saml).ok_or(Error::NotFound)?;
    drop(tx);
    let refuse = |refusal: Refusal| {
        tracing::warn!(%connection, %refusal, "refused a logout token");
        Error::BadRequest { message: "The logout token was refused.".to_owned() }
    };
    let token = check(db, federation, &kept.connection, token).await?.map_err(refuse)?;
    let mut tx = db.begin(&SYSTEM).await?;
    let mark: [u8; 32] = Sha256::digest(format!("logout:{}", token.id)).into();
    // Remembered for longer than the token is good for: clocks differ.
    let until = token.expires_at + chrono::TimeDelta::minutes(5);
    if !attempts::first_use(&mut tx, connection, &mark, until).await? {
        return Err(refuse(Refusal::Replayed).into());
    }
    let (subject, sid) = (token.subject.as_deref(), token.session.as_deref());
    let mut ended = 0;
    for (user, session) in people::sessions(&mut tx, connection, &token.issuer, subject, sid).await? {
        ended += end_federated(db, &mut tx, user, Some(&[session])).await?;
    }
    let event = Event::new("sign_on.signed_out", "sso_connection", connection)
        .acting_for(Party::Organization(kept.connection.organization))
        .after(json!({ "sessions": ended }));
    guildhall_audit::record(&mut tx, &SYSTEM, event).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn check(
    db: &Db,
    federation: &Federation,
    connection: &crate::policy::Connection,
    token: &str,
) -> OpResult<Result<LogoutToken, Refusal>> {
    let now = db.clock().now();
    let (issuer, algorithms) = (connection.expected_issuer(), connection.kind.algorithms());
    let provider = federation.providers.of(connection, now).await.map_err(away)?;
    let first = check_logout_token(token, &provider.keys, &issuer, &connection.client_id, algorithms, now);
    if first != Err(Refusal::UnknownKey) {
        return Ok(first);
    }
    let provider = federation.providers.again(connection, now).await.map_err(away)?;
    Ok(check_logout_token(token, &provider.keys, &issuer, &connection.client_id, algorithms, now))
}
