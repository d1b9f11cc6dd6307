//! Passkeys and what they are asked to sign.

use chrono::{DateTime, Utc};
use guildhall_types::{PasskeyId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

#[derive(Debug)]
pub(crate) struct NewPasskey<'a> {
    pub(crate) id: PasskeyId,
    pub(crate) user: UserId,
    pub(crate) credential_id: &'a [u8],
    pub(crate) name: &'a str,
    pub(crate) credential: &'a Value,
    pub(crate) now: DateTime<Utc>,
}

/// False when the authenticator is registered already, by whomever.
pub(crate) async fn insert_passkey(tx: &mut PgConnection, passkey: &NewPasskey<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into passkeys (id, user_id, credential_id, name, credential, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint passkeys_credential_id_key do nothing",
        passkey.id.0,
        passkey.user.0,
        passkey.credential_id,
        passkey.name,
        passkey.credential,
        passkey.now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

#[derive(Debug)]
pub(crate) struct PasskeyRow {
    pub(crate) id: PasskeyId,
    pub(crate) name: String,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

pub(crate) async fn passkeys(tx: &mut PgConnection, user: UserId) -> Result<Vec<PasskeyRow>> {
    sqlx::query_as!(
        PasskeyRow,
        r#"select id as "id: Uuid", name, credential_id, created_at, last_used_at from passkeys where user_id = $1 order by id"#,
        user.0
    )
    .fetch_all(tx)
    .await
}

#[derive(Debug)]
pub(crate) struct PasskeyFound {
    pub(crate) id: PasskeyId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) credential: Value,
}

/// Of two who sign in at once with one passkey, one waits: its counter only ever rises.
pub(crate) async fn lock_passkey(tx: &mut PgConnection, credential_id: &[u8]) -> Result<Option<PasskeyFound>> {
    sqlx::query_as!(
        PasskeyFound,
        r#"select id as "id: Uuid", user_id as "user: Uuid", name, credential from passkeys where credential_id = $1 for update"#,
        credential_id
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn passkey_used(
    tx: &mut PgConnection,
    id: PasskeyId,
    credential: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!("update passkeys set credential = $2, last_used_at = $3 where id = $1", id.0, credential, now)
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn rename_passkey(tx: &mut PgConnection, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
    let done = sqlx::query!("update passkeys set name = $3 where user_id = $1 and id = $2", user.0, id.0, name)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What it was called; nothing when it is not there.
pub(crate) async fn delete_passkey(tx: &mut PgConnection, user: UserId, id: PasskeyId) -> Result<Option<String>> {
    sqlx::query_scalar!("delete from passkeys where user_id = $1 and id = $2 returning name", user.0, id.0)
        .fetch_optional(tx)
        .await
}

pub(crate) async fn insert_challenge(
    tx: &mut PgConnection,
    token_hash: &[u8],
    purpose: &str,
    user: Option<UserId>,
    state: &Value,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into webauthn_challenges (token_hash, purpose, user_id, state, expires_at) values ($1, $2, $3, $4, $5)",
        token_hash,
        purpose,
        user.map(|user| user.0),
        state,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Uses a challenge up.
pub(crate) async fn take_challenge(
    tx: &mut PgConnection,
    token_hash: &[u8],
    purpose: &str,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<Value>> {
    let row = sqlx::query!(
        "delete from webauthn_challenges where token_hash = $1 returning purpose, user_id, state, expires_at",
        token_hash
    )
    .fetch_optional(tx)
    .await?;
    Ok(row
        .filter(|row| row.purpose == purpose && row.user_id == user.map(|user| user.0) && row.expires_at > now)
        .map(|row| row.state))
}
