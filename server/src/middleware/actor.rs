//! Who asks: from the session's cookie.

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use guildhall_db::Origin;
use guildhall_host::RequestInfo;
use guildhall_kernel::{Actor, RequestOrigin};

use crate::{rest::problem::Problem, state::AppState};

/// Puts the [`Actor`] and the [`RequestInfo`] into the request, and says to the audit trail where it came from.
pub(crate) async fn actor(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (info, token) = read(&state, &request);
    let request_id = info.origin.request_id.to_string();
    Origin::new(&info.address, &request_id).scope(identified(state, info, token, request, next)).await
}

async fn identified(
    state: AppState,
    info: RequestInfo,
    token: Option<String>,
    mut request: Request,
    next: Next,
) -> Response {
    let actor = match token {
        None => Actor::Anonymous,
        Some(token) => match guildhall_identity::authenticate(&state.db, &token).await {
            Ok(actor) => actor,
            // Whoever is signed in must not be shown the page of a stranger because the database is away.
            Err(error) => return Problem::from(error.told()).into_response(),
        },
    };
    let private = actor.user_id().is_some();
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(info);
    let mut response = next.run(request).await;
    if private && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-store"));
    }
    response
}

/// What the request says of itself, and the session's token.
fn read(state: &AppState, request: &Request) -> (RequestInfo, Option<String>) {
    let secure = state.config.secure_cookies();
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let token = text(header::COOKIE)
        .and_then(|cookies| guildhall_identity::cookie::read(cookies, secure))
        .map(ToOwned::to_owned);
    let origin = request.extensions().get::<RequestOrigin>().copied().unwrap_or_default();
    let info = RequestInfo {
        address: origin.address.map(|address| address.to_string()).unwrap_or_default(),
        origin,
        user_agent: text(header::USER_AGENT).unwrap_or_default().chars().take(400).collect(),
        secure_cookies: secure,
        base_url: state.config.base_url.clone(),
    };
    (info, token)
}
