//! The token endpoint: a code, once, for tokens.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::forge::{Forge, sign};
use super::keys::encode;
use super::state::Grant;
use super::{client, issuer};
use crate::app::App;
use crate::ids;

fn error(status: StatusCode, code: &str, what: &str) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(json!({ "error": code, "error_description": what }))).into_response()
}

/// `POST /token`
pub async fn exchange(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let client_id = match client::authenticate(&app, &headers, &form) {
        Ok(id) => id,
        Err(why) => return error(StatusCode::UNAUTHORIZED, "invalid_client", why),
    };
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if text("grant_type") != "authorization_code" {
        return error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "only authorization_code");
    }
    let grant = app.oidc().with(|memory| memory.codes.remove(text("code")));
    let Some(grant) = grant.filter(|grant| grant.client_id == client_id && grant.redirect_uri == text("redirect_uri"))
    else {
        return error(StatusCode::BAD_REQUEST, "invalid_grant", "the code is unknown, used, or another client's");
    };
    if grant.expires_at <= app.config().clock.now() {
        return error(StatusCode::BAD_REQUEST, "invalid_grant", "the code has expired");
    }
    let challenge = encode(Sha256::digest(text("code_verifier").as_bytes()));
    if grant.challenge.as_deref() != Some(&challenge) {
        return error(StatusCode::BAD_REQUEST, "invalid_grant", "the code verifier is wrong");
    }
    match tokens(&app, grant) {
        Some(tokens) => ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response(),
        None => error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "the token could not be signed"),
    }
}

fn tokens(app: &App, grant: Grant) -> Option<Value> {
    let access = ids::token("at_", 32);
    let now = app.config().clock.now().timestamp();
    let mut claims = grant.claims.clone();
    let mut userinfo: Map<String, Value> = claims.clone();
    userinfo.remove("sid");
    userinfo.remove("auth_time");
    if grant.one_login {
        // There the address is only at the user-info endpoint.
        claims.remove("email");
        claims.remove("email_verified");
        claims.remove("name");
        claims.insert("vot".to_owned(), json!("Cl.Cm"));
    }
    let half = Sha256::digest(access.as_bytes());
    for (name, value) in [
        ("iss", json!(issuer(app))),
        ("aud", json!(grant.client_id)),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + 300)),
        ("jti", json!(ids::uuid())),
        ("at_hash", json!(encode(half.get(..16)?))),
        ("nonce", json!(grant.nonce)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let forge = if grant.forge == Forge::Nothing { app.oidc().with(|memory| memory.forge) } else { grant.forge };
    let id_token = sign(&app.oidc().keys, grant.one_login, "JWT", claims, forge, now)?;
    app.oidc().with(|memory| memory.access.insert(access.clone(), userinfo));
    Some(json!({ "access_token": access, "token_type": "Bearer", "expires_in": 180, "id_token": id_token }))
}
