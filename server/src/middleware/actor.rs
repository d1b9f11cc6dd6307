//! Who asks: from the access token, in the browser's cookie or a program's `Authorization`. A stale one is replaced on the
//! way, by the refresh token beside it: the page comes at once, with new cookies.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use guildhall_db::{OpResult, from_request};
use guildhall_host::RequestInfo;
use guildhall_identity::cookie::Cookie;
use guildhall_kernel::{Actor, RequestOrigin};

use crate::{rest::problem::Problem, state::AppState};

/// Where programs prove themselves by `Authorization`.
const API: &str = "/api/v1/";
/// Where nobody is anybody yet: a stale token that a client sends along is no reason to refuse it a new one.
const AUTH: &str = "/api/v1/auth/";

/// Who asks, and what their browser is told to keep.
#[derive(Default)]
struct Known {
    actor: Actor,
    cookies: Vec<(Cookie, String)>,
}

/// Puts the [`Actor`] and the [`RequestInfo`] into the request, and says to the audit trail where it came from.
pub(crate) async fn actor(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let info = info(&state, &request);
    from_request(info.origin, identified(state, info, request, next)).await
}

async fn identified(state: AppState, info: RequestInfo, mut request: Request, next: Next) -> Response {
    let known = match proof(&request) {
        Proof::None => Known::default(),
        Proof::Bearer(token) => match state.tokens.actor(token).await {
            Ok(Some(user)) => Known { actor: Actor::User(Box::new(user)), cookies: Vec::new() },
            Ok(None) => return refused(),
            Err(error) => return Problem::from(error.told()).into_response(),
        },
        Proof::Cookies => match by_cookies(&state, request.headers()).await {
            Ok(known) => known,
            // Whoever is signed in must not be shown the page of a stranger because the database is away.
            Err(error) => return Problem::from(error.told()).into_response(),
        },
    };
    let known = match hold_back(&state, known).await {
        Ok(known) => known,
        Err(error) => return Problem::from(error.told()).into_response(),
    };
    let private = known.actor.user_id().is_some();
    request.extensions_mut().insert(known.actor);
    request.extensions_mut().insert(info);
    let mut response = next.run(request).await;
    let kept = keep(&mut response, &known.cookies);
    if kept || (private && !response.headers().contains_key(header::CACHE_CONTROL)) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

/// Whoever's role asks for a second factor has nothing of that role until they have one, and whoever has not agreed to the terms
/// as they stand may do little until they do. This is where every door passes: pages, server functions and REST alike. Almost
/// nobody costs a query here.
async fn hold_back(state: &AppState, mut known: Known) -> OpResult<Known> {
    let lacks = guildhall_identity::must_set_up(&state.db, &state.factors, &known.actor).await?;
    let agreed = state.agreements.are_given(&state.db, &known.actor).await?;
    if let Actor::User(user) = &mut known.actor {
        user.lacks_second_factor = lacks;
        user.must_agree = !agreed;
    }
    Ok(known)
}

enum Proof<'a> {
    None,
    Bearer(&'a str),
    Cookies,
}

/// `Authorization` on the API; there it alone counts, so that no other site's page can speak by the browser's cookies.
fn proof(request: &Request) -> Proof<'_> {
    let path = request.uri().path();
    if path.starts_with(AUTH) {
        return Proof::None;
    }
    match request.headers().get(header::AUTHORIZATION) {
        Some(value) if path.starts_with(API) => {
            let token = value.to_str().unwrap_or_default().split_once(' ');
            let token =
                token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
            // An empty token is none of ours, and is refused as such.
            Proof::Bearer(token.unwrap_or_default())
        }
        _ => Proof::Cookies,
    }
}

async fn by_cookies(state: &AppState, headers: &HeaderMap) -> OpResult<Known> {
    let secure = state.config.secure_cookies();
    let cookies: Vec<&str> = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let read = |cookie: Cookie| cookies.iter().find_map(|header| cookie.read(header, secure));
    let access = read(Cookie::Access);
    if let Some(token) = access
        && let Some(user) = state.tokens.actor(token).await?
    {
        return Ok(Known { actor: Actor::User(Box::new(user)), cookies: Vec::new() });
    }
    let refresh = read(Cookie::Refresh);
    if let Some(token) = refresh
        && let Some(session) = guildhall_identity::refresh(&state.db, &state.tokens, token).await?
    {
        let access = state.tokens.issue(&session.signed).await?;
        let cookies = vec![
            (Cookie::Access, Cookie::Access.set(&access, secure)),
            (Cookie::Refresh, Cookie::Refresh.set(&session.refresh_token, secure)),
        ];
        return Ok(Known { actor: Actor::User(Box::new(session.signed.actor)), cookies });
    }
    // What is good for nothing is not sent again with every request.
    let gone = [(Cookie::Access, access), (Cookie::Refresh, refresh)].into_iter().filter(|(_, token)| token.is_some());
    Ok(Known { actor: Actor::Anonymous, cookies: gone.map(|(cookie, _)| (cookie, cookie.clear(secure))).collect() })
}

/// Adds the cookies, but for those that the answer sets itself: signing in or out has the last word. Whether there were any.
fn keep(response: &mut Response, cookies: &[(Cookie, String)]) -> bool {
    let mut kept = false;
    for (cookie, text) in cookies {
        let is_theirs = |value: &HeaderValue| {
            let name = value.to_str().unwrap_or_default().split('=').next().unwrap_or_default();
            name == cookie.name(true) || name == cookie.name(false)
        };
        let answered = response.headers().get_all(header::SET_COOKIE).iter().any(is_theirs);
        if let (false, Ok(value)) = (answered, HeaderValue::from_str(text)) {
            response.headers_mut().append(header::SET_COOKIE, value);
            kept = true;
        }
    }
    kept
}

/// RFC 6750, 3.
fn refused() -> Response {
    let problem = Problem::with_status(
        StatusCode::UNAUTHORIZED,
        "invalid-token",
        "The access token is not valid, or no longer. Refresh it, or sign in again.",
    );
    let mut response = problem.into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    response
}

/// What the request says of itself.
fn info(state: &AppState, request: &Request) -> RequestInfo {
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let origin = request.extensions().get::<RequestOrigin>().copied().unwrap_or_default();
    RequestInfo {
        address: origin.address.map(|address| address.to_string()).unwrap_or_default(),
        origin,
        user_agent: text(header::USER_AGENT).unwrap_or_default().chars().take(400).collect(),
        secure_cookies: state.config.secure_cookies(),
        base_url: state.config.base_url.clone(),
    }
}
