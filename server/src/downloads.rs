//! Files of download lessons: put into the file store by imports, handed to those who are enrolled.

use anyhow::Context;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use guildhall_kernel::Actor;
use guildhall_types::Error;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as Key};

use crate::{rest::problem::Problem, state::AppState};

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
    Path((enrollment, lesson)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let enrollment = enrollment.parse().map_err(|_| Error::NotFound)?;
    let lesson = lesson.parse().map_err(|_| Error::NotFound)?;
    let found = guildhall_enrollment::download(&state.db, &actor, enrollment, lesson)
        .await
        .map_err(|error| Problem::from(error.told()))?;
    let (name, key) = found.ok_or(Error::NotFound)?;
    let file = state.files.get(&Key::from(key.as_str())).await.map_err(|error| {
        tracing::error!(%error, key, "a lesson's file is not in the store");
        Error::unavailable("The file can't be reached just now. Try again in a minute.")
    })?;
    let bytes = file.bytes().await.map_err(|_| Error::unavailable("The file broke off. Try again in a minute."))?;
    let plain: String = name
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_'))
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
    ];
    Ok((headers, bytes).into_response())
}
