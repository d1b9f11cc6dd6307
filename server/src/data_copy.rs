//! A person's copy of their data, handed to them and to nobody else.

use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use guildhall_kernel::Actor;
use guildhall_types::Error;
use object_store::{ObjectStoreExt, path::Path as Key};

use crate::{rest::problem::Problem, state::AppState};

/// `/account/privacy/copies/{copy}`
pub(crate) async fn fetch(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    Path(copy): Path<String>,
) -> Result<Response, Problem> {
    // Who may not read anything is told so before what is wrong with the address.
    actor.user()?;
    let id = copy.parse().map_err(|_| Error::NotFound)?;
    let open =
        guildhall_privacy::open_export(&state.db, &actor, id).await.map_err(|error| Problem::from(error.told()))?;
    let file = state.files.get(&Key::from(open.key.as_str())).await.map_err(|error| {
        tracing::error!(%error, "a copy of somebody's data is not in the store");
        Error::unavailable("Your copy can't be reached just now. Try again in a minute.")
    })?;
    let bytes = file.bytes().await.map_err(|_| Error::unavailable("The file broke off. Try again in a minute."))?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", open.name)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
