//! Order lines: one course each, with the funds that are held for it.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;
use guildhall_types::{CourseId, Money, OrderId, OrderLineId, OrganizationId, UserId};
use uuid::Uuid;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineState {
    /// Not paid yet.
    Open,
    /// Paid; the funds are held.
    Held,
    /// Earned: the provider's share is payable.
    Released,
    Refunded,
    /// The order ended without payment.
    Closed,
}

impl LineState {
    fn from_slug(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "held" => Some(Self::Held),
            "released" => Some(Self::Released),
            "refunded" => Some(Self::Refunded),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }
}

/// A line under lock.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub id: OrderLineId,
    pub order: OrderId,
    pub user: UserId,
    pub course: CourseId,
    pub provider: OrganizationId,
    pub provider_name: String,
    pub title: String,
    pub price: Money,
    pub share: u16,
    pub state: LineState,
}

struct Row {
    id: Uuid,
    order_id: Uuid,
    user_id: Uuid,
    course_id: Uuid,
    provider_id: Uuid,
    provider_name: String,
    title: String,
    price_pence: i64,
    share_basis_points: i32,
    state: String,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self {
            id: OrderLineId(row.id),
            order: OrderId(row.order_id),
            user: UserId(row.user_id),
            course: CourseId(row.course_id),
            provider: OrganizationId(row.provider_id),
            provider_name: row.provider_name,
            title: row.title,
            price: Money::gbp(row.price_pence),
            // The table's checks hold both within their bounds.
            share: u16::try_from(row.share_basis_points).unwrap_or_default(),
            state: LineState::from_slug(&row.state).unwrap_or(LineState::Closed),
        }
    }
}

pub(crate) async fn lock_all(tx: &mut Tx, order: OrderId) -> Result<Vec<Line>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "select l.id, l.order_id, l.user_id, l.course_id, l.provider_id, p.name as provider_name, l.title, l.price_pence,
             l.share_basis_points, l.state
         from order_lines l join organizations p on p.id = l.provider_id where l.order_id = $1 order by l.id for update of l",
        order.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) async fn lock(tx: &mut Tx, line: OrderLineId) -> Result<Option<Line>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        "select l.id, l.order_id, l.user_id, l.course_id, l.provider_id, p.name as provider_name, l.title, l.price_pence,
             l.share_basis_points, l.state
         from order_lines l join organizations p on p.id = l.provider_id where l.id = $1 for update of l",
        line.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Which order a line is of: orders are locked before their lines, everywhere.
pub(crate) async fn order_of(tx: &mut Tx, line: OrderLineId) -> Result<Option<OrderId>, sqlx::Error> {
    sqlx::query_scalar!("select order_id from order_lines where id = $1", line.0)
        .fetch_optional(&mut **tx)
        .await
        .map(|id| id.map(OrderId))
}

pub(crate) async fn hold(tx: &mut Tx, line: OrderLineId, due_at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("update order_lines set state = 'held', release_due_at = $2 where id = $1", line.0, due_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn mark_released(tx: &mut Tx, line: OrderLineId, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("update order_lines set state = 'released', released_at = $2 where id = $1", line.0, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn mark_refunded(tx: &mut Tx, line: OrderLineId) -> Result<(), sqlx::Error> {
    sqlx::query!("update order_lines set state = 'refunded' where id = $1", line.0).execute(&mut **tx).await?;
    Ok(())
}

/// Lines whose funds have been held long enough, the longest first.
pub(crate) async fn due(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrderLineId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select id from order_lines where state = 'held' and release_due_at <= $1 order by release_due_at limit $2",
        now,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderLineId).collect())
}
