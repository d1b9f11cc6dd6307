//! What the buyer sees.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;
use guildhall_kernel::slug::slugify;
use guildhall_types::{
    CourseId, EnrollmentId, Money, OrderId, OrganizationId, UserId,
    checkout::{OrderLineView, OrderState, OrderView},
};
use uuid::Uuid;

/// A course as the checkout needs it.
pub(crate) struct CourseToBuy {
    pub id: CourseId,
    pub provider: OrganizationId,
    pub provider_name: String,
    pub title: String,
    pub price: Money,
    pub published: bool,
}

/// A course that the actor may see, whose provider is not suspended.
pub(crate) async fn course(tx: &mut Tx, slug: &str) -> Result<Option<CourseToBuy>, sqlx::Error> {
    // Whatever stands in an address comes here; what is no slug need not be looked for.
    if slugify(slug) != slug {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select c.id, c.provider_id, o.name as provider_name, c.title, c.price_pence, c.state from courses c
         join organizations o on o.id = c.provider_id where c.slug = $1 and o.suspended_at is null",
        slug
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| CourseToBuy {
        id: CourseId(row.id),
        provider: OrganizationId(row.provider_id),
        provider_name: row.provider_name,
        title: row.title,
        price: Money::gbp(row.price_pence),
        published: row.state == "published",
    }))
}

struct OrderRow {
    id: Uuid,
    state: String,
    total_pence: i64,
    created_at: DateTime<Utc>,
    paid_at: Option<DateTime<Utc>>,
    pay_url: Option<String>,
    session_expires_at: Option<DateTime<Utc>>,
}

impl OrderRow {
    fn view(self, lines: Vec<OrderLineView>, now: DateTime<Utc>) -> OrderView {
        let state = OrderState::from_slug(&self.state).unwrap_or(OrderState::Pending);
        let payable = state == OrderState::Pending && self.session_expires_at.is_some_and(|at| at > now);
        OrderView {
            id: OrderId(self.id),
            state,
            total: Money::gbp(self.total_pence),
            created_at: self.created_at,
            paid_at: self.paid_at,
            lines,
            pay_url: self.pay_url.filter(|_| payable),
        }
    }
}

struct LineRow {
    order_id: Uuid,
    course_id: Uuid,
    course_slug: Option<String>,
    title: String,
    provider_name: Option<String>,
    price_pence: i64,
    enrollment_id: Option<Uuid>,
}

impl From<LineRow> for OrderLineView {
    fn from(row: LineRow) -> Self {
        Self {
            course: CourseId(row.course_id),
            course_slug: row.course_slug.unwrap_or_default(),
            title: row.title,
            provider_name: row.provider_name.unwrap_or_default(),
            price: Money::gbp(row.price_pence),
            enrollment: row.enrollment_id.map(EnrollmentId),
        }
    }
}

pub(crate) async fn order(
    tx: &mut Tx,
    user: UserId,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<Option<OrderView>, sqlx::Error> {
    let row = sqlx::query_as!(
        OrderRow,
        "select id, state, total_pence, created_at, paid_at, pay_url, session_expires_at from orders where id = $1 and user_id = $2",
        order.0,
        user.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines(tx, &[row.id]).await?;
    Ok(Some(row.view(lines.into_iter().map(Into::into).collect(), now)))
}

/// The newest first.
pub(crate) async fn orders(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrderView>, sqlx::Error> {
    let rows = sqlx::query_as!(
        OrderRow,
        "select id, state, total_pence, created_at, paid_at, pay_url, session_expires_at from orders
         where user_id = $1 order by created_at desc, id desc limit $2",
        user.0,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut lines = lines(tx, &ids).await?;
    let view = |row: OrderRow| {
        let own = lines.extract_if(.., |line| line.order_id == row.id).map(Into::into).collect();
        row.view(own, now)
    };
    Ok(rows.into_iter().map(view).collect())
}

async fn lines(tx: &mut Tx, orders: &[Uuid]) -> Result<Vec<LineRow>, sqlx::Error> {
    sqlx::query_as!(
        LineRow,
        r#"select l.order_id, l.course_id, c.slug as "course_slug?", l.title, o.name as "provider_name?", l.price_pence,
               e.id as "enrollment_id?"
           from order_lines l
           left join courses c on c.id = l.course_id
           left join organizations o on o.id = l.provider_id
           left join enrollments e on e.user_id = l.user_id and e.course_id = l.course_id and e.state <> 'refunded'
           where l.order_id = any ($1) order by l.id"#,
        orders
    )
    .fetch_all(&mut **tx)
    .await
}
