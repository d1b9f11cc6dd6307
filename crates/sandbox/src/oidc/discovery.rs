//! What the provider says of itself.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::issuer;
use crate::app::App;

/// `GET /.well-known/openid-configuration` of the issuer.
pub async fn document(State(app): State<App>) -> Json<Value> {
    let issuer = issuer(&app);
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "email", "profile"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "auth_time", "email", "email_verified", "name", "groups"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    }))
}

/// The keys.
pub async fn keys(State(app): State<App>) -> Json<Value> {
    Json(app.oidc().keys.public())
}
