//! Covers drawn from a course's id: the tile floor of the catalogue, and the social card.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_types::{CourseId, Error};
use guildhall_ui::{SocialCard, cover};

use crate::{cards::Order, rest::problem::Problem, state::AppState};

/// A cover changes only when its course changes category: a week is short enough.
const CACHE: &str = "public, max-age=604800, stale-while-revalidate=2592000";
/// A card's address holds its version: what is there never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// An address without a version, or with an old one.
const FOR_NOW: &str = "public, max-age=300";

/// `/covers/{id}.svg` and `/covers/floor.svg`.
pub(crate) async fn tile(State(state): State<AppState>, Path(file): Path<String>) -> Result<Response, Problem> {
    let name = file.strip_suffix(".svg").ok_or(Error::NotFound)?;
    if name == "floor" {
        return Ok(svg(cover::floor_svg()));
    }
    let (id, palette, _) = find(&state, name).await?;
    Ok(svg(cover::cover_svg(seed(id), palette, 8, 4)))
}

/// Other sites may show the pictures.
const ANYWHERE: (HeaderName, &str) = (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");

/// `/covers/{id}/card-{version}.png`. Every other card of the course, and `/covers/{id}/card.png`, leads to today's.
pub(crate) async fn card(
    State(state): State<AppState>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = file.strip_prefix("card").and_then(|rest| rest.strip_suffix(".png")).ok_or(Error::NotFound)?;
    if !asked.is_empty() && !is_version(asked) {
        return Err(Error::NotFound.into());
    }
    let (course, palette, found) = find(&state, &id).await?;
    let id = course.to_string();
    let card = SocialCard { title: &found.title, provider: &found.provider_name, category: &found.category_name };
    let version = card.version(&id);
    if asked.strip_prefix('-') != Some(version.as_str()) {
        let headers = [(header::LOCATION, card.path(&id)), (header::CACHE_CONTROL, FOR_NOW.to_owned())];
        return Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response());
    }
    let etag = format!("\"{version}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kept = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, FOR_EVER.to_owned())];
    if known.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let order = Order {
        version,
        seed: seed(course),
        palette,
        title: found.title,
        provider: found.provider_name,
        category: found.category_name,
    };
    let png = state.cards.png(order).await?;
    Ok((kept, [(header::CONTENT_TYPE, "image/png"), ANYWHERE], Body::from(png)).into_response())
}

/// `-` and 16 hexadecimal digits.
fn is_version(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

async fn find(state: &AppState, id: &str) -> Result<(CourseId, usize, guildhall_catalog::CategoryPalette), Problem> {
    let id: CourseId = id.parse().map_err(|_| Error::NotFound)?;
    let found =
        guildhall_catalog::category_palette(&state.db, id).await.map_err(|error| Problem::from(error.told()))?;
    let found = found.ok_or(Error::NotFound)?;
    Ok((id, usize::try_from(found.position).unwrap_or_default(), found))
}

/// The random half of the id.
fn seed(id: CourseId) -> u64 {
    id.0.as_u64_pair().1
}

fn svg(text: String) -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, CACHE), ANYWHERE], text).into_response()
}
