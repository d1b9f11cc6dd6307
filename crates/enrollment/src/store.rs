//! All of the crate's SQL.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;
use guildhall_types::{CourseId, EnrollmentId, OrderLineId, UserId};
use uuid::Uuid;

use crate::grant::EnrollmentGrant;

// ---------------------------------------------------------------------------------------------------------------- grant

/// A course that the catalogue offers.
pub(crate) struct CourseOnOffer {
    pub id: CourseId,
    pub title: String,
    pub price_pence: i64,
}

pub(crate) async fn course_on_offer(tx: &mut Tx, slug: &str) -> Result<Option<CourseOnOffer>, sqlx::Error> {
    sqlx::query_as!(
        CourseOnOffer,
        "select c.id, c.title, c.price_pence from courses c join organizations o on o.id = c.provider_id
         where c.slug = $1 and c.state = 'published'",
        slug
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Makes the enrollment; `None` when there is a live one.
pub(crate) async fn enroll(
    tx: &mut Tx,
    id: EnrollmentId,
    user: UserId,
    course: CourseId,
    line: Option<OrderLineId>,
    now: DateTime<Utc>,
) -> Result<Option<EnrollmentId>, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into enrollments (id, user_id, course_id, order_line_id, enrolled_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, course_id) where state <> 'refunded' do nothing returning id",
        id.0,
        user.0,
        course.0,
        line.map(Uuid::from),
        now
    )
    .fetch_optional(&mut **tx)
    .await
    .map(|found| found.map(EnrollmentId))
}

pub(crate) async fn live(tx: &mut Tx, user: UserId, course: CourseId) -> Result<Option<EnrollmentGrant>, sqlx::Error> {
    let row = sqlx::query!(
        "select id, order_line_id from enrollments where user_id = $1 and course_id = $2 and state <> 'refunded'",
        user.0,
        course.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| EnrollmentGrant {
        enrollment: EnrollmentId(row.id),
        order_line: row.order_line_id.map(OrderLineId),
    }))
}

pub(crate) async fn find(tx: &mut Tx, enrollment: EnrollmentId) -> Result<Option<EnrollmentGrant>, sqlx::Error> {
    let row = sqlx::query!("select id, order_line_id from enrollments where id = $1", enrollment.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| EnrollmentGrant {
        enrollment: EnrollmentId(row.id),
        order_line: row.order_line_id.map(OrderLineId),
    }))
}

pub(crate) async fn refund(tx: &mut Tx, line: OrderLineId) -> Result<Option<EnrollmentId>, sqlx::Error> {
    sqlx::query_scalar!(
        "update enrollments set state = 'refunded' where order_line_id = $1 and state <> 'refunded' returning id",
        line.0
    )
    .fetch_optional(&mut **tx)
    .await
    .map(|found| found.map(EnrollmentId))
}
