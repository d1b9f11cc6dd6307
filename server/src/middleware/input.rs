//! A server function whose arguments can't be read answers 500; the fault is the sender's, and the status says so. What a failed
//! plain form says in the address is signed, and what others say there is taken out.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};
use guildhall_types::Error;

use crate::state::AppState;

/// An error is small; anything longer is no error.
const MOST: usize = 64 * 1024;

/// Gives the answer of a server function the status of the error in it.
pub(crate) async fn input(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let function = request.uri().path().starts_with("/api/fn/");
    if let Some(query) = request.uri().query().and_then(|query| state.form_errors.without_foreign(query)) {
        *request.uri_mut() = with_query(request.uri(), &query);
    }
    let mut response = next.run(request).await;
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let signed = location.filter(|_| function).and_then(|location| state.form_errors.sign(location));
    if let Some(signed) = signed.and_then(|signed| HeaderValue::from_str(&signed).ok()) {
        response.headers_mut().insert(header::LOCATION, signed);
    }
    if !function || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MOST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    if let Some(status) =
        serde_json::from_slice::<Error>(&bytes).ok().and_then(|error| StatusCode::from_u16(error.status()).ok())
    {
        parts.status = status;
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

/// The same address with another query.
fn with_query(uri: &Uri, query: &str) -> Uri {
    let mut parts = uri.clone().into_parts();
    let path = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    parts.path_and_query = path.parse().ok();
    Uri::from_parts(parts).unwrap_or_else(|_| Uri::from_static("/"))
}
