//! Opening a session: the one place where it is done, however the person proved who they are.

use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::token;

use super::{Client, NewSession};
use crate::{
    policy::SESSION_IDLE,
    store::{self, NewSessionRow, Person},
};

/// Opens a session: always a new one, and the one that the browser had before ends, so that none can be planted. `methods`
/// are what the person proved with, by the names of RFC 8176 (`pwd`, `otp`, `hwk`; `mfa` for two). System only.
pub(crate) async fn open_session(
    db: &Db,
    tx: &mut Tx,
    person: &Person,
    client: &Client,
    methods: &[&str],
) -> OpResult<NewSession> {
    let now = db.clock().now();
    if let Some(before) = client.session {
        store::end_session(tx, person.id, before, now).await?;
    }
    let (token, hash) = token::issue(db.chance());
    let user_agent: String = client.user_agent.chars().filter(|c| !c.is_control()).take(400).collect();
    let session = NewSessionRow {
        id: db.id(),
        user: person.id,
        token_hash: &hash,
        user_agent: &user_agent,
        now,
        expires_at: now + SESSION_IDLE,
    };
    store::insert_session(tx, &session).await?;
    tracing::info!(user = %person.id, session = %session.id, ?methods, "signed in");
    Ok(NewSession { token, id: session.id, user: person.id, name: person.name.clone(), expires_at: session.expires_at })
}
