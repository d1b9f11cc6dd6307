//! A server function whose arguments can't be read answers 500; the fault is the sender's, and the status says so. What a failed
//! plain form says in the address is signed, and what others say there is taken out.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};
use guildhall_types::Error;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

use crate::{form_errors::FormErrors, state::AppState};

/// An error is small; anything longer is no error.
const MOST: usize = 64 * 1024;

/// Gives the answer of a server function the status of the error in it.
pub(crate) async fn input(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let function = request.uri().path().starts_with("/api/fn/");
    if let Some(query) = request.uri().query().and_then(|query| state.form_errors.without_foreign(query)) {
        *request.uri_mut() = with_query(request.uri(), &query);
    }
    let response = next.run(request).await;
    let leads_on = response.headers().contains_key(header::LOCATION);
    if !function || !leads_on && response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MOST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    if leads_on {
        sign(&state.form_errors, &mut parts.headers, &bytes);
        return Response::from_parts(parts, Body::from(bytes));
    }
    if let Some(status) =
        serde_json::from_slice::<Error>(&bytes).ok().and_then(|error| StatusCode::from_u16(error.status()).ok())
    {
        parts.status = status;
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

/// Signs the error that the answer brings back to the page, or takes out of the address what is none.
fn sign(errors: &FormErrors, headers: &mut HeaderMap, body: &[u8]) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let failed = text(SERVER_FN_ERROR_HEADER).map(|path| (path, body));
    let signed = text("location").and_then(|location| errors.address(location, failed));
    if let Some(signed) = signed.and_then(|signed| HeaderValue::from_str(&signed).ok()) {
        headers.insert(header::LOCATION, signed);
    }
}

/// The same address with another query.
fn with_query(uri: &Uri, query: &str) -> Uri {
    let mut parts = uri.clone().into_parts();
    let path = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    parts.path_and_query = path.parse().ok();
    Uri::from_parts(parts).unwrap_or_else(|_| Uri::from_static("/"))
}
