//! `/api/v1/courses`: the catalogue.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use guildhall_types::{
    Error,
    catalog::CourseCard,
    search::{CatalogQuery, FacetChoice, Facets, PAGE_SIZE},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{rest::problem::Problem, state::AppState};

/// A course in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CourseItem {
    id: String,
    slug: String,
    title: String,
    summary: String,
    provider: Named,
    category: Named,
    /// `beginner`, `intermediate` or `advanced`.
    level: String,
    /// `self-paced`, `live-online`, `in-person` or `blended`.
    delivery: String,
    price: Price,
    duration_minutes: u32,
    rating: Option<RatingItem>,
    published_at: Option<String>,
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Named {
    slug: String,
    name: String,
}

/// Money in minor units (pence).
#[derive(Debug, Serialize, ToSchema)]
struct Price {
    amount: i64,
    currency: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct RatingItem {
    /// One decimal place, of 5.
    average: String,
    count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CourseList {
    items: Vec<CourseItem>,
    /// Give it as `cursor` to get the next ones; null at the end.
    next_cursor: Option<String>,
    total: u64,
    facets: Vec<FacetItem>,
    did_you_mean: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FacetItem {
    name: String,
    choices: Vec<FacetChoiceItem>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FacetChoiceItem {
    value: String,
    label: String,
    count: u64,
}

/// One course, whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CourseDocument {
    #[serde(flatten)]
    course: CourseItem,
    /// Sanitised HTML.
    description_html: String,
    outcomes: Vec<String>,
    audience: String,
    requirements: String,
    language: String,
    skills: Vec<Named>,
    modules: Vec<ModuleItem>,
    updated_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ModuleItem {
    title: String,
    lessons: Vec<LessonItem>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LessonItem {
    id: String,
    title: String,
    kind: String,
    minutes: u32,
    preview: bool,
}

fn item(card: CourseCard, base_url: &str) -> CourseItem {
    CourseItem {
        id: card.id.to_string(),
        url: format!("{base_url}/courses/{}", card.slug),
        slug: card.slug,
        title: card.title,
        summary: card.summary,
        provider: Named { slug: card.provider_slug, name: card.provider_name },
        category: Named { slug: card.category_slug, name: card.category_name },
        level: card.level.slug().to_owned(),
        delivery: card.delivery.slug().to_owned(),
        price: Price { amount: card.price.pence, currency: card.price.currency.code().to_owned() },
        duration_minutes: card.duration_minutes,
        rating: card.rating.label().map(|average| RatingItem { average, count: card.rating.count }),
        published_at: card.published_at.map(|at| at.to_rfc3339()),
    }
}

fn facets(facets: Facets) -> Vec<FacetItem> {
    let one = |name: &str, choices: Vec<FacetChoice>| FacetItem {
        name: name.to_owned(),
        choices: choices
            .into_iter()
            .map(|choice| FacetChoiceItem { value: choice.slug, label: choice.label, count: choice.count })
            .collect(),
    };
    vec![
        one("category", facets.category),
        one("skill", facets.skill),
        one("level", facets.level),
        one("provider", facets.provider),
        one("price", facets.price),
        one("rating", facets.rating),
        one("duration", facets.duration),
        one("delivery", facets.delivery),
    ]
}

/// Searches the catalogue, with the parameters of the catalogue's page.
#[utoipa::path(
    get,
    path = "/api/v1/courses",
    tag = "courses",
    params(
        ("q" = Option<String>, Query, description = "Words to search for; at most 200 characters count"),
        ("category" = Option<Vec<String>>, Query, description = "Category slugs; repeat the name or set commas"),
        ("skill" = Option<Vec<String>>, Query, description = "Skill slugs"),
        ("level" = Option<Vec<String>>, Query, description = "beginner, intermediate, advanced"),
        ("provider" = Option<Vec<String>>, Query, description = "Provider slugs"),
        ("price" = Option<Vec<String>>, Query, description = "free, under-100, 100-250, 250-500, 500-plus"),
        ("rating" = Option<String>, Query, description = "4.5, 4 or 3: at least"),
        ("duration" = Option<Vec<String>>, Query, description = "under-3, 3-10, 10-20, 20-plus (hours)"),
        ("delivery" = Option<Vec<String>>, Query, description = "self-paced, live-online, in-person, blended"),
        ("sort" = Option<String>, Query, description = "relevance, rating, price-asc, price-desc, newest"),
        ("limit" = Option<u32>, Query, description = "1 to 20; 20 when not given"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the answer before")
    ),
    responses((status = 200, description = "Courses", body = CourseList), (status = 400, description = "A parameter can't be read", body = Problem))
)]
pub(crate) async fn list(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let address = query.unwrap_or_default();
    let mut query = guildhall_search::parse_address(&address);
    let (limit, cursor) = paging(&address)?;
    // A cursor is the place of its first course; pages of the index are fixed, so a smaller limit takes a part of one.
    let page_size = usize::try_from(PAGE_SIZE).unwrap_or(20);
    let (page, skip) = (cursor / page_size, cursor % page_size);
    if address.contains("cursor=") || query.page == 1 {
        query.page = u32::try_from(page).unwrap_or(u32::MAX).saturating_add(1).min(guildhall_types::search::PAGE_MAX);
    }
    let found = answer(&state, &query).await?;
    let base_url = &state.config.base_url;
    let start = usize::try_from(query.page.saturating_sub(1)).unwrap_or_default() * page_size + skip;
    let items: Vec<CourseItem> =
        found.courses.into_iter().skip(skip).take(limit).map(|course| item(course.card, base_url)).collect();
    let next = start + limit.min(page_size - skip);
    let more = u64::try_from(next).unwrap_or(u64::MAX) < found.total && !items.is_empty();
    let list = CourseList {
        items,
        next_cursor: more.then(|| next.to_string()),
        total: found.total,
        facets: facets(found.facets),
        did_you_mean: found.did_you_mean,
    };
    Ok(Json(list).into_response())
}

async fn answer(state: &AppState, query: &CatalogQuery) -> Result<guildhall_types::search::CatalogPage, Problem> {
    guildhall_search::browse(&state.db, &state.index, query).await.map_err(|error| Problem::from(error.told()))
}

fn paging(address: &str) -> Result<(usize, usize), Problem> {
    let page_size = usize::try_from(PAGE_SIZE).unwrap_or(20);
    let (mut limit, mut cursor) = (page_size, 0);
    let bad = |message: &str| Problem::from(Error::BadRequest { message: message.to_owned() });
    for pair in address.split('&') {
        match pair.split_once('=') {
            Some(("limit", text)) => {
                limit = text
                    .parse()
                    .ok()
                    .filter(|limit| (1..=page_size).contains(limit))
                    .ok_or_else(|| bad("limit is a number from 1 to 20"))?;
            }
            Some(("cursor", text)) if !text.is_empty() => {
                cursor = text
                    .parse()
                    .ok()
                    .filter(|cursor| *cursor <= 10_000)
                    .ok_or_else(|| bad("cursor is what next_cursor of an answer said"))?;
            }
            _ => {}
        }
    }
    Ok((limit, cursor))
}

/// One course by its id or its slug.
#[utoipa::path(
    get,
    path = "/api/v1/courses/{id_or_slug}",
    tag = "courses",
    params(("id_or_slug" = String, Path, description = "The course's id (UUID) or slug")),
    responses((status = 200, description = "The course", body = CourseDocument), (status = 404, description = "There is none", body = Problem))
)]
pub(crate) async fn one(State(state): State<AppState>, Path(id_or_slug): Path<String>) -> Result<Response, Problem> {
    let found = guildhall_catalog::course(&state.db, &id_or_slug).await.map_err(|error| Problem::from(error.told()))?;
    let (detail, _) = found.ok_or(Error::NotFound)?;
    let document = CourseDocument {
        language: detail.card.language.clone(),
        course: item(detail.card, &state.config.base_url),
        description_html: detail.description_html,
        outcomes: detail.outcomes,
        audience: detail.audience,
        requirements: detail.requirements,
        skills: detail.skills.into_iter().map(|skill| Named { slug: skill.slug, name: skill.name }).collect(),
        modules: detail
            .modules
            .into_iter()
            .map(|module| ModuleItem {
                title: module.title,
                lessons: module
                    .lessons
                    .into_iter()
                    .map(|lesson| LessonItem {
                        id: lesson.id.to_string(),
                        title: lesson.title,
                        kind: lesson.kind.slug().to_owned(),
                        minutes: lesson.minutes,
                        preview: lesson.preview,
                    })
                    .collect(),
            })
            .collect(),
        updated_at: detail.updated_at.to_rfc3339(),
    };
    Ok(Json(document).into_response())
}
