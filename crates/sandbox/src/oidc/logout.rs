//! Back-channel logout: tells a client that somebody's session is over.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::forge::{Forge, sign};
use super::issuer;
use crate::app::App;
use crate::ids;

/// Whom to sign out, where; and what is to be wrong with the token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    client_id: String,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    forge: Forge,
    /// Claims that replace the right ones; `null` takes one away.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Instead of sending, hand the token back.
    #[serde(default)]
    only_make: bool,
}

/// `POST /sandbox/oidc/logout`: answers what the client answered.
pub async fn send(State(app): State<App>, Json(order): Json<Order>) -> Response {
    let Some(token) = make(&app, &order) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if order.only_make {
        return Json(json!({ "logout_token": token })).into_response();
    }
    let uri = app
        .oidc()
        .with(|memory| memory.clients.get(&order.client_id).and_then(|client| client.backchannel_logout_uri.clone()));
    let Some(uri) = uri else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "the client has no backchannel_logout_uri" })))
            .into_response();
    };
    match app.http().post(&uri).form(&[("logout_token", token.as_str())]).send().await {
        Ok(answer) => Json(json!({ "status": answer.status().as_u16() })).into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, Json(json!({ "error": error.to_string() }))).into_response(),
    }
}

fn make(app: &App, order: &Order) -> Option<String> {
    let now = app.config().clock.now().timestamp();
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let mut claims = Map::new();
    for (name, value) in [
        ("iss", json!(issuer(app))),
        ("aud", json!(order.client_id)),
        ("iat", json!(now)),
        ("exp", json!(now + 120)),
        ("jti", json!(ids::uuid())),
        ("events", event),
    ] {
        claims.insert(name.to_owned(), value);
    }
    claims.extend(order.sub.iter().map(|sub| ("sub".to_owned(), json!(sub))));
    claims.extend(order.sid.iter().map(|sid| ("sid".to_owned(), json!(sid))));
    for (name, value) in &order.claims {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    sign(&app.oidc().keys, false, "logout+jwt", claims, order.forge, now)
}
