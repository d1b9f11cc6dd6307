//! The outermost: which request this is, where it came from, and what the answer's page may run.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_kernel::RequestOrigin;
use tracing::Instrument;

use crate::{proxies::Way, state::AppState};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Allows the inline scripts and styles of one answer: 128 random bits that stand in its Content-Security-Policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageNonce(pub Arc<str>);

/// Puts [`RequestOrigin`], [`Way`] and [`PageNonce`] into the request, names it in the log, and tells its id in the answer.
/// What came over plain http is sent to https where the site is there.
pub(crate) async fn edge(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let way = state.config.trusted_proxies.way(peer, request.headers_mut());
    let request_id = way.request_id.unwrap_or_else(|| state.db.chance().id(state.db.clock()));
    let span =
        tracing::info_span!("request", id = %request_id, method = %request.method(), path = request.uri().path());
    let to_https = to_https(&way, &request, &state.config.base_url);
    let secret = state.db.chance().secret();
    let extensions = request.extensions_mut();
    extensions.insert(RequestOrigin { address: way.address, request_id });
    extensions.insert(way);
    extensions.insert(PageNonce(URL_SAFE_NO_PAD.encode(secret.get(..16).unwrap_or_default()).into()));
    let started = Instant::now();
    let mut response = match to_https {
        Some(address) => Redirect::permanent(&address).into_response(),
        None => next.run(request).instrument(span.clone()).await,
    };
    let (status, took) = (response.status().as_u16(), started.elapsed());
    span.in_scope(|| match status {
        500.. => tracing::warn!(status, ?took, "answered"),
        _ => tracing::debug!(status, ?took, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Where a page lies under https, when it was asked for without.
fn to_https(way: &Way, request: &Request, base_url: &str) -> Option<String> {
    let path = request.uri().path_and_query()?.as_str();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let wanted = way.is_plain_http && reads && base_url.starts_with("https://") && !path.starts_with("/health");
    (wanted && path.starts_with('/')).then(|| format!("{base_url}{path}"))
}
