//! The area's server functions.

use guildhall_types::{
    Error, Result,
    catalog::{
        CategoryRef, CourseCard, CourseDetail, LessonKind, MarketFigures, ProviderCard, ProviderDetail, ReviewView,
    },
    learn::VideoView,
    search::{CatalogPage, Suggestion},
};
use leptos::{server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// What the home page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HomePage {
    pub figures: MarketFigures,
    pub newest: Vec<CourseCard>,
    pub best: Vec<CourseCard>,
    pub categories: Vec<CategoryRef>,
}

/// What a course's page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CoursePage {
    pub course: CourseDetail,
    pub reviews: Vec<ReviewView>,
}

/// A lesson that may be read before buying.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreviewPage {
    pub title: String,
    /// Of the course; BCP 47.
    pub language: String,
    pub kind: LessonKind,
    pub body_html: String,
    pub video: Option<VideoView>,
}

/// The home page.
#[server(name = Home, prefix = "/api/fn", endpoint = "catalog/home", input = GetUrl)]
pub async fn home() -> Result<HomePage, Error> {
    let page = guildhall_catalog::home(&guildhall_host::db()?).await.map_err(guildhall_host::told)?;
    Ok(HomePage { figures: page.figures, newest: page.newest, best: page.best, categories: page.categories })
}

/// Searches the catalogue; `query` is the query of a catalogue page's address.
#[server(name = SearchCatalog, prefix = "/api/fn", endpoint = "catalog/search", input = GetUrl)]
pub async fn search_catalog(query: String) -> Result<CatalogPage, Error> {
    let index: guildhall_search::SearchIndex = guildhall_host::service()?;
    let query = guildhall_search::parse_address(&query);
    guildhall_search::browse(&guildhall_host::db()?, &index, &query).await.map_err(guildhall_host::told)
}

/// Completes what somebody begins to type.
#[server(name = Suggest, prefix = "/api/fn", endpoint = "catalog/suggest", input = GetUrl)]
pub async fn suggest(prefix: String) -> Result<Vec<Suggestion>, Error> {
    let index: guildhall_search::SearchIndex = guildhall_host::service()?;
    let prefix: String = prefix.chars().take(guildhall_types::form::QUERY_MAX).collect();
    Ok(index.suggest(&prefix, 8))
}

/// A course by its slug.
#[server(name = ReadCourse, prefix = "/api/fn", endpoint = "catalog/course", input = GetUrl)]
pub async fn read_course(slug: String) -> Result<CoursePage, Error> {
    let found = guildhall_catalog::course(&guildhall_host::db()?, &slug).await.map_err(guildhall_host::told)?;
    let (course, reviews) = found.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    Ok(CoursePage { course, reviews })
}

/// A page of a course's reviews, 20 to a page.
#[server(name = ReadReviews, prefix = "/api/fn", endpoint = "catalog/reviews", input = GetUrl)]
pub async fn read_reviews(slug: String, page: u32) -> Result<CoursePage, Error> {
    let db = guildhall_host::db()?;
    let found = guildhall_catalog::course(&db, &slug).await.map_err(guildhall_host::told)?;
    let (course, _) = found.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    let page = page.clamp(1, 10_000);
    let reviews = guildhall_catalog::reviews(&db, course.card.id, page, 20).await.map_err(guildhall_host::told)?;
    Ok(CoursePage { course, reviews })
}

/// A lesson that may be read before buying.
#[server(name = ReadPreview, prefix = "/api/fn", endpoint = "catalog/preview", input = GetUrl)]
pub async fn read_preview(slug: String, lesson: String) -> Result<PreviewPage, Error> {
    let lesson = lesson.parse().map_err(|_| Error::NotFound).map_err(guildhall_host::fail)?;
    let found =
        guildhall_catalog::lesson_preview(&guildhall_host::db()?, &slug, lesson).await.map_err(guildhall_host::told)?;
    let found = found.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    Ok(PreviewPage {
        title: found.title,
        language: found.language,
        kind: found.kind,
        body_html: found.body_html,
        video: found.video.map(|(src, captions)| VideoView { src, captions }),
    })
}

/// Every provider.
#[server(name = ReadProviders, prefix = "/api/fn", endpoint = "catalog/providers", input = GetUrl)]
pub async fn read_providers() -> Result<Vec<ProviderCard>, Error> {
    guildhall_catalog::providers(&guildhall_host::db()?).await.map_err(guildhall_host::told)
}

/// A provider by its slug.
#[server(name = ReadProvider, prefix = "/api/fn", endpoint = "catalog/provider", input = GetUrl)]
pub async fn read_provider(slug: String) -> Result<ProviderDetail, Error> {
    let found = guildhall_catalog::provider(&guildhall_host::db()?, &slug).await.map_err(guildhall_host::told)?;
    found.ok_or(Error::NotFound).map_err(guildhall_host::fail)
}
