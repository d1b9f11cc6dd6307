//! Clients to register, and what is to be wrong with the next tokens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::forge::Forge;
use super::state::Client;
use crate::app::App;

/// `POST /sandbox/oidc/clients`: makes or replaces a client.
pub async fn register(State(app): State<App>, Json(client): Json<Client>) -> Response {
    if client.client_id.is_empty() {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "client_id is missing" }))).into_response();
    }
    app.oidc().with(|memory| memory.clients.insert(client.client_id.clone(), client.clone()));
    Json(client).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    forge: Forge,
}

/// `GET /sandbox/oidc/control`
pub async fn show(State(app): State<App>) -> Json<Value> {
    Json(json!({ "forge": app.oidc().with(|memory| memory.forge) }))
}

/// `POST /sandbox/oidc/control`: `{"forge": "expired"}` until it is set to `nothing`.
pub async fn change(State(app): State<App>, Json(change): Json<Change>) -> Json<Value> {
    app.oidc().with(|memory| memory.forge = change.forge);
    show(State(app)).await
}
