//! All of the crate's SQL. Which rows a statement reaches is decided by the transaction's actor.

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) mod consents;
mod failed;
mod keys;
mod sessions;

pub(crate) use failed::*;
pub(crate) use keys::*;
pub(crate) use sessions::*;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What a link in a mail is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    ConfirmEmail,
    ResetPassword,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// A person with what signing in needs.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password_hash: String,
    pub(crate) confirmed: bool,
    pub(crate) suspended: bool,
}

#[derive(Debug)]
pub(crate) struct NewPerson<'a> {
    pub(crate) id: UserId,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) password_hash: &'a str,
    pub(crate) now: DateTime<Utc>,
}

pub(crate) async fn person_by_email(tx: &mut PgConnection, email: &str) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"select id as "id: Uuid", name, email, password_hash, email_confirmed_at is not null as "confirmed!",
               suspended_at is not null as "suspended!"
           from users where email = $1"#,
        email
    )
    .fetch_optional(tx)
    .await
}

/// As [`person_by_email`], and nobody else changes the row until the transaction ends.
pub(crate) async fn lock_person_by_email(tx: &mut PgConnection, email: &str) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"select id as "id: Uuid", name, email, password_hash, email_confirmed_at is not null as "confirmed!",
               suspended_at is not null as "suspended!"
           from users where email = $1 for update"#,
        email
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn person(tx: &mut PgConnection, id: UserId) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"select id as "id: Uuid", name, email, password_hash, email_confirmed_at is not null as "confirmed!",
               suspended_at is not null as "suspended!"
           from users where id = $1"#,
        id.0
    )
    .fetch_optional(tx)
    .await
}

/// What the account page says of a person.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) confirmed: bool,
    pub(crate) created_at: DateTime<Utc>,
}

pub(crate) async fn about(tx: &mut PgConnection, id: UserId) -> Result<Option<About>> {
    sqlx::query_as!(
        About,
        r#"select name, email, email_confirmed_at is not null as "confirmed!", created_at from users where id = $1"#,
        id.0
    )
    .fetch_optional(tx)
    .await
}

/// False when the address is taken.
pub(crate) async fn insert_person(tx: &mut PgConnection, person: &NewPerson<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into users (id, email, name, password_hash, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)
         on conflict on constraint users_email_key do nothing",
        person.id.0,
        person.email,
        person.name,
        person.password_hash,
        person.now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A sign-up that was never confirmed is taken over by a later one.
pub(crate) async fn replace_unconfirmed(tx: &mut PgConnection, person: &NewPerson<'_>) -> Result<()> {
    sqlx::query!(
        "update users set name = $2, password_hash = $3, updated_at = $4 where id = $1 and email_confirmed_at is null",
        person.id.0,
        person.name,
        person.password_hash,
        person.now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn confirm_email(tx: &mut PgConnection, id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update users set email_confirmed_at = $2, updated_at = $2 where id = $1 and email_confirmed_at is null",
        id.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn set_name(tx: &mut PgConnection, id: UserId, name: &str, now: DateTime<Utc>) -> Result<bool> {
    let done =
        sqlx::query!("update users set name = $2, updated_at = $3 where id = $1", id.0, name, now).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn set_password(tx: &mut PgConnection, id: UserId, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!("update users set password_hash = $2, updated_at = $3 where id = $1", id.0, hash, now)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the password is still this one and the person may sign in; holds both until the transaction ends, so that a
/// session can't slip in beside a reset.
pub(crate) async fn hold_password(tx: &mut PgConnection, id: UserId, hash: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select 1 as "found!" from users where id = $1 and password_hash = $2 and suspended_at is null for no key update"#,
        id.0,
        hash
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

#[derive(Debug)]
pub(crate) struct NewLink<'a> {
    pub(crate) id: Uuid,
    pub(crate) user: UserId,
    pub(crate) purpose: Purpose,
    pub(crate) token_hash: &'a [u8],
    pub(crate) now: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// False when the link of this id was made before: the request was handled already.
pub(crate) async fn insert_link(tx: &mut PgConnection, link: &NewLink<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into one_time_tokens (id, user_id, purpose, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do nothing",
        link.id,
        link.user.0,
        link.purpose.name(),
        link.token_hash,
        link.now,
        link.expires_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many links of a kind were made since then, and when the last one.
pub(crate) async fn recent_links(
    tx: &mut PgConnection,
    user: UserId,
    purpose: Purpose,
    since: DateTime<Utc>,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", max(created_at) as last from one_time_tokens where user_id = $1 and purpose = $2 and created_at > $3"#,
        user.0,
        purpose.name(),
        since
    )
    .fetch_one(tx)
    .await?;
    Ok((row.count, row.last))
}

/// Where a link stands.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) user: UserId,
    pub(crate) is_used: bool,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn link(tx: &mut PgConnection, purpose: Purpose, token_hash: &[u8]) -> Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        r#"select user_id as "user: Uuid", used_at is not null as "is_used!", expires_at from one_time_tokens
           where purpose = $1 and token_hash = $2"#,
        purpose.name(),
        token_hash
    )
    .fetch_optional(tx)
    .await
}

/// Uses a link up: whose it was, or nobody's when it is used or too old.
pub(crate) async fn use_link(
    tx: &mut PgConnection,
    purpose: Purpose,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!(
        "update one_time_tokens set used_at = $3 where purpose = $1 and token_hash = $2 and used_at is null and expires_at > $3 returning user_id",
        purpose.name(),
        token_hash,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(user.map(Into::into))
}

/// Makes all of a person's open links of a kind void.
pub(crate) async fn void_links(
    tx: &mut PgConnection,
    user: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update one_time_tokens set expires_at = $3 where user_id = $1 and purpose = $2 and used_at is null and expires_at > $3",
        user.0,
        purpose.name(),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}
