//! Orders: made, given a payment page, moved on.
//!
//! While an order has no payment page, its `updated_at` says when the page was asked for last: the request's idempotency key
//! is made of it. Later it says when the payment service was asked last how the payment stands.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;
use guildhall_types::{CourseId, Money, OrderId, OrderLineId, OrganizationId, UserId, checkout::OrderState};
use uuid::Uuid;

use crate::stripe::SessionFacts;

/// A pending order of one course, to go on with.
#[derive(Clone, Debug)]
pub(crate) struct OpenOrder {
    pub id: OrderId,
    pub asked_at: DateTime<Utc>,
    pub session_id: Option<String>,
    pub title: String,
    pub price: Money,
}

/// The order that waits for this person's payment for this course.
pub(crate) async fn open(tx: &mut Tx, user: UserId, course: CourseId) -> Result<Option<OpenOrder>, sqlx::Error> {
    let row = sqlx::query!(
        "select o.id, o.updated_at, o.session_id, l.title, l.price_pence from order_lines l join orders o on o.id = l.order_id
         where l.user_id = $1 and l.course_id = $2 and l.state = 'open'",
        user.0,
        course.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| OpenOrder {
        id: OrderId(row.id),
        asked_at: row.updated_at,
        session_id: row.session_id,
        title: row.title,
        price: Money::gbp(row.price_pence),
    }))
}

/// A course as it is bought.
#[derive(Clone, Debug)]
pub(crate) struct Purchase {
    pub order: OrderId,
    pub line: OrderLineId,
    pub user: UserId,
    pub course: CourseId,
    pub provider: OrganizationId,
    pub title: String,
    pub price: Money,
    pub share: u16,
    pub now: DateTime<Utc>,
}

/// Makes the order and its line. Fails on `order_lines_open_once` when another one is open.
pub(crate) async fn insert(tx: &mut Tx, purchase: &Purchase) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into orders (id, user_id, total_pence, created_at, updated_at) values ($1, $2, $3, $4, $4)",
        purchase.order.0,
        purchase.user.0,
        purchase.price.pence,
        purchase.now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into order_lines (id, order_id, user_id, course_id, provider_id, title, price_pence, share_basis_points)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        purchase.line.0,
        purchase.order.0,
        purchase.user.0,
        purchase.course.0,
        purchase.provider.0,
        purchase.title,
        purchase.price.pence,
        i32::from(purchase.share)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Begins a new request for the payment page; `None` when somebody else did, or the page is there.
pub(crate) async fn ask_anew(
    tx: &mut Tx,
    order: OrderId,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "update orders set updated_at = greatest($3, updated_at + interval '1 microsecond')
         where id = $1 and updated_at = $2 and session_id is null and state = 'pending' returning updated_at",
        order.0,
        asked_at,
        now
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Keeps the payment page; `false` when the order has another one or is no longer pending.
pub(crate) async fn keep_session(
    tx: &mut Tx,
    order: OrderId,
    session: &SessionFacts,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update orders set session_id = $2, pay_url = $3, session_expires_at = $4, updated_at = $5
         where id = $1 and state = 'pending' and (session_id is null or session_id = $2)",
        order.0,
        session.id,
        session.url,
        session.expires_at,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An order under lock.
#[derive(Clone, Debug)]
pub(crate) struct LockedOrder {
    pub id: OrderId,
    pub user: UserId,
    pub state: OrderState,
    pub total: Money,
    pub paid_at: Option<DateTime<Utc>>,
    pub session_id: Option<String>,
    pub payment_intent_id: Option<String>,
}

struct LockedRow {
    id: Uuid,
    user_id: Uuid,
    state: String,
    total_pence: i64,
    paid_at: Option<DateTime<Utc>>,
    session_id: Option<String>,
    payment_intent_id: Option<String>,
}

impl From<LockedRow> for LockedOrder {
    fn from(row: LockedRow) -> Self {
        Self {
            id: OrderId(row.id),
            user: UserId(row.user_id),
            state: OrderState::from_slug(&row.state).unwrap_or(OrderState::Pending),
            total: Money::gbp(row.total_pence),
            paid_at: row.paid_at,
            session_id: row.session_id,
            payment_intent_id: row.payment_intent_id,
        }
    }
}

/// Locks the order that a session belongs to: by the session's id, else by our id in it.
pub(crate) async fn lock_of_session(
    tx: &mut Tx,
    session: &str,
    order: Option<OrderId>,
) -> Result<Option<LockedOrder>, sqlx::Error> {
    let found = sqlx::query_as!(
        LockedRow,
        "select id, user_id, state, total_pence, paid_at, session_id, payment_intent_id from orders
         where session_id = $1 for update",
        session
    )
    .fetch_optional(&mut **tx)
    .await?;
    match (found, order) {
        (Some(row), _) => Ok(Some(row.into())),
        (None, Some(order)) => lock(tx, order).await,
        (None, None) => Ok(None),
    }
}

pub(crate) async fn lock(tx: &mut Tx, order: OrderId) -> Result<Option<LockedOrder>, sqlx::Error> {
    let row = sqlx::query_as!(
        LockedRow,
        "select id, user_id, state, total_pence, paid_at, session_id, payment_intent_id from orders where id = $1 for update",
        order.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

pub(crate) async fn of_payment(tx: &mut Tx, payment_intent: &str) -> Result<Option<OrderId>, sqlx::Error> {
    sqlx::query_scalar!("select id from orders where payment_intent_id = $1", payment_intent)
        .fetch_optional(&mut **tx)
        .await
        .map(|id| id.map(OrderId))
}

pub(crate) async fn mark_paid(
    tx: &mut Tx,
    order: OrderId,
    session: &SessionFacts,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update orders set state = 'paid', paid_at = $2, updated_at = $2, session_id = $3, payment_intent_id = $4 where id = $1",
        order.0,
        now,
        session.id,
        session.payment_intent
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a pending order without payment; its line is closed, so that the course can be bought anew.
pub(crate) async fn end(
    tx: &mut Tx,
    order: OrderId,
    state: OrderState,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update orders set state = $2, updated_at = $3 where id = $1 and state = 'pending'",
        order.0,
        state.slug(),
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("update order_lines set state = 'closed' where order_id = $1 and state = 'open'", order.0)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// When every line went back, the order did.
pub(crate) async fn mark_refunded(tx: &mut Tx, order: OrderId, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update orders set state = 'refunded', updated_at = $2
         where id = $1 and state = 'paid' and not exists (select from order_lines where order_id = $1 and state <> 'refunded')",
        order.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the turn to ask how a payment stands: of many askers within a few seconds one gets the session's id.
pub(crate) async fn take_turn(
    tx: &mut Tx,
    order: OrderId,
    not_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"update orders set updated_at = $3
         where id = $1 and state = 'pending' and session_id is not null and updated_at <= $2 returning session_id as "session_id!""#,
        order.0,
        not_since,
        now
    )
    .fetch_optional(&mut **tx)
    .await
}

/// A pending order that the reconciler looks after.
pub(crate) struct WaitingOrder {
    pub id: OrderId,
    pub session_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Takes pending orders whose payment is to be asked for: from `asked_from` on, at first each minute, and the older the
/// rarer, up to every ten minutes. One that never got a payment page is left alone until it is given up.
pub(crate) async fn take_waiting(
    tx: &mut Tx,
    now: DateTime<Utc>,
    asked_from: DateTime<Utc>,
    given_up: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<WaitingOrder>, sqlx::Error> {
    let rows = sqlx::query!(
        "update orders set updated_at = $1::timestamptz where id in (
             select id from orders
             where state = 'pending' and created_at <= $2 and (session_id is not null or created_at <= $3)
                 and updated_at <= $1::timestamptz - greatest(interval '55 seconds', least(interval '10 minutes', ($1::timestamptz - created_at) / 4))
             order by updated_at limit $4 for update skip locked)
         returning id, session_id, created_at",
        now,
        asked_from,
        given_up,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WaitingOrder { id: OrderId(row.id), session_id: row.session_id, created_at: row.created_at })
        .collect())
}

/// Who buys, for the mail.
pub(crate) struct Buyer {
    pub name: String,
    pub email: String,
}

pub(crate) async fn buyer(tx: &mut Tx, user: UserId) -> Result<Buyer, sqlx::Error> {
    sqlx::query_as!(Buyer, "select name, email from users where id = $1", user.0).fetch_one(&mut **tx).await
}
