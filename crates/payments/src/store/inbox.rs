//! The payment inbox.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;

/// Keeps an event; `false` when it is there already.
pub(crate) async fn insert(
    tx: &mut Tx,
    event_id: &str,
    kind: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into payment_events (source, event_id, kind, body, received_at) values ('stripe', $1, $2, $3, $4)
         on conflict (source, event_id) do nothing",
        event_id,
        kind,
        body,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An event as it came.
pub(crate) struct StoredEvent {
    pub kind: String,
    pub body: Vec<u8>,
    pub processed_at: Option<DateTime<Utc>>,
}

pub(crate) async fn find(tx: &mut Tx, source: &str, event_id: &str) -> Result<Option<StoredEvent>, sqlx::Error> {
    sqlx::query_as!(
        StoredEvent,
        "select kind, body, processed_at from payment_events where source = $1 and event_id = $2",
        source,
        event_id
    )
    .fetch_optional(&mut **tx)
    .await
}

pub(crate) async fn mark_processed(
    tx: &mut Tx,
    source: &str,
    event_id: &str,
    effect: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update payment_events set processed_at = $4, effect = $3 where source = $1 and event_id = $2 and processed_at is null",
        source,
        event_id,
        effect,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
