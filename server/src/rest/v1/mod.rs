//! Version 1.

mod auth;
mod courses;
mod me;
mod openapi;

use axum::{
    Router,
    response::IntoResponse,
    routing::{get, post},
};
use guildhall_types::Error;

use super::problem::Problem;
use crate::state::AppState;

/// `/api/v1` and its documents.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/courses", get(courses::list))
        .route("/api/v1/courses/{id_or_slug}", get(courses::one))
        .route("/api/v1/auth/token", post(auth::token))
        .route("/api/v1/auth/refresh", post(auth::refresh))
        .route("/api/v1/me", get(me::me))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/docs", get(openapi::page))
        .route("/api/v1/{*rest}", axum::routing::any(missing))
        .method_not_allowed_fallback(wrong_method)
}

async fn missing() -> impl IntoResponse {
    Problem::from(Error::NotFound)
}

async fn wrong_method() -> impl IntoResponse {
    Problem::with_status(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This address does not take that method.",
    )
}
