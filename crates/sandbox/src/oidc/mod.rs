//! An OpenID Connect provider: discovery, keys, a page to choose a person, tokens, user info, back-channel logout.
//!
//! It speaks the true protocol and checks what a provider checks: redirect addresses of registered clients, PKCE, the client's
//! secret or signed assertion. With `vtr` in the request it behaves like GOV.UK One Login: ES256, `vot`, the address only at
//! the user-info endpoint. It can be told to make wrong tokens: see [`forge`].

mod authorize;
mod client;
mod control;
mod discovery;
mod forge;
mod keys;
mod logout;
mod state;
mod token;
mod userinfo;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

pub use state::Oidc;

/// The secret of a client that was not registered. Public: it protects nothing but a sandbox.
pub const DEFAULT_CLIENT_SECRET: &str = "sandbox-secret";

/// Under `/sandbox/oidc`, so that whoever proxies the sandbox's pages serves the provider too.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sandbox/oidc/.well-known/openid-configuration", get(discovery::document))
        .route("/sandbox/oidc/jwks", get(discovery::keys))
        .route("/sandbox/oidc/authorize", get(authorize::page).post(authorize::decide))
        .route("/sandbox/oidc/token", post(token::exchange))
        .route("/sandbox/oidc/userinfo", get(userinfo::show))
        .route("/sandbox/oidc/clients", post(control::register))
        .route("/sandbox/oidc/control", get(control::show).post(control::change))
        .route("/sandbox/oidc/logout", post(logout::send))
        .layer(DefaultBodyLimit::max(64 * 1024))
}

/// The issuer's name and address.
pub fn issuer(app: &App) -> String {
    format!("{}/sandbox/oidc", app.config().base_url)
}
