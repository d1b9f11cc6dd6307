//! Refuses what another site's page sends in the person's name (cross-site request forgery).

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use guildhall_types::Error;

use crate::{rest::problem::Problem, state::AppState};

/// Lets through what only reads, what proves itself otherwise (signed webhooks, bearer tokens), and what comes from our own
/// pages by `Sec-Fetch-Site` or else `Origin`.
pub(crate) async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let path = request.uri().path();
    // There cookies count for nothing, so a browser's can't be abused: see `middleware::actor`.
    let by_token = path.starts_with("/api/v1/auth/")
        || (path.starts_with("/api/v1/") && request.headers().contains_key(header::AUTHORIZATION));
    let signed = path.starts_with("/webhooks/");
    // The sandbox's own pages, in development.
    let sandbox = state.config.sandbox().is_some() && crate::sandbox_proxy::is_sandbox(request.uri().path());
    if reads || by_token || signed || sandbox || is_own(request.headers(), &state.config.base_url) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a request from another site");
    Problem::from(Error::Forbidden).into_response()
}

/// Browsers send `Sec-Fetch-Site` (<https://www.w3.org/TR/fetch-metadata/>) or at least `Origin` with every form; programs
/// that send neither carry no person's cookies.
fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        None => true,
        Some(origin) => {
            let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
            origin == base_url || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, (*value).parse().unwrap());
        }
        is_own(&headers, "https://guildhall.example")
    }

    #[test]
    fn only_our_own_pages_may_send() {
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(own(&[("origin", "https://guildhall.example")]));
        assert!(own(&[]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://guildhall.example")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("origin", "https://guildhall.example.evil.test"), ("host", "guildhall.example")]));
        assert!(!own(&[("origin", "null"), ("host", "guildhall.example")]));
    }
}
