//! Covers drawn from a course's id: the tile floor of the catalogue, and the social card.

use axum::{
    extract::{Path, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use guildhall_types::{CourseId, Error};
use guildhall_ui::cover;

use crate::{rest::problem::Problem, state::AppState};

/// A cover changes only when its course changes category: a week is short enough.
const CACHE: &str = "public, max-age=604800, stale-while-revalidate=2592000";

/// `/covers/{id}.svg` and `/covers/floor.svg`.
pub(crate) async fn tile(State(state): State<AppState>, Path(file): Path<String>) -> Result<Response, Problem> {
    let name = file.strip_suffix(".svg").ok_or(Error::NotFound)?;
    if name == "floor" {
        return Ok(svg(cover::floor_svg()));
    }
    let (id, palette, _) = find(&state, name).await?;
    Ok(svg(cover::cover_svg(seed(id), palette, 8, 4)))
}

/// `/covers/{id}/card.svg`.
pub(crate) async fn card(State(state): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let (id, palette, found) = find(&state, &id).await?;
    Ok(svg(cover::card_svg(&found.title, &found.provider_name, seed(id), palette)))
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
    // Other sites may show them.
    let anywhere = (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, CACHE), anywhere], text).into_response()
}
