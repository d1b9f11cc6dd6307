//! The SQL of an import.

use chrono::{DateTime, Utc};
use guildhall_types::{CategoryId, CourseId, LessonId, ModuleId, OrganizationId};
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) async fn category_id(db: &mut PgConnection, slug_or_name: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from categories where slug = $1 or lower(name) = lower($1)", slug_or_name)
        .fetch_optional(db)
        .await
}

pub(crate) async fn category_slugs(db: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select slug from categories order by position").fetch_all(db).await
}

pub(crate) async fn provider_id(db: &mut PgConnection, slug: &str, name: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from organizations where kind = 'provider' and (slug = $1 or lower(name) = lower($2)) order by slug = $1 desc limit 1", slug, name)
        .fetch_optional(db)
        .await
}

pub(crate) async fn insert_provider(
    db: &mut PgConnection,
    id: Uuid,
    slug: &str,
    name: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organizations (id, kind, slug, name, created_at) values ($1, 'provider', $2, $3, $4)",
        id,
        slug,
        name,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("insert into provider_profiles (organization_id) values ($1)", id).execute(db).await?;
    Ok(())
}

pub(crate) async fn skill_id(db: &mut PgConnection, new: Uuid, slug: &str, name: &str) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "insert into skills (id, slug, name) values ($1, $2, $3) on conflict (slug) do update set slug = excluded.slug returning id",
        new,
        slug,
        name
    )
    .fetch_one(db)
    .await
}

/// A course that has the slug already, and whose it is.
pub(crate) async fn course_by_slug(db: &mut PgConnection, slug: &str) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    let row =
        sqlx::query!("select id, provider_id from courses where slug = $1 for update", slug).fetch_optional(db).await?;
    Ok(row.map(|row| (row.id, row.provider_id)))
}

pub(crate) struct CourseWrite<'a> {
    pub id: CourseId,
    pub provider: OrganizationId,
    pub category: CategoryId,
    pub draft: &'a crate::policy::CourseDraft,
    pub state: &'a str,
    pub at: DateTime<Utc>,
}

/// Inserts the course or updates the one of its id; its state is set when it is new and left alone when it is not.
/// Nothing is written, and the search index not stirred, where nothing differs.
pub(crate) async fn put_course(db: &mut PgConnection, write: &CourseWrite<'_>) -> sqlx::Result<bool> {
    let draft = write.draft;
    let minutes = i32::try_from(draft.duration_minutes).unwrap_or(i32::MAX);
    let published_at = (write.state == "published").then_some(write.at);
    let done = sqlx::query!(
        "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, delivery, language,
            price_pence, duration_minutes, outcomes, audience, requirements, state, published_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
         on conflict (id) do update set provider_id = excluded.provider_id, category_id = excluded.category_id, title = excluded.title,
            summary = excluded.summary, description_md = excluded.description_md, level = excluded.level,
            delivery = excluded.delivery, language = excluded.language, price_pence = excluded.price_pence,
            duration_minutes = excluded.duration_minutes, outcomes = excluded.outcomes, audience = excluded.audience,
            requirements = excluded.requirements, updated_at = excluded.updated_at
         where (courses.provider_id, courses.category_id, courses.title, courses.summary, courses.description_md, courses.level, courses.delivery, courses.language,
                courses.price_pence, courses.duration_minutes, courses.outcomes, courses.audience, courses.requirements)
            is distinct from (excluded.provider_id, excluded.category_id, excluded.title, excluded.summary, excluded.description_md, excluded.level,
                excluded.delivery, excluded.language, excluded.price_pence, excluded.duration_minutes, excluded.outcomes,
                excluded.audience, excluded.requirements)",
        write.id.0,
        write.provider.0,
        write.category.0,
        draft.slug,
        draft.title,
        draft.summary,
        draft.description_md,
        draft.level.slug(),
        draft.delivery.slug(),
        draft.language,
        draft.price.pence,
        minutes,
        &draft.outcomes,
        draft.audience,
        draft.requirements,
        write.state,
        published_at,
        write.at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn course_skill_ids(db: &mut PgConnection, course: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select skill_id from course_skills where course_id = $1 order by position", course)
        .fetch_all(db)
        .await
}

pub(crate) async fn put_course_skills(db: &mut PgConnection, course: Uuid, skills: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("delete from course_skills where course_id = $1", course).execute(&mut *db).await?;
    sqlx::query!(
        "insert into course_skills (course_id, skill_id, position)
         select $1, skill, (place - 1)::integer from unnest($2::uuid[]) with ordinality as given (skill, place)",
        course,
        skills
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The lessons that a course has: their ids by module and title, so that an import keeps what learners have done.
pub(crate) async fn lesson_ids(db: &mut PgConnection, course: Uuid) -> sqlx::Result<Vec<(Uuid, String, String)>> {
    let rows = sqlx::query!(
        "select l.id, m.title as module, l.title from lessons l join modules m on m.id = l.module_id where l.course_id = $1",
        course
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.module, row.title)).collect())
}

/// Puts every position out of the way, so that the new order can be written row by row.
pub(crate) async fn defer_positions(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set constraints modules_position_key, lessons_position_key deferred").execute(db).await?;
    Ok(())
}

pub(crate) async fn put_module(
    db: &mut PgConnection,
    id: ModuleId,
    course: Uuid,
    position: i32,
    title: &str,
) -> sqlx::Result<Uuid> {
    // A module is known by its title within the course.
    let known =
        sqlx::query_scalar!("select id from modules where course_id = $1 and title = $2 limit 1", course, title)
            .fetch_optional(&mut *db)
            .await?;
    if let Some(known) = known {
        sqlx::query!("update modules set position = $2 where id = $1 and position <> $2", known, position)
            .execute(db)
            .await?;
        return Ok(known);
    }
    sqlx::query!(
        "insert into modules (id, course_id, position, title) values ($1, $2, $3, $4)",
        id.0,
        course,
        position,
        title
    )
    .execute(db)
    .await?;
    Ok(id.0)
}

pub(crate) struct LessonWrite<'a> {
    pub id: LessonId,
    pub course: Uuid,
    pub module: Uuid,
    pub position: i32,
    pub record: &'a crate::policy::LessonRecord,
    pub download_key: Option<String>,
}

pub(crate) async fn put_lesson(db: &mut PgConnection, write: &LessonWrite<'_>) -> sqlx::Result<()> {
    let record = write.record;
    sqlx::query!(
        "insert into lessons (id, course_id, module_id, position, title, kind, minutes, preview) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update set module_id = excluded.module_id, position = excluded.position, title = excluded.title,
            kind = excluded.kind, minutes = excluded.minutes, preview = excluded.preview",
        write.id.0,
        write.course,
        write.module,
        write.position,
        record.title.trim(),
        record.kind.slug(),
        i32::try_from(record.minutes).unwrap_or(i32::MAX),
        record.preview
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into lesson_contents (lesson_id, course_id, body_md, video_src, captions_src, download_name, download_key, pass_percent)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (lesson_id) do update set body_md = excluded.body_md, video_src = excluded.video_src,
            captions_src = excluded.captions_src, download_name = excluded.download_name, download_key = excluded.download_key,
            pass_percent = excluded.pass_percent",
        write.id.0,
        write.course,
        record.body,
        record.video.as_ref().map(|video| video.src.as_str()),
        record.video.as_ref().and_then(|video| video.captions.as_deref()),
        record.download.as_ref().map(|download| download.name.as_str()),
        write.download_key,
        record.quiz.as_ref().and_then(|quiz| i32::try_from(quiz.pass_percent).ok())
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the stored quiz already reads like this, as text to compare.
pub(crate) async fn quiz_text(db: &mut PgConnection, lesson: Uuid) -> sqlx::Result<Option<serde_json::Value>> {
    sqlx::query_scalar!(
        "select json_agg(json_build_object('prompt', q.prompt, 'multiple', q.multiple, 'options',
            (select json_agg(json_build_object('text', o.body, 'correct', o.correct, 'feedback', o.feedback) order by o.position)
             from quiz_options o where o.question_id = q.id)) order by q.position)
         from quiz_questions q where q.lesson_id = $1",
        lesson
    )
    .fetch_one(db)
    .await
}

pub(crate) async fn clear_quiz(db: &mut PgConnection, lesson: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from quiz_questions where lesson_id = $1", lesson).execute(db).await?;
    Ok(())
}

pub(crate) async fn insert_question(
    db: &mut PgConnection,
    id: Uuid,
    lesson: Uuid,
    position: i32,
    prompt: &str,
    multiple: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into quiz_questions (id, lesson_id, position, prompt, multiple) values ($1, $2, $3, $4, $5)",
        id,
        lesson,
        position,
        prompt,
        multiple
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_option(
    db: &mut PgConnection,
    id: Uuid,
    question: Uuid,
    position: i32,
    option: &crate::policy::OptionRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into quiz_options (id, question_id, position, body, correct, feedback) values ($1, $2, $3, $4, $5, $6)",
        id,
        question,
        position,
        option.text.trim(),
        option.correct,
        option.feedback
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes away the lessons that the file no longer has, and modules left empty.
pub(crate) async fn drop_other_lessons(db: &mut PgConnection, course: Uuid, kept: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("delete from lessons where course_id = $1 and not (id = any($2))", course, kept)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "delete from modules m where m.course_id = $1 and not exists (select from lessons l where l.module_id = m.id)",
        course
    )
    .execute(db)
    .await?;
    Ok(())
}
