//! When something that a request needs is away. Every 503 says when to try again; a browser that asked for a page gets a
//! page, where a machine gets its problem document.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use guildhall_ui::ThemeChoice;
use serde::Deserialize;

use crate::state::AppState;

/// In seconds. Outages end in their own time; this keeps machines from asking without a pause.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");
/// A problem document is small.
const MOST: usize = 64 * 1024;
/// Where there is no better sentence.
const SENTENCE: &str = "We can't do this just now. Nothing was lost: try again in a minute.";

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Adds `Retry-After`, and turns a problem document into a page where a page was asked for.
pub(crate) async fn outage(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let wants_page = text(request.headers(), header::ACCEPT).contains("text/html");
    let theme = theme(request.headers());
    let again = (request.method() == Method::GET)
        .then(|| request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string));
    let mut response = next.run(request).await;
    if response.status() != StatusCode::SERVICE_UNAVAILABLE {
        return response;
    }
    response.headers_mut().entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    if !wants_page || !text(response.headers(), header::CONTENT_TYPE).starts_with("application/problem+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let sentence = match axum::body::to_bytes(body, MOST).await {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_or_else(|_| SENTENCE.to_owned(), |problem: Problem| problem.detail)
        }
        Err(_) => SENTENCE.to_owned(),
    };
    let page = guildhall_app::outage(state.leptos.clone(), theme, sentence, again);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(parts, Body::from(page))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What the person chose, from the cookie.
fn theme(headers: &HeaderMap) -> ThemeChoice {
    let cookies = text(headers, header::COOKIE).split(';');
    cookies.filter_map(|cookie| cookie.trim().strip_prefix("theme=")).next().map(ThemeChoice::parse).unwrap_or_default()
}
