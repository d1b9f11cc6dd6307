//! Files of download lessons: put into the file store by imports, handed to those who are enrolled.

use anyhow::Context;
use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use guildhall_kernel::Actor;
use guildhall_types::Error;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as Key};

use crate::{
    rest::problem::Problem,
    state::AppState,
    stored::{Labelled, hand_out},
};

/// Writes the files that an import brought.
pub(crate) async fn store(store: &dyn ObjectStore, files: &[(String, String)]) -> anyhow::Result<()> {
    for (key, content) in files {
        store
            .put(&Key::from(key.as_str()), PutPayload::from(content.clone().into_bytes()))
            .await
            .context("a lesson's file can't be put into the file store; `guildhall doctor` says why")?;
    }
    Ok(())
}

/// `/learn/{enrollment}/files/{lesson}`
pub(crate) async fn download(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Path((enrollment, lesson)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let enrollment = enrollment.parse().map_err(|_| Error::NotFound)?;
    let lesson = lesson.parse().map_err(|_| Error::NotFound)?;
    let found = guildhall_enrollment::download(&state.db, &actor, enrollment, lesson)
        .await
        .map_err(|error| Problem::from(error.told()))?;
    let (name, key) = found.ok_or(Error::NotFound)?;
    hand_out(&state, &key, &headers, Labelled { name: &name, content_type: "application/octet-stream" }).await
}
