//! What learners write: notes for themselves, reviews for all.

use chrono::{DateTime, Utc};
use guildhall_types::{CourseId, EnrollmentId, LessonId, ReviewId, UserId, learn::OwnReview};
use sqlx::PgConnection;

pub(crate) async fn write_note(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    lesson: LessonId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into notes (enrollment_id, lesson_id, body, updated_at) values ($1, $2, $3, $4)
         on conflict (enrollment_id, lesson_id) do update set body = excluded.body, updated_at = excluded.updated_at",
        enrollment.0,
        lesson.0,
        body,
        now
    )
    .execute(db)
    .await
    .map(|_| ())
}

pub(crate) async fn delete_note(db: &mut PgConnection, enrollment: EnrollmentId, lesson: LessonId) -> sqlx::Result<()> {
    sqlx::query!("delete from notes where enrollment_id = $1 and lesson_id = $2", enrollment.0, lesson.0)
        .execute(db)
        .await
        .map(|_| ())
}

pub(crate) async fn review(db: &mut PgConnection, enrollment: EnrollmentId) -> sqlx::Result<Option<OwnReview>> {
    let row = sqlx::query!("select rating, title, body from reviews where enrollment_id = $1", enrollment.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| OwnReview {
        rating: u8::try_from(row.rating).unwrap_or_default(),
        title: row.title,
        body: row.body,
    }))
}

/// Who reviews what.
pub(crate) struct Reviewer<'a> {
    pub user: UserId,
    pub enrollment: EnrollmentId,
    pub course: CourseId,
    pub author_name: &'a str,
}

pub(crate) async fn insert_review(
    db: &mut PgConnection,
    id: ReviewId,
    by: &Reviewer<'_>,
    review: &OwnReview,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into reviews (id, enrollment_id, course_id, user_id, author_name, rating, title, body, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        id.0,
        by.enrollment.0,
        by.course.0,
        by.user.0,
        by.author_name,
        i32::from(review.rating),
        review.title,
        review.body,
        now
    )
    .execute(db)
    .await
    .map(|_| ())
}

/// Changes a review. One that stays as it was is not "edited".
pub(crate) async fn update_review(
    db: &mut PgConnection,
    by: &Reviewer<'_>,
    review: &OwnReview,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update reviews set rating = $3, title = $4, body = $5, author_name = $6, updated_at = $7
         where enrollment_id = $1 and user_id = $2 and (rating, title, body) is distinct from ($3::integer, $4::text, $5::text)",
        by.enrollment.0,
        by.user.0,
        i32::from(review.rating),
        review.title,
        review.body,
        by.author_name,
        now
    )
    .execute(db)
    .await
    .map(|_| ())
}
