//! The SQL of learning. Every statement names the person beside the enrollment: row-level security lets admins see more.

pub(crate) mod quiz;
pub(crate) mod review;

use chrono::{DateTime, Utc};
use guildhall_types::{
    CourseId, EnrollmentId, LessonId, UserId,
    catalog::LessonKind,
    learn::{EnrollmentCard, PlayerLesson, ProgressView},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::policy::may_review;

/// A count that a table's check keeps at zero or above.
fn unsigned<N: TryInto<u32>>(number: N) -> u32 {
    number.try_into().unwrap_or_default()
}

// ---------------------------------------------------------------------------------------------------------------- shelf

struct CardRow {
    id: Uuid,
    course_id: Uuid,
    slug: String,
    title: String,
    language: String,
    provider_name: String,
    total: i64,
    completed: i64,
    continue_id: Option<Uuid>,
    continue_title: Option<String>,
    enrolled_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    reviewed: bool,
}

impl From<CardRow> for EnrollmentCard {
    fn from(row: CardRow) -> Self {
        let progress = ProgressView { completed_lessons: unsigned(row.completed), total_lessons: unsigned(row.total) };
        Self {
            id: row.id.into(),
            course: row.course_id.into(),
            course_slug: row.slug,
            title: row.title,
            language: row.language,
            provider_name: row.provider_name,
            progress,
            continue_at: row.continue_id.map(LessonId),
            continue_title: row.continue_title,
            enrolled_at: row.enrolled_at,
            completed_at: row.completed_at,
            may_review: may_review(progress, row.reviewed),
            reviewed: row.reviewed,
        }
    }
}

// A suspended provider's name is hidden from everybody; its learners keep the course all the same.
macro_rules! card_query {
    ($tail:tt $(, $argument:expr)*) => {
        sqlx::query_as!(
            CardRow,
            "select e.id, e.course_id, c.slug, c.title, c.language, coalesce(o.name, '') as \"provider_name!\",
                (select count(*) from lessons l where l.course_id = e.course_id) as \"total!\",
                (select count(*) from lesson_progress p where p.enrollment_id = e.id) as \"completed!\",
                n.id as \"continue_id?\", n.title as \"continue_title?\", e.enrolled_at, e.completed_at,
                exists (select from reviews r where r.enrollment_id = e.id) as \"reviewed!\"
             from enrollments e join courses c on c.id = e.course_id left join organizations o on o.id = c.provider_id
                left join lateral (
                    select l.id, l.title from lessons l join modules m on m.id = l.module_id where l.course_id = e.course_id
                    order by l.id is not distinct from e.last_lesson_id desc, m.position, l.position limit 1
                ) n on true
             where e.user_id = $1 and e.state <> 'refunded' " + $tail
            $(, $argument)*
        )
    };
}

pub(crate) async fn cards(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<EnrollmentCard>> {
    let rows =
        card_query!("order by greatest(e.enrolled_at, e.last_seen_at) desc, e.id desc", user.0).fetch_all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) async fn card(
    db: &mut PgConnection,
    user: UserId,
    enrollment: EnrollmentId,
) -> sqlx::Result<Option<EnrollmentCard>> {
    let row = card_query!("and e.id = $2", user.0, enrollment.0).fetch_optional(db).await?;
    Ok(row.map(Into::into))
}

/// Title and slug of a course that was given back.
pub(crate) async fn refunded(
    db: &mut PgConnection,
    user: UserId,
    enrollment: EnrollmentId,
) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select c.title, c.slug from enrollments e join courses c on c.id = e.course_id
         where e.id = $1 and e.user_id = $2 and e.state = 'refunded'",
        enrollment.0,
        user.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.title, row.slug)))
}

// --------------------------------------------------------------------------------------------------------------- player

/// A lesson in its place, with the module that it is in.
pub(crate) struct OutlineLesson {
    pub module: Uuid,
    pub module_title: String,
    pub lesson: PlayerLesson,
}

/// The lessons of a course in their order.
pub(crate) async fn outline(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    course: CourseId,
) -> sqlx::Result<Vec<OutlineLesson>> {
    let rows = sqlx::query!(
        "select m.id as module_id, m.title as module_title, l.id, l.title, l.kind, l.minutes, p.lesson_id is not null as \"completed!\"
         from modules m join lessons l on l.module_id = m.id
            left join lesson_progress p on p.lesson_id = l.id and p.enrollment_id = $2
         where m.course_id = $1 order by m.position, l.position",
        course.0,
        enrollment.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OutlineLesson {
            module: row.module_id,
            module_title: row.module_title,
            lesson: PlayerLesson {
                id: row.id.into(),
                title: row.title,
                kind: row.kind.parse().unwrap_or(LessonKind::Text),
                minutes: unsigned(row.minutes),
                completed: row.completed,
            },
        })
        .collect())
}

/// What a lesson teaches, with the learner's note.
pub(crate) struct Content {
    pub body_md: String,
    pub video_src: Option<String>,
    pub captions_src: Option<String>,
    pub download_name: Option<String>,
    pub download_key: Option<String>,
    pub note: String,
}

pub(crate) async fn content(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    lesson: LessonId,
) -> sqlx::Result<Option<Content>> {
    sqlx::query_as!(
        Content,
        "select coalesce(c.body_md, '') as \"body_md!\", c.video_src as \"video_src?\", c.captions_src as \"captions_src?\",
            c.download_name as \"download_name?\", c.download_key as \"download_key?\", coalesce(n.body, '') as \"note!\"
         from lessons l left join lesson_contents c on c.lesson_id = l.id
            left join notes n on n.lesson_id = l.id and n.enrollment_id = $2
         where l.id = $1",
        lesson.0,
        enrollment.0
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn mark_seen(
    db: &mut PgConnection,
    user: UserId,
    enrollment: EnrollmentId,
    lesson: LessonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update enrollments set last_lesson_id = $3, last_seen_at = $4 where id = $1 and user_id = $2 and state <> 'refunded'",
        enrollment.0,
        user.0,
        lesson.0,
        now
    )
    .execute(db)
    .await
    .map(|_| ())
}

/// Name and key of a lesson's file.
pub(crate) async fn download(
    db: &mut PgConnection,
    user: UserId,
    enrollment: EnrollmentId,
    lesson: LessonId,
) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select coalesce(c.download_name, 'download') as \"name!\", c.download_key as \"key!\"
         from enrollments e join lesson_contents c on c.course_id = e.course_id
         where e.id = $1 and e.user_id = $2 and e.state <> 'refunded' and c.lesson_id = $3 and c.download_key is not null",
        enrollment.0,
        user.0,
        lesson.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.name, row.key)))
}

// ------------------------------------------------------------------------------------------------------------- progress

/// An enrollment that is held until the transaction ends, so that whatever counts its lessons counts alone.
pub(crate) struct Held {
    pub course: CourseId,
    pub completed: bool,
}

pub(crate) async fn hold(db: &mut PgConnection, user: UserId, enrollment: EnrollmentId) -> sqlx::Result<Option<Held>> {
    let row = sqlx::query!(
        "select course_id, state = 'completed' as \"completed!\" from enrollments
         where id = $1 and user_id = $2 and state <> 'refunded' for update",
        enrollment.0,
        user.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Held { course: row.course_id.into(), completed: row.completed }))
}

/// A lesson of a course, as far as completing it goes.
pub(crate) struct LessonState {
    pub kind: LessonKind,
    pub has_questions: bool,
    pub passed: bool,
    pub completed: bool,
    pub pass_percent: u32,
}

pub(crate) async fn lesson(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    course: CourseId,
    lesson: LessonId,
) -> sqlx::Result<Option<LessonState>> {
    let row = sqlx::query!(
        "select l.kind, coalesce(c.pass_percent, 100) as \"pass_percent!\",
            exists (select from quiz_questions q join quiz_options o on o.question_id = q.id where q.lesson_id = l.id) as \"has_questions!\",
            exists (select from quiz_attempts a where a.enrollment_id = $1 and a.lesson_id = l.id and a.passed) as \"passed!\",
            exists (select from lesson_progress p where p.enrollment_id = $1 and p.lesson_id = l.id) as \"completed!\"
         from lessons l left join lesson_contents c on c.lesson_id = l.id where l.id = $3 and l.course_id = $2",
        enrollment.0,
        course.0,
        lesson.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| LessonState {
        kind: row.kind.parse().unwrap_or(LessonKind::Text),
        has_questions: row.has_questions,
        passed: row.passed,
        completed: row.completed,
        pass_percent: unsigned(row.pass_percent),
    }))
}

pub(crate) async fn complete(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    course: CourseId,
    lesson: LessonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into lesson_progress (enrollment_id, lesson_id, course_id, completed_at) values ($1, $2, $3, $4)
         on conflict (enrollment_id, lesson_id) do nothing",
        enrollment.0,
        lesson.0,
        course.0,
        now
    )
    .execute(db)
    .await
    .map(|_| ())
}

/// Completes the course if every lesson of it is done; answers its title when this did it.
pub(crate) async fn complete_course(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "update enrollments e set state = 'completed', completed_at = $2 from courses c
         where e.id = $1 and e.state = 'active' and c.id = e.course_id
            and exists (select from lessons l where l.course_id = e.course_id)
            and not exists (select from lessons l where l.course_id = e.course_id
                and not exists (select from lesson_progress p where p.enrollment_id = e.id and p.lesson_id = l.id))
         returning c.title",
        enrollment.0,
        now
    )
    .fetch_optional(db)
    .await
}
