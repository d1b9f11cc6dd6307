//! In development the sandbox's pages are reached through the site: `/sandbox` and its payment page `/c/pay`.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::state::AppState;

/// Whether a path is the sandbox's.
pub(crate) fn is_sandbox(path: &str) -> bool {
    path == "/sandbox" || path.starts_with("/sandbox/") || path.starts_with("/c/pay/")
}

/// Passes a request on and its answer back.
pub(crate) async fn forward(State(state): State<AppState>, mut request: Request) -> Response {
    let Some(base) = state.config.sandbox() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{base}{path}").parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    request.headers_mut().remove(header::HOST);
    // The person's session is none of the sandbox's business.
    request.headers_mut().remove(header::COOKIE);
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    match client.request(request).await {
        Ok(response) => response.into_response(),
        Err(_) => (StatusCode::BAD_GATEWAY, "The sandbox does not answer. Is it running? `cargo xtask run` starts it.")
            .into_response(),
    }
}
