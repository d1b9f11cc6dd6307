//! All of the crate's SQL: here what the crate keeps itself, in [`parts`] what is made from the list of everything personal, in
//! [`retention`] what is made from the rules of what goes.

use chrono::{DateTime, Utc};
use guildhall_types::{
    ErasureId, ExportId, UserId,
    privacy::{ErasureView, ExportView, ReadyExport, SoleOwned},
};
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) mod parts;
pub(crate) mod retention;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Name and address of a person who is not erased; the row stays locked until the transaction ends.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) is_admin: bool,
}

pub(crate) async fn lock_person(tx: &mut PgConnection, user: UserId) -> Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        "select name, email, is_admin from users where id = $1 and erased_at is null for update",
        user.0
    )
    .fetch_optional(tx)
    .await
}

/// Organisations that have no other owner who could run them. What the platform has suspended is closed, and needs none.
pub(crate) async fn sole_owned(tx: &mut PgConnection, user: UserId) -> Result<Vec<SoleOwned>> {
    sqlx::query_as!(
        SoleOwned,
        "select o.slug, o.name from memberships m join organizations o on o.id = m.organization_id
         where m.user_id = $1 and m.role = 'owner' and o.suspended_at is null and not exists (
             select from memberships other join users u on u.id = other.user_id
             where other.organization_id = m.organization_id and other.role = 'owner' and other.user_id <> $1 and u.suspended_at is null)
         order by o.name",
        user.0
    )
    .fetch_all(tx)
    .await
}

/// Whether the person is about to pay for something.
pub(crate) async fn is_paying(tx: &mut PgConnection, user: UserId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from orders where user_id = $1 and state = 'pending') as "is!""#,
        user.0
    )
    .fetch_one(tx)
    .await
}

// Copies.

/// False when one waits already.
pub(crate) async fn insert_export(
    tx: &mut PgConnection,
    id: ExportId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into person_exports (id, user_id, asked_at) values ($1, $2, $3)
         on conflict (user_id) where ready_at is null do nothing",
        id.0,
        user.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn last_export(tx: &mut PgConnection, user: UserId) -> Result<Option<ExportView>> {
    let row = sqlx::query!(
        r#"select id as "id: Uuid", asked_at, expires_at, size_bytes from person_exports where user_id = $1
           order by asked_at desc limit 1"#,
        user.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| ExportView {
        id: row.id.into(),
        asked_at: row.asked_at,
        ready: row.expires_at.map(|expires_at| ReadyExport {
            expires_at,
            size_bytes: row.size_bytes.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        }),
    }))
}

/// Until when a copy of this person's can be fetched; nothing when it is another's, or not ready.
pub(crate) async fn export_until(tx: &mut PgConnection, id: ExportId, user: UserId) -> Result<Option<DateTime<Utc>>> {
    let found =
        sqlx::query_scalar!("select expires_at from person_exports where id = $1 and user_id = $2", id.0, user.0)
            .fetch_optional(tx)
            .await?;
    Ok(found.flatten())
}

pub(crate) async fn mark_fetched(tx: &mut PgConnection, id: ExportId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update person_exports set fetched_at = $2 where id = $1", id.0, now).execute(tx).await?;
    Ok(())
}

/// Whose copy still has to be made; the row stays locked until the transaction ends.
pub(crate) async fn lock_unready(tx: &mut PgConnection, id: ExportId) -> Result<Option<UserId>> {
    let user =
        sqlx::query_scalar!("select user_id from person_exports where id = $1 and ready_at is null for update", id.0)
            .fetch_optional(tx)
            .await?;
    Ok(user.map(Into::into))
}

pub(crate) async fn mark_ready(
    tx: &mut PgConnection,
    id: ExportId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    size: i64,
) -> Result<()> {
    sqlx::query!(
        "update person_exports set ready_at = $2, expires_at = $3, size_bytes = $4 where id = $1",
        id.0,
        now,
        expires_at,
        size
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Every copy of a person's, ready or not.
pub(crate) async fn exports_of(tx: &mut PgConnection, user: UserId) -> Result<Vec<ExportId>> {
    let ids = sqlx::query_scalar!("select id from person_exports where user_id = $1", user.0).fetch_all(tx).await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// How many copies can't be fetched any more, or were not made within a week.
pub(crate) async fn count_expired_exports(tx: &mut PgConnection, now: DateTime<Utc>) -> Result<u64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from person_exports
           where expires_at <= $1 or (ready_at is null and asked_at < $1 - interval '7 days')"#,
        now
    )
    .fetch_one(tx)
    .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// These copies, some at a time; their rows stay locked until the transaction ends. One that is being made just now is not among
/// them.
pub(crate) async fn lock_expired_exports(tx: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<ExportId>> {
    let ids = sqlx::query_scalar!(
        "select id from person_exports
         where expires_at <= $1 or (ready_at is null and asked_at < $1 - interval '7 days')
         limit 500 for update skip locked",
        now
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

pub(crate) async fn delete_exports(tx: &mut PgConnection, ids: &[ExportId]) -> Result<u64> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query!("delete from person_exports where id = any ($1)", &ids).execute(tx).await?.rows_affected())
}

// Erasures.

/// False when one waits already.
pub(crate) async fn insert_erasure(
    tx: &mut PgConnection,
    id: ErasureId,
    user: UserId,
    now: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into erasures (id, user_id, asked_at, due_at) values ($1, $2, $3, $4)
         on conflict (user_id) where withdrawn_at is null and done_at is null do nothing",
        id.0,
        user.0,
        now,
        due_at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The erasure that waits, and whether its day has passed by now.
pub(crate) async fn waiting_erasure(
    tx: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<ErasureView>> {
    sqlx::query_as!(
        ErasureView,
        r#"select asked_at, due_at, due_at <= $2 as "is_late!" from erasures
           where user_id = $1 and withdrawn_at is null and done_at is null"#,
        user.0,
        now
    )
    .fetch_optional(tx)
    .await
}

/// The erasure that was withdrawn by this; nothing when none waited.
pub(crate) async fn withdraw(tx: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<Option<ErasureId>> {
    let id = sqlx::query_scalar!(
        "update erasures set withdrawn_at = $2 where user_id = $1 and withdrawn_at is null and done_at is null returning id",
        user.0,
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(id.map(Into::into))
}

/// Whom an erasure is of.
pub(crate) async fn whose_erasure(tx: &mut PgConnection, id: ErasureId) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!("select user_id from erasures where id = $1", id.0).fetch_optional(tx).await?;
    Ok(user.map(Into::into))
}

/// When an erasure that waits is due; the row stays locked until the transaction ends.
pub(crate) async fn lock_waiting(tx: &mut PgConnection, id: ErasureId) -> Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select due_at from erasures where id = $1 and withdrawn_at is null and done_at is null for update",
        id.0
    )
    .fetch_optional(tx)
    .await
}

/// Erasures that were due before then and are not done.
pub(crate) async fn overdue(tx: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<ErasureId>> {
    let ids = sqlx::query_scalar!(
        "select id from erasures where due_at < $1 and withdrawn_at is null and done_at is null limit 1000",
        before
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Whose erasures were done since then, and when.
pub(crate) async fn done_since(tx: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<(UserId, DateTime<Utc>)>> {
    let rows =
        sqlx::query!(r#"select user_id, done_at as "done_at!" from erasures where done_at >= $1 order by id"#, since)
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|row| (row.user_id.into(), row.done_at)).collect())
}

pub(crate) async fn mark_erased(tx: &mut PgConnection, id: ErasureId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update erasures set done_at = $2 where id = $1", id.0, now).execute(tx).await?;
    Ok(())
}
