//! Sign-ins that wait for their second step, and the slow way past a lost factor.

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// Remembers that the password was right. Its stored hash is marked, so that a later change makes this void.
pub(crate) async fn insert_pending(
    tx: &mut PgConnection,
    token_hash: &[u8],
    user: UserId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into pending_sign_ins (token_hash, user_id, password_mark, created_at, expires_at)
         select $1, u.id, sha256(convert_to(u.password_hash, 'UTF8')), $3, $4 from users u where u.id = $2",
        token_hash,
        user.0,
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) user: UserId,
    pub(crate) mail_code_hash: Option<Vec<u8>>,
    pub(crate) mail_code_expires_at: Option<DateTime<Utc>>,
    pub(crate) mail_codes_sent: i32,
    pub(crate) mail_code_tries: i32,
}

/// The waiting sign-in, while the password is still the one that was right and the person may sign in. Holds both until
/// the transaction ends.
pub(crate) async fn lock_pending(
    tx: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Pending>> {
    sqlx::query_as!(
        Pending,
        r#"select p.user_id as "user: Uuid", p.mail_code_hash, p.mail_code_expires_at, p.mail_codes_sent, p.mail_code_tries
           from pending_sign_ins p join users u on u.id = p.user_id
           where p.token_hash = $1 and p.expires_at > $2 and u.suspended_at is null
               and p.password_mark = sha256(convert_to(u.password_hash, 'UTF8'))
           for no key update"#,
        token_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn delete_pending(tx: &mut PgConnection, token_hash: &[u8]) -> Result<()> {
    sqlx::query!("delete from pending_sign_ins where token_hash = $1", token_hash).execute(tx).await?;
    Ok(())
}

pub(crate) async fn set_mail_code(
    tx: &mut PgConnection,
    token_hash: &[u8],
    code_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update pending_sign_ins set mail_code_hash = $2, mail_code_expires_at = $3, mail_codes_sent = mail_codes_sent + 1
         where token_hash = $1",
        token_hash,
        code_hash,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn count_mail_code_try(tx: &mut PgConnection, token_hash: &[u8]) -> Result<()> {
    sqlx::query!("update pending_sign_ins set mail_code_tries = mail_code_tries + 1 where token_hash = $1", token_hash)
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(Debug)]
pub(crate) struct NewReset<'a> {
    pub(crate) id: Uuid,
    pub(crate) user: UserId,
    pub(crate) cancel_hash: &'a [u8],
    pub(crate) now: DateTime<Utc>,
    pub(crate) due_at: DateTime<Utc>,
}

/// False when one is under way already.
pub(crate) async fn insert_reset(tx: &mut PgConnection, reset: &NewReset<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into factor_resets (id, user_id, cancel_hash, asked_at, due_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id) where ended_at is null do nothing",
        reset.id,
        reset.user.0,
        reset.cancel_hash,
        reset.now,
        reset.due_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Cancels what is under way for a person; whether there was anything.
pub(crate) async fn cancel_reset(tx: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update factor_resets set ended_at = $2, outcome = 'cancelled' where user_id = $1 and ended_at is null",
        user.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// As [`cancel_reset`], by the link that was mailed. Pressed twice it answers alike.
pub(crate) async fn cancel_reset_by_link(
    tx: &mut PgConnection,
    cancel_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update factor_resets set ended_at = coalesce(ended_at, $2), outcome = 'cancelled'
         where cancel_hash = $1 and outcome is distinct from 'removed'",
        cancel_hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose second factor is to go now: nobody's when it was cancelled, done before or is not due.
pub(crate) async fn finish_reset(tx: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!(
        "update factor_resets set ended_at = $2, outcome = 'removed' where id = $1 and ended_at is null and due_at <= $2 returning user_id",
        id,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(user.map(Into::into))
}
