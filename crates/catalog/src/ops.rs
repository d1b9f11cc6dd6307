//! Reading the catalogue. What is here is public: it reads as nobody in particular, and finds what is published.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::{
    CourseId, LessonId,
    catalog::{
        CategoryRef, CourseCard, CourseDetail, LessonKind, LessonOutline, MarketFigures, ModuleOutline, ProviderCard,
        ProviderDetail, RatingSummary, ReviewView, SkillRef,
    },
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{markdown, store};

/// Reviews that come with a course's page.
const FIRST_REVIEWS: i64 = 5;
/// How old the home page's figures may be.
const FIGURES_AGE: TimeDelta = TimeDelta::minutes(10);

/// The cards of these courses, in the order of the ids; those that are not published are left out.
///
/// # Errors
/// When the database fails.
pub async fn cards(db: &Db, ids: &[CourseId]) -> OpResult<Vec<CourseCard>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let raw: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut connection = db.anonymous().await?;
    let mut found: Vec<Option<CourseCard>> = store::cards(&mut connection, &raw).await?.into_iter().map(Some).collect();
    let mut cards = Vec::with_capacity(found.len());
    for id in ids {
        if let Some(slot) = found.iter_mut().find(|slot| slot.as_ref().is_some_and(|card| card.id == *id)) {
            cards.extend(slot.take());
        }
    }
    Ok(cards)
}

/// One card.
///
/// # Errors
/// When the database fails.
pub async fn card(db: &Db, id: CourseId) -> OpResult<Option<CourseCard>> {
    Ok(cards(db, &[id]).await?.pop())
}

#[derive(Deserialize)]
struct LessonJson {
    module: String,
    at: i32,
    #[serde(flatten)]
    outline: LessonOutline,
}

/// A published course by its slug, or by its id, with its first reviews.
///
/// # Errors
/// When the database fails.
pub async fn course(db: &Db, slug_or_id: &str) -> OpResult<Option<(CourseDetail, Vec<ReviewView>)>> {
    let mut connection = db.anonymous().await?;
    let Some(row) = store::detail(&mut connection, slug_or_id, slug_or_id.parse().ok(), FIRST_REVIEWS).await? else {
        return Ok(None);
    };
    drop(connection);
    let card = row.card();
    let skills: Vec<SkillRef> = read_json(row.skills)?;
    let reviews: Vec<ReviewView> = read_json(row.reviews)?;
    let mut modules: Vec<ModuleOutline> = Vec::new();
    let mut at = None;
    for lesson in read_json::<LessonJson>(row.lessons)? {
        if at != Some(lesson.at) {
            at = Some(lesson.at);
            modules.push(ModuleOutline { title: lesson.module, lessons: Vec::new() });
        }
        if let Some(module) = modules.last_mut() {
            module.lessons.push(lesson.outline);
        }
    }
    let detail = CourseDetail {
        card,
        provider_id: row.provider_id.into(),
        description_html: markdown::to_html(&row.description_md),
        outcomes: row.outcomes,
        audience: row.audience,
        requirements: row.requirements,
        skills,
        modules,
        updated_at: row.updated_at,
        enrollment_count: 0,
    };
    Ok(Some((detail, reviews)))
}

fn read_json<T: serde::de::DeserializeOwned>(value: Option<serde_json::Value>) -> OpResult<Vec<T>> {
    match value {
        None => Ok(Vec::new()),
        Some(value) => serde_json::from_value(value).map_err(|error| anyhow::Error::from(error).into()),
    }
}

/// A page of reviews, the newest first; pages count from 1.
///
/// # Errors
/// When the database fails.
pub async fn reviews(db: &Db, course: CourseId, page: u32, size: u32) -> OpResult<Vec<ReviewView>> {
    let offset = i64::from(page.saturating_sub(1)) * i64::from(size);
    let mut connection = db.anonymous().await?;
    Ok(store::reviews(&mut connection, course.0, i64::from(size), offset).await?)
}

/// The headings of the catalogue with how many courses each has.
///
/// # Errors
/// When the database fails.
pub async fn categories(db: &Db) -> OpResult<Vec<CategoryRef>> {
    let mut connection = db.anonymous().await?;
    Ok(store::categories(&mut connection).await?)
}

/// What the home page shows.
#[derive(Clone, Debug)]
pub struct PublishedPage {
    pub figures: MarketFigures,
    pub newest: Vec<CourseCard>,
    pub best: Vec<CourseCard>,
    pub categories: Vec<CategoryRef>,
}

/// The home page's figures and courses.
///
/// # Errors
/// When the database fails.
pub async fn home(db: &Db) -> OpResult<PublishedPage> {
    let now = db.clock().now();
    let mut connection = db.anonymous().await?;
    let newest = store::newest(&mut connection, 6).await?;
    let best = store::best_rated(&mut connection, 3).await?;
    let categories = store::categories(&mut connection).await?;
    let counted = store::figures(&mut connection, now - FIGURES_AGE).await?;
    drop(connection);
    let row = match counted {
        Some(row) => row,
        None => {
            // A share over everybody's enrollments: only the sum leaves this transaction.
            let mut tx = db.begin(&Actor::System("home figures")).await?;
            let row = store::count_figures(&mut tx, now - TimeDelta::days(30), now).await?;
            tx.commit().await?;
            row
        }
    };
    let figures = MarketFigures {
        courses: store::unsigned(row.courses),
        providers: store::unsigned(row.providers),
        completion_percent: (store::unsigned(row.completions) * 100).checked_div(store::unsigned(row.enrollments)),
        rating: RatingSummary {
            sum: store::unsigned(row.rating_sum),
            count: store::unsigned(row.rating_count),
            histogram: [0; 5],
        },
    };
    Ok(PublishedPage { figures, newest, best, categories })
}

/// Providers with a published course, by name.
///
/// # Errors
/// When the database fails.
pub async fn providers(db: &Db) -> OpResult<Vec<ProviderCard>> {
    let mut connection = db.anonymous().await?;
    Ok(store::providers(&mut connection, None).await?.iter().map(store::ProviderRow::card).collect())
}

/// One provider with its courses.
///
/// # Errors
/// When the database fails.
pub async fn provider(db: &Db, slug: &str) -> OpResult<Option<ProviderDetail>> {
    let mut connection = db.anonymous().await?;
    let Some(row) = store::providers(&mut connection, Some(slug)).await?.into_iter().next() else {
        return Ok(None);
    };
    let courses = store::provider_courses(&mut connection, row.id).await?;
    Ok(Some(ProviderDetail {
        card: row.card(),
        description_html: markdown::to_html(&row.description_md),
        website: row.website,
        founded: row.founded,
        courses,
    }))
}

/// Paths and dates for the sitemap.
///
/// # Errors
/// When the database fails.
pub async fn sitemap(db: &Db) -> OpResult<Vec<(String, DateTime<Utc>)>> {
    let mut connection = db.anonymous_read().await?;
    Ok(store::sitemap(&mut connection).await?)
}

/// What a cover is drawn from.
#[derive(Clone, Debug)]
pub struct CategoryPalette {
    pub title: String,
    pub provider_name: String,
    pub category_name: String,
    /// The category's position chooses the palette.
    pub position: u32,
}

/// What a published course's cover is drawn from.
///
/// # Errors
/// When the database fails.
pub async fn category_palette(db: &Db, course: CourseId) -> OpResult<Option<CategoryPalette>> {
    let mut connection = db.anonymous().await?;
    let row = store::palette(&mut connection, course.0).await?;
    Ok(row.map(|row| CategoryPalette {
        title: row.title,
        provider_name: row.provider_name,
        category_name: row.category_name,
        position: u32::try_from(row.position).unwrap_or_default(),
    }))
}

/// A lesson that may be read before buying.
#[derive(Clone, Debug)]
pub struct LessonPreview {
    pub title: String,
    /// Of the course; BCP 47.
    pub language: String,
    pub kind: LessonKind,
    /// Safe HTML.
    pub body_html: String,
    /// Its address, and that of its captions.
    pub video: Option<(String, Option<String>)>,
}

/// A lesson that may be read before buying.
///
/// # Errors
/// When the database fails.
pub async fn lesson_preview(db: &Db, course_slug: &str, lesson: LessonId) -> OpResult<Option<LessonPreview>> {
    let mut connection = db.anonymous().await?;
    let row = store::preview(&mut connection, course_slug, lesson.0).await?;
    Ok(row.map(|row| LessonPreview {
        title: row.title,
        language: row.language,
        kind: row.kind.parse().unwrap_or(LessonKind::Text),
        body_html: markdown::to_html(&row.body_md),
        video: row.video_src.map(|src| (src, row.captions_src)),
    }))
}
