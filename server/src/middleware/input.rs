//! A server function whose arguments can't be read answers 500; the fault is the sender's, and the status says so.

use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use guildhall_types::Error;

/// An error is small; anything longer is no error.
const MOST: usize = 64 * 1024;

/// Gives the answer of a server function the status of the error in it.
pub(crate) async fn input(request: Request, next: Next) -> Response {
    let function = request.uri().path().starts_with("/api/fn/");
    let response = next.run(request).await;
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
