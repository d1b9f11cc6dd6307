//! All of the crate's SQL.

use chrono::{DateTime, Utc};
use guildhall_types::{NotificationId, UserId};
use sqlx::PgConnection;

type Result<T> = std::result::Result<T, sqlx::Error>;

pub(crate) async fn is_there(tx: &mut PgConnection, user: UserId) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from users where id = $1 and erased_at is null) as "there!""#, user.0)
        .fetch_one(tx)
        .await
}

/// Writes down that the message is to be sent, where nobody did before.
pub(crate) async fn announce(
    tx: &mut PgConnection,
    id: NotificationId,
    key: &str,
    user: Option<UserId>,
    template: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into notifications (id, dedupe_key, user_id, template, created_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint notifications_dedupe_key do nothing",
        id.0,
        key,
        user.map(|user| user.0),
        template,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether it was sent; the row stays locked until the transaction ends.
pub(crate) async fn lock_is_sent(tx: &mut PgConnection, key: &str) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select sent_at is not null as "sent!" from notifications where dedupe_key = $1 for update"#,
        key
    )
    .fetch_one(tx)
    .await
}

pub(crate) async fn mark_sent(tx: &mut PgConnection, key: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update notifications set sent_at = $2 where dedupe_key = $1 and sent_at is null", key, now)
        .execute(tx)
        .await?;
    Ok(())
}
