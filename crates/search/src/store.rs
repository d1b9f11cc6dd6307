//! All of the crate's SQL.

use chrono::{DateTime, Utc};
use guildhall_catalog::markdown;
use guildhall_types::{
    CourseId,
    catalog::{Delivery, Level, RatingSummary},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::document::CourseDocument;

/// The oldest transaction that may still be under way: of all below it, whatever they changed can be seen.
pub(crate) async fn horizon(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let horizon = sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "horizon!""#)
        .fetch_one(connection)
        .await?;
    Ok(u64::try_from(horizon).unwrap_or_default())
}

/// The courses that transactions from this one on have changed, with the transaction.
pub(crate) async fn changed_since(
    connection: &mut PgConnection,
    cursor: u64,
) -> Result<Vec<(CourseId, i64)>, sqlx::Error> {
    let cursor = i64::try_from(cursor).unwrap_or(i64::MAX);
    let rows =
        sqlx::query!("select course_id, seq from course_changes where seq >= $1 order by seq, course_id", cursor)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|row| (CourseId(row.course_id), row.seq)).collect())
}

/// How many courses the index should hold.
pub(crate) async fn count(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from courses c join organizations o on o.id = c.provider_id
           where c.state = 'published' and o.suspended_at is null"#
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The next ids of published courses behind this one.
pub(crate) async fn ids_after(
    connection: &mut PgConnection,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from courses where state = 'published' and id > $1 order by id limit $2",
        after,
        limit
    )
    .fetch_all(connection)
    .await
}

struct Row {
    id: Uuid,
    slug: String,
    title: String,
    summary: String,
    description_md: String,
    level: String,
    delivery: String,
    price_pence: i64,
    duration_minutes: i32,
    published_at: DateTime<Utc>,
    provider_slug: String,
    provider_name: String,
    category_slug: String,
    category_name: String,
    category_position: i32,
    rating_sum: i64,
    rating_count: i64,
    skill_slugs: Vec<String>,
    skill_names: Vec<String>,
}

impl From<Row> for CourseDocument {
    fn from(row: Row) -> Self {
        let rating_count = u64::try_from(row.rating_count).unwrap_or_default();
        let rating = RatingSummary {
            sum: u64::try_from(row.rating_sum).unwrap_or_default(),
            count: rating_count,
            ..RatingSummary::default()
        };
        Self {
            id: CourseId(row.id),
            slug: row.slug,
            title: row.title,
            summary: row.summary,
            description_text: markdown::to_text(&row.description_md),
            skills: row.skill_slugs.into_iter().zip(row.skill_names).collect(),
            provider_slug: row.provider_slug,
            provider_name: row.provider_name,
            category_slug: row.category_slug,
            category_name: row.category_name,
            category_position: u32::try_from(row.category_position).unwrap_or_default(),
            level: row.level.parse().unwrap_or(Level::Beginner),
            delivery: row.delivery.parse().unwrap_or(Delivery::SelfPaced),
            price_pence: row.price_pence,
            duration_minutes: u32::try_from(row.duration_minutes).unwrap_or_default(),
            rating_tenths: rating.tenths().and_then(|tenths| u32::try_from(tenths).ok()),
            rating_count,
            published_at: row.published_at.timestamp(),
        }
    }
}

/// Those of the courses that the public sees.
pub(crate) async fn documents(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<CourseDocument>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.slug, c.title, c.summary, c.description_md, c.level, c.delivery, c.price_pence, c.duration_minutes,
               c.published_at as "published_at!", o.slug as provider_slug, o.name as provider_name,
               g.slug as category_slug, g.name as category_name, g.position as category_position,
               coalesce(r.rating_sum, 0) as "rating_sum!", coalesce(r.rating_count, 0) as "rating_count!",
               coalesce(s.slugs, '{}') as "skill_slugs!", coalesce(s.names, '{}') as "skill_names!"
           from courses c
           join organizations o on o.id = c.provider_id
           join categories g on g.id = c.category_id
           left join course_ratings r on r.course_id = c.id
           left join lateral (
               select array_agg(s.slug order by cs.position, s.slug) as slugs, array_agg(s.name order by cs.position, s.slug) as names
               from course_skills cs join skills s on s.id = cs.skill_id where cs.course_id = c.id
           ) s on true
           where c.id = any ($1) and c.state = 'published' and c.published_at is not null and o.suspended_at is null"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(CourseDocument::from).collect())
}
