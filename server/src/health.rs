//! Whether the program lives, whether it can work, and its figures.

use std::sync::OnceLock;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::state::AppState;

/// The one recorder of the process.
pub(crate) fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // A second recorder in the same process can only be a test's.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

/// `/health/live`: the process answers.
pub(crate) async fn live() -> impl IntoResponse {
    Json(json!({ "status": "ok" }))
}

/// `/health` and `/health/ready`: the database is there and migrated, and the index has been built.
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    match state.db.check().await {
        Ok(()) if state.index.cursor().is_none() => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "status": "unavailable", "database": "ok", "index": "being built" })),
        )
            .into_response(),
        Ok(()) => Json(json!({ "status": "ok", "database": "ok", "index": { "courses": state.index.count() } }))
            .into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable", "database": "unavailable" })))
                .into_response()
        }
    }
}

/// `/metrics`, as Prometheus reads it.
pub(crate) async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    state.metrics.render()
}
