//! Headers that every answer carries: what browsers may do with it, and who may keep it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::{PageNonce, csp};
use crate::state::AppState;

const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Plain forms come back to the Referer: never `no-referrer`.
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
         midi=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    ),
];
/// Two years, as the lists of browsers ask (<https://hstspreload.org>).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const NO_STORE: HeaderValue = HeaderValue::from_static("private, no-store");

/// Adds them where the answer does not say otherwise.
pub(crate) async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let nonce = request.extensions().get::<PageNonce>().cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let https = state.config.base_url.starts_with("https://");
    if https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
    if let Some(PageNonce(nonce)) = nonce
        && !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&state.csp.for_answer(&nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        if https {
            headers.insert(HeaderName::from_static("reporting-endpoints"), csp::ENDPOINTS);
        }
    }
    keep(headers);
    response
}

/// A page holds its nonce and what the cookie says of the person, so no shared cache may keep it, and a browser asks again; what
/// sets a cookie is kept nowhere.
fn keep(headers: &mut HeaderMap) {
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"));
    if headers.contains_key(header::SET_COOKIE) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    } else if is_page {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
}
