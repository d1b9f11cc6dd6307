//! The SQL of reading; what an import writes is in `import/store.rs`.

use chrono::{DateTime, Utc};
use guildhall_types::{
    Money,
    catalog::{CategoryRef, CourseCard, Delivery, Level, ProviderCard, RatingSummary, ReviewView},
};
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) struct CardRow {
    id: Uuid,
    slug: String,
    title: String,
    summary: String,
    language: String,
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
            language: row.language,
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
            "select c.id, c.slug, c.title, c.summary, c.language, o.name as provider_name, o.slug as provider_slug,
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
    pub language: String,
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
            language: self.language.clone(),
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
        "select c.id, c.slug, c.title, c.summary, c.language, o.name as provider_name, o.slug as provider_slug,
            g.slug as category_slug, g.name as category_name, c.level, c.delivery, c.price_pence, c.duration_minutes,
            r.rating_sum, r.rating_count, r.histogram, c.published_at,
            c.provider_id, c.description_md, c.outcomes, c.audience, c.requirements, c.updated_at,
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

/// The home page's figures, as they were counted last.
pub(crate) struct FigureRow {
    pub courses: i64,
    pub providers: i64,
    pub rating_sum: i64,
    pub rating_count: i64,
    pub enrollments: i64,
    pub completions: i64,
}

/// The figures, when they were counted since then.
pub(crate) async fn figures(db: &mut PgConnection, since: DateTime<Utc>) -> sqlx::Result<Option<FigureRow>> {
    sqlx::query_as!(
        FigureRow,
        "select courses, providers, rating_sum, rating_count, enrollments, completions from market_figures where counted_at > $1",
        since
    )
    .fetch_optional(db)
    .await
}

/// Counts anew, over enrollments from before `before`. Reads people's rows: for the program only.
pub(crate) async fn count_figures(
    db: &mut PgConnection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<FigureRow> {
    sqlx::query_as!(
        FigureRow,
        "insert into market_figures (courses, providers, rating_sum, rating_count, enrollments, completions, counted_at)
         select c.courses, c.providers, c.rating_sum, c.rating_count, e.enrollments, e.completions, $2
         from (select count(*) as courses, count(distinct c.provider_id) as providers,
                   coalesce(sum(r.rating_sum), 0)::bigint as rating_sum, coalesce(sum(r.rating_count), 0)::bigint as rating_count
               from courses c join course_ratings r on r.course_id = c.id where c.state = 'published') c,
             (select count(*) as enrollments, count(*) filter (where state = 'completed') as completions
              from enrollments where state <> 'refunded' and enrolled_at < $1) e
         on conflict (is_the_row) do update set courses = excluded.courses, providers = excluded.providers,
             rating_sum = excluded.rating_sum, rating_count = excluded.rating_count, enrollments = excluded.enrollments,
             completions = excluded.completions, counted_at = excluded.counted_at
         returning courses, providers, rating_sum, rating_count, enrollments, completions",
        before,
        now
    )
    .fetch_one(db)
    .await
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
    pub category_name: String,
    pub position: i32,
}

pub(crate) async fn palette(db: &mut PgConnection, course: Uuid) -> sqlx::Result<Option<PaletteRow>> {
    sqlx::query_as!(
        PaletteRow,
        "select c.title, o.name as provider_name, g.name as category_name, g.position from courses c join categories g on g.id = c.category_id
            join organizations o on o.id = c.provider_id where c.id = $1",
        course
    )
    .fetch_optional(db)
    .await
}

pub(crate) struct PreviewRow {
    pub title: String,
    pub language: String,
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
        "select l.title, c.language, l.kind, n.body_md, n.video_src, n.captions_src from lessons l join lesson_contents n on n.lesson_id = l.id
            join courses c on c.id = l.course_id
         where c.slug = $1 and l.id = $2 and l.preview and c.state = 'published'",
        course_slug,
        lesson
    )
    .fetch_optional(db)
    .await
}
