//! A person's copy of their data, handed to them and to nobody else.

use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use guildhall_kernel::Actor;
use guildhall_types::Error;

use crate::{
    rest::problem::Problem,
    state::AppState,
    stored::{Labelled, hand_out},
};

/// `/account/privacy/copies/{copy}`
pub(crate) async fn fetch(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Path(copy): Path<String>,
) -> Result<Response, Problem> {
    // Who may not read anything is told so before what is wrong with the address.
    actor.user()?;
    let id = copy.parse().map_err(|_| Error::NotFound)?;
    let open =
        guildhall_privacy::open_export(&state.db, &actor, id).await.map_err(|error| Problem::from(error.told()))?;
    hand_out(&state, &open.key, &headers, Labelled { name: &open.name, content_type: "application/zip" }).await
}
