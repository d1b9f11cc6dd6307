//! Authenticator apps and recovery codes.

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;

use super::Result;

#[derive(Debug)]
pub(crate) struct Totp {
    pub(crate) secret: Vec<u8>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    pub(crate) last_step: i64,
    pub(crate) wrong_codes: i32,
    pub(crate) next_try_at: Option<DateTime<Utc>>,
}

/// Puts a new secret in place of one that was never confirmed; false when one is in use.
pub(crate) async fn start_totp(tx: &mut PgConnection, user: UserId, secret: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into totp_factors as t (user_id, secret, created_at) values ($1, $2, $3)
         on conflict (user_id) do update set secret = $2, created_at = $3, wrong_codes = 0, next_try_at = null where t.confirmed_at is null",
        user.0,
        secret,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn totp(tx: &mut PgConnection, user: UserId) -> Result<Option<Totp>> {
    sqlx::query_as!(
        Totp,
        "select secret, confirmed_at, last_step, wrong_codes, next_try_at from totp_factors where user_id = $1",
        user.0
    )
    .fetch_optional(tx)
    .await
}

/// As [`totp`], and of two who try at once one waits for the other.
pub(crate) async fn lock_totp(tx: &mut PgConnection, user: UserId) -> Result<Option<Totp>> {
    sqlx::query_as!(
        Totp,
        "select secret, confirmed_at, last_step, wrong_codes, next_try_at from totp_factors where user_id = $1 for update",
        user.0
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn confirm_totp(tx: &mut PgConnection, user: UserId, step: i64, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update totp_factors set confirmed_at = $3, last_step = $2, wrong_codes = 0, next_try_at = null
         where user_id = $1 and confirmed_at is null",
        user.0,
        step,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses a step up; false when it, or a later one, was used before.
pub(crate) async fn take_step(tx: &mut PgConnection, user: UserId, step: i64) -> Result<bool> {
    let done = sqlx::query!(
        "update totp_factors set last_step = $2, wrong_codes = 0, next_try_at = null
         where user_id = $1 and confirmed_at is not null and last_step < $2",
        user.0,
        step
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts a wrong code.
pub(crate) async fn count_wrong(tx: &mut PgConnection, user: UserId, next_try_at: Option<DateTime<Utc>>) -> Result<()> {
    sqlx::query!(
        "update totp_factors set wrong_codes = wrong_codes + 1, next_try_at = $2 where user_id = $1",
        user.0,
        next_try_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn delete_totp(tx: &mut PgConnection, user: UserId) -> Result<bool> {
    let done = sqlx::query!("delete from totp_factors where user_id = $1", user.0).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// The codes as they are shown once.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) shown_until: DateTime<Utc>,
    pub(crate) left: i64,
}

/// Puts new codes in place of all older ones.
pub(crate) async fn replace_codes(
    tx: &mut PgConnection,
    user: UserId,
    hashes: &[Vec<u8>],
    sealed: &[u8],
    now: DateTime<Utc>,
    shown_until: DateTime<Utc>,
) -> Result<()> {
    // First, so that of two at once one waits here: else both sets would stand.
    sqlx::query!(
        "insert into recovery_code_sheets (user_id, made_at, sealed, shown_until) values ($1, $2, $3, $4)
         on conflict (user_id) do update set made_at = $2, sealed = $3, shown_until = $4",
        user.0,
        now,
        sealed,
        shown_until
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from recovery_codes where user_id = $1", user.0).execute(&mut *tx).await?;
    sqlx::query!("insert into recovery_codes (user_id, code_hash) select $1, unnest($2::bytea[])", user.0, hashes)
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn sheet(tx: &mut PgConnection, user: UserId) -> Result<Option<Sheet>> {
    sqlx::query_as!(
        Sheet,
        r#"select s.made_at, s.sealed, s.shown_until,
               (select count(*) from recovery_codes c where c.user_id = s.user_id and c.used_at is null) as "left!"
           from recovery_code_sheets s where s.user_id = $1"#,
        user.0
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn forget_sheet(tx: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("update recovery_code_sheets set sealed = null where user_id = $1", user.0).execute(tx).await?;
    Ok(())
}

/// Uses a code up; false when there is none such, or it was used before.
pub(crate) async fn use_code(tx: &mut PgConnection, user: UserId, hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
        user.0,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn codes_left(tx: &mut PgConnection, user: UserId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from recovery_codes where user_id = $1 and used_at is null"#,
        user.0
    )
    .fetch_one(tx)
    .await
}

pub(crate) async fn delete_codes(tx: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user.0).execute(&mut *tx).await?;
    sqlx::query!("delete from recovery_code_sheets where user_id = $1", user.0).execute(tx).await?;
    Ok(())
}
