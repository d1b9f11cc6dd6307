//! All of the crate's SQL.

use chrono::{DateTime, Utc};
use guildhall_types::{
    CategoryId, CourseId, LessonId, ModuleId, Money, OrganizationId,
    catalog::{CategoryRef, CourseCard, Delivery, Level, ProviderCard, RatingSummary, ReviewView},
};
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) struct CardRow {
    id: Uuid,
    slug: String,
    title: String,
    summary: String,
    provider_name: String,
    provider_slug: String,
    category_slug: String,
    category_name: String,
    level: String,
    delivery: String,
    price_pence: i64,
    duration_minutes: i32,
    rating_sum: i64,
    rating_count: i64,
    histogram: Vec<i64>,
    published_at: Option<DateTime<Utc>>,
}

/// A count that a table's check keeps at zero or above.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn rating(sum: i64, count: i64, histogram: &[i64]) -> RatingSummary {
    let mut stars = [0; 5];
    for (star, number) in stars.iter_mut().zip(histogram) {
        *star = unsigned(*number);
    }
    RatingSummary { sum: unsigned(sum), count: unsigned(count), histogram: stars }
}

impl From<CardRow> for CourseCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id.into(),
            slug: row.slug,
            title: row.title,
            summary: row.summary,
            provider_name: row.provider_name,
            provider_slug: row.provider_slug,
            category_slug: row.category_slug,
            category_name: row.category_name,
            level: row.level.parse().unwrap_or(Level::Beginner),
            delivery: row.delivery.parse().unwrap_or(Delivery::SelfPaced),
            price: Money::gbp(row.price_pence),
            duration_minutes: u32::try_from(row.duration_minutes).unwrap_or_default(),
            rating: rating(row.rating_sum, row.rating_count, &row.histogram),
            published_at: row.published_at,
        }
    }
}

/// The columns of a card, with what decides which cards.
macro_rules! card_query {
    ($tail:tt $(, $argument:expr)*) => {
        sqlx::query_as!(
            CardRow,
            "select c.id, c.slug, c.title, c.summary, o.name as provider_name, o.slug as provider_slug,
                g.slug as category_slug, g.name as category_name, c.level, c.delivery, c.price_pence, c.duration_minutes,
                r.rating_sum, r.rating_count, r.histogram, c.published_at
             from courses c join organizations o on o.id = c.provider_id join categories g on g.id = c.category_id
                join course_ratings r on r.course_id = c.id " + $tail
            $(, $argument)*
        )
    };
}

/// The published ones of these courses, in no order.
pub(crate) async fn cards(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<CourseCard>> {
    let rows = card_query!("where c.state = 'published' and c.id = any($1)", ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) async fn newest(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<CourseCard>> {
    let rows = card_query!("where c.state = 'published' order by c.published_at desc, c.id limit $1", limit)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) async fn best_rated(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<CourseCard>> {
    let rows = card_query!(
        "where c.state = 'published' and r.rating_count >= 3
         order by (r.rating_sum + 20)::numeric / (r.rating_count + 5) desc, c.id limit $1",
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub(crate) async fn provider_courses(db: &mut PgConnection, provider: Uuid) -> sqlx::Result<Vec<CourseCard>> {
    let rows = card_query!("where c.state = 'published' and c.provider_id = $1 order by c.title limit 200", provider)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// What a course's page needs beside its card. The lists come as JSON, so that one round trip brings all.
pub(crate) struct DetailRow {
    pub id: Uuid,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub provider_name: String,
    pub provider_slug: String,
    pub category_slug: String,
    pub category_name: String,
    pub level: String,
    pub delivery: String,
    pub price_pence: i64,
    pub duration_minutes: i32,
    pub rating_sum: i64,
    pub rating_count: i64,
    pub histogram: Vec<i64>,
    pub published_at: Option<DateTime<Utc>>,
    pub provider_id: Uuid,
    pub description_md: String,
    pub outcomes: Vec<String>,
    pub audience: String,
    pub requirements: String,
    pub language: String,
    pub updated_at: DateTime<Utc>,
    pub skills: Option<serde_json::Value>,
    pub lessons: Option<serde_json::Value>,
    pub reviews: Option<serde_json::Value>,
}

impl DetailRow {
    pub(crate) fn card(&self) -> CourseCard {
        CourseCard {
            id: self.id.into(),
            slug: self.slug.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            provider_name: self.provider_name.clone(),
            provider_slug: self.provider_slug.clone(),
            category_slug: self.category_slug.clone(),
            category_name: self.category_name.clone(),
            level: self.level.parse().unwrap_or(Level::Beginner),
            delivery: self.delivery.parse().unwrap_or(Delivery::SelfPaced),
            price: Money::gbp(self.price_pence),
            duration_minutes: u32::try_from(self.duration_minutes).unwrap_or_default(),
            rating: rating(self.rating_sum, self.rating_count, &self.histogram),
            published_at: self.published_at,
        }
    }
}

/// A published course by its slug or its id, with its first reviews.
pub(crate) async fn detail(
    db: &mut PgConnection,
    slug: &str,
    id: Option<Uuid>,
    reviews: i64,
) -> sqlx::Result<Option<DetailRow>> {
    sqlx::query_as!(
        DetailRow,
        "select c.id, c.slug, c.title, c.summary, o.name as provider_name, o.slug as provider_slug,
            g.slug as category_slug, g.name as category_name, c.level, c.delivery, c.price_pence, c.duration_minutes,
            r.rating_sum, r.rating_count, r.histogram, c.published_at,
            c.provider_id, c.description_md, c.outcomes, c.audience, c.requirements, c.language, c.updated_at,
            (select json_agg(json_build_object('slug', s.slug, 'name', s.name) order by cs.position)
                from course_skills cs join skills s on s.id = cs.skill_id where cs.course_id = c.id) as skills,
            (select json_agg(json_build_object('module', m.title, 'at', m.position, 'id', l.id, 'title', l.title, 'kind', l.kind,
                    'minutes', l.minutes, 'preview', l.preview) order by m.position, l.position)
                from modules m join lessons l on l.module_id = m.id where m.course_id = c.id) as lessons,
            (select json_agg(json_build_object('author_name', v.author_name, 'rating', v.rating, 'title', v.title, 'body', v.body,
                    'written_at', v.created_at, 'edited', v.updated_at > v.created_at) order by v.created_at desc, v.id)
                from (select * from reviews where course_id = c.id order by created_at desc, id limit $3) v) as reviews
         from courses c join organizations o on o.id = c.provider_id join categories g on g.id = c.category_id
            join course_ratings r on r.course_id = c.id
         where c.state = 'published' and (c.slug = $1 or c.id = $2)",
        slug,
        id,
        reviews
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn reviews(
    db: &mut PgConnection,
    course: Uuid,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<ReviewView>> {
    let rows = sqlx::query!(
        "select author_name, rating, title, body, created_at, updated_at > created_at as \"edited!\"
         from reviews where course_id = $1 order by created_at desc, id limit $2 offset $3",
        course,
        limit,
        offset
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ReviewView {
            author_name: row.author_name,
            rating: u8::try_from(row.rating).unwrap_or_default(),
            title: row.title,
            body: row.body,
            written_at: row.created_at,
            edited: row.edited,
        })
        .collect())
}

pub(crate) async fn categories(db: &mut PgConnection) -> sqlx::Result<Vec<CategoryRef>> {
    let rows = sqlx::query!(
        "select g.slug, g.name, g.summary, g.position,
            (select count(*) from courses c where c.category_id = g.id and c.state = 'published') as \"course_count!\"
         from categories g order by g.position"
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CategoryRef {
            slug: row.slug,
            name: row.name,
            summary: row.summary,
            position: u32::try_from(row.position).unwrap_or_default(),
            course_count: unsigned(row.course_count),
        })
        .collect())
}

pub(crate) struct FigureRow {
    pub courses: i64,
    pub providers: i64,
    pub rating_sum: i64,
    pub rating_count: i64,
}

pub(crate) async fn figures(db: &mut PgConnection) -> sqlx::Result<FigureRow> {
    sqlx::query_as!(
        FigureRow,
        "select count(*) as \"courses!\", count(distinct c.provider_id) as \"providers!\",
            coalesce(sum(r.rating_sum), 0)::bigint as \"rating_sum!\", coalesce(sum(r.rating_count), 0)::bigint as \"rating_count!\"
         from courses c join course_ratings r on r.course_id = c.id where c.state = 'published'"
    )
    .fetch_one(db)
    .await
}

/// Enrollments older than 30 days, and how many of them are completed. Reads people's rows: for the program only.
pub(crate) async fn completion(db: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<(u64, u64)> {
    let row = sqlx::query!(
        "select count(*) as \"all!\", count(*) filter (where state = 'completed') as \"completed!\"
         from enrollments where state <> 'refunded' and enrolled_at < $1",
        before
    )
    .fetch_one(db)
    .await?;
    Ok((unsigned(row.all), unsigned(row.completed)))
}

pub(crate) async fn providers(db: &mut PgConnection, slug: Option<&str>) -> sqlx::Result<Vec<ProviderRow>> {
    sqlx::query_as!(
        ProviderRow,
        "select o.id, o.slug, o.name, p.summary, p.location, p.description_md, p.website, p.founded,
            count(c.id) as \"course_count!\", coalesce(sum(r.rating_sum), 0)::bigint as \"rating_sum!\",
            coalesce(sum(r.rating_count), 0)::bigint as \"rating_count!\"
         from organizations o join provider_profiles p on p.organization_id = o.id
            left join courses c on c.provider_id = o.id and c.state = 'published'
            left join course_ratings r on r.course_id = c.id
         where o.kind = 'provider' and o.suspended_at is null and ($1::text is null or o.slug = $1)
         group by o.id, p.organization_id
         having $1::text is not null or count(c.id) > 0
         order by o.name limit 500",
        slug
    )
    .fetch_all(db)
    .await
}

pub(crate) struct ProviderRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub summary: String,
    pub location: String,
    pub description_md: String,
    pub website: Option<String>,
    pub founded: Option<i32>,
    pub course_count: i64,
    pub rating_sum: i64,
    pub rating_count: i64,
}

impl ProviderRow {
    pub(crate) fn card(&self) -> ProviderCard {
        ProviderCard {
            slug: self.slug.clone(),
            name: self.name.clone(),
            summary: self.summary.clone(),
            location: self.location.clone(),
            course_count: unsigned(self.course_count),
            rating: rating(self.rating_sum, self.rating_count, &[]),
        }
    }
}

/// Slugs and dates of what search engines may know: courses, then providers.
pub(crate) async fn sitemap(db: &mut PgConnection) -> sqlx::Result<Vec<(String, DateTime<Utc>)>> {
    let courses = sqlx::query!(
        "select slug, updated_at from courses where state = 'published' order by published_at limit 40000"
    )
    .fetch_all(&mut *db)
    .await?;
    let providers = sqlx::query!(
        "select o.slug, max(c.updated_at) as \"updated_at!\" from organizations o join courses c on c.provider_id = o.id
         where c.state = 'published' group by o.slug order by o.slug limit 9000"
    )
    .fetch_all(db)
    .await?;
    let courses = courses.into_iter().map(|row| (format!("/courses/{}", row.slug), row.updated_at));
    Ok(courses.chain(providers.into_iter().map(|row| (format!("/providers/{}", row.slug), row.updated_at))).collect())
}

pub(crate) struct PaletteRow {
    pub title: String,
    pub provider_name: String,
    pub position: i32,
}

pub(crate) async fn palette(db: &mut PgConnection, course: Uuid) -> sqlx::Result<Option<PaletteRow>> {
    sqlx::query_as!(
        PaletteRow,
        "select c.title, o.name as provider_name, g.position from courses c join categories g on g.id = c.category_id
            join organizations o on o.id = c.provider_id where c.id = $1",
        course
    )
    .fetch_optional(db)
    .await
}

pub(crate) struct PreviewRow {
    pub title: String,
    pub body_md: String,
    pub kind: String,
    pub video_src: Option<String>,
    pub captions_src: Option<String>,
}

/// A lesson that may be read before buying.
pub(crate) async fn preview(
    db: &mut PgConnection,
    course_slug: &str,
    lesson: Uuid,
) -> sqlx::Result<Option<PreviewRow>> {
    sqlx::query_as!(
        PreviewRow,
        "select l.title, l.kind, n.body_md, n.video_src, n.captions_src from lessons l join lesson_contents n on n.lesson_id = l.id
            join courses c on c.id = l.course_id
         where c.slug = $1 and l.id = $2 and l.preview and c.state = 'published'",
        course_slug,
        lesson
    )
    .fetch_optional(db)
    .await
}

// What the import writes.

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
