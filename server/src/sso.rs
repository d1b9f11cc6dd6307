//! The addresses of single sign-on, which providers and browsers come to. Each reads the request and calls one op; what goes
//! wrong is said on the page for signing in through an organisation.

use axum::{
    Extension, Form, Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use guildhall_db::OpResult;
use guildhall_federation::{
    connections,
    flow::{self, Answer, Notice, Outcome},
    logout::back_channel_logout,
    saml_connections,
};
use guildhall_host::RequestInfo;
use guildhall_identity::{
    Client,
    cookie::Cookie,
    policy::{own_path, with_next},
};
use guildhall_kernel::Actor;
use guildhall_types::{ConnectionId, Error};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{rest::problem::Problem, state::AppState};

/// Where it is said what went wrong, and where one may start again.
const PAGE: &str = "/sign-in/organization";
/// Where people prove again who they are.
const CONFIRM: &str = "/account/confirm";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    next: String,
}

/// `GET /sso/{connection}/start`
pub(crate) async fn start(
    State(state): State<AppState>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    Query(start): Query<Start>,
) -> Response {
    let Ok(connection) = connection.parse::<ConnectionId>() else {
        return Problem::from(Error::NotFound).into_response();
    };
    // Another site may bring somebody here, but not sign them in without their own click.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return go(&with_next(&format!("{PAGE}?to={connection}"), own_path(&start.next, "")), &[]);
    }
    let secure = state.config.secure_cookies();
    let hint = Notice::Hint.read(cookies(&headers), secure).filter(|hint| hint.len() <= 254);
    match flow::begin(&state.db, &state.federation, connection, &start.next, hint.as_deref()).await {
        Ok(begun) => go(&begun.url, &[begun.cookie, Notice::Hint.clear(secure)]),
        Err(error) => failed(&state, error.told(), &[]),
    }
}

/// `GET /sso/confirm`: who came in through their organisation proves there once more who they are.
pub(crate) async fn confirm(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    Query(start): Query<Start>,
) -> Response {
    let here = with_next(CONFIRM, own_path(&start.next, ""));
    if actor.user().is_err() {
        return go(&with_next("/sign-in", &here), &[]);
    }
    // As in `start`: not without their own click.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return go(&here, &[]);
    }
    match flow::begin_again(&state.db, &state.federation, &actor, &start.next).await {
        Ok(begun) => go(&begun.url, &[begun.cookie]),
        Err(error) => not_confirmed(&state, &error.told(), &start.next, Vec::new()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    state: String,
    code: String,
    error: String,
    iss: Option<String>,
}

/// `GET /sso/callback`
pub(crate) async fn callback(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    Extension(info): Extension<RequestInfo>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let client = client(&actor, info);
    let answer = Answer { state: &back.state, code: &back.code, error: &back.error, issuer: back.iss.as_deref() };
    let (outcome, forget) = flow::complete(&state.db, &state.federation, &client, answer, cookies(&headers)).await;
    end(&state, outcome, vec![forget]).await
}

fn client(actor: &Actor, info: RequestInfo) -> Client {
    let session = actor.user().ok().map(|user| user.session);
    Client { address: info.address, user_agent: info.user_agent, session, link: None }
}

/// Where the browser goes when a sign-in is over; `forget` are cookies that nobody needs any more.
async fn end(state: &AppState, outcome: OpResult<Outcome>, mut cookies: Vec<String>) -> Response {
    match outcome {
        Ok(Outcome::SignedIn { session, next }) => {
            let secure = state.config.secure_cookies();
            match state.tokens.issue(&session.signed).await {
                Ok(access) => {
                    cookies.push(Cookie::Access.set(&access, secure));
                    cookies.push(Cookie::Refresh.set(&session.refresh_token, secure));
                    go(own_path(&next, "/learn"), &cookies)
                }
                Err(error) => failed(state, error.told(), &cookies),
            }
        }
        Ok(Outcome::Confirmed { signed, next }) => match state.tokens.issue(&signed).await {
            Ok(access) => {
                cookies.push(Cookie::Access.set(&access, state.config.secure_cookies()));
                go(own_path(&next, "/account"), &cookies)
            }
            Err(error) => not_confirmed(state, &error.told(), &next, cookies),
        },
        Ok(Outcome::NotConfirmed { why, next }) => not_confirmed(state, &why, &next, cookies),
        Ok(Outcome::LinkFirst { cookie }) => {
            cookies.push(cookie);
            go("/account/link-sign-on", &cookies)
        }
        Err(error) => failed(state, error.told(), &cookies),
    }
}

/// Back to the page that asks for a proof, which says why this one did not hold.
fn not_confirmed(state: &AppState, why: &Error, next: &str, mut cookies: Vec<String>) -> Response {
    cookies.push(Notice::Problem.set(&why.to_string(), state.config.secure_cookies()));
    go(&with_next(CONFIRM, own_path(next, "")), &cookies)
}

/// What a SAML provider's form brings (SAML Bindings, 3.5.4).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SamlForm {
    #[serde(rename = "SAMLResponse")]
    response: String,
    #[serde(rename = "RelayState")]
    relay_state: String,
}

/// `POST /sso/{connection}/acs`: from another site's form, so without cookies; the browser goes on to [`arrive`], where they are.
pub(crate) async fn acs(
    State(state): State<AppState>,
    Path(connection): Path<String>,
    Form(form): Form<SamlForm>,
) -> Response {
    let Ok(connection) = connection.parse::<ConnectionId>() else {
        return Problem::from(Error::NotFound).into_response();
    };
    match flow::receive(&state.db, &state.federation, connection, &form.response, &form.relay_state).await {
        Ok(token) => go(&format!("/sso/{connection}/arrive?answer={token}"), &[]),
        Err(error) => failed(&state, error.told(), &[]),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Arrival {
    answer: String,
}

/// `GET /sso/{connection}/arrive`
pub(crate) async fn arrive(
    State(state): State<AppState>,
    Path(connection): Path<String>,
    Extension(actor): Extension<Actor>,
    Extension(info): Extension<RequestInfo>,
    headers: HeaderMap,
    Query(arrival): Query<Arrival>,
) -> Response {
    let Ok(connection) = connection.parse::<ConnectionId>() else {
        return Problem::from(Error::NotFound).into_response();
    };
    let client = client(&actor, info);
    let (outcome, forget) =
        flow::arrive_with(&state.db, &state.federation, &client, connection, &arrival.answer, cookies(&headers)).await;
    end(&state, outcome, forget.into_iter().collect()).await
}

/// `GET /sso/{connection}/metadata`: what a SAML provider must know of us.
pub(crate) async fn metadata(
    State(state): State<AppState>,
    Path(connection): Path<String>,
) -> Result<Response, Problem> {
    let connection = connection.parse::<ConnectionId>().map_err(|_| Error::NotFound)?;
    let text = saml_connections::metadata(&state.db, &state.federation, connection)
        .await
        .map_err(|error| Problem::from(error.told()))?;
    Ok(([(header::CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response())
}

/// `GET /sso/{connection}/jwks.json`: our public key at one provider.
pub(crate) async fn keys(
    State(state): State<AppState>,
    Path(connection): Path<String>,
) -> Result<Json<Value>, Problem> {
    let connection = connection.parse::<ConnectionId>().map_err(|_| Error::NotFound)?;
    let keys = connections::client_key_set(&state.db, connection).await.map_err(|error| Problem::from(error.told()))?;
    Ok(Json(keys))
}

#[derive(Debug, Deserialize)]
pub(crate) struct LogoutForm {
    logout_token: String,
}

/// `POST /sso/backchannel-logout/{connection}`
pub(crate) async fn logout(
    State(state): State<AppState>,
    Path(connection): Path<String>,
    Form(form): Form<LogoutForm>,
) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    let refused = (StatusCode::BAD_REQUEST, no_store.clone(), Json(json!({ "error": "invalid_request" })));
    let Ok(connection) = connection.parse::<ConnectionId>() else {
        return refused.into_response();
    };
    match back_channel_logout(&state.db, &state.federation, connection, &form.logout_token).await {
        Ok(_) => (StatusCode::OK, no_store).into_response(),
        Err(error) => match error.told() {
            // The provider may try again.
            error @ (Error::Unavailable { .. } | Error::Internal { .. }) => Problem::from(error).into_response(),
            _ => refused.into_response(),
        },
    }
}

fn cookies(headers: &HeaderMap) -> &str {
    headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// On to an address, with cookies, stored nowhere.
fn go(url: &str, cookies: &[String]) -> Response {
    let cookies = AppendHeaders(cookies.iter().map(|cookie| (header::SET_COOKIE, cookie.clone())));
    let headers = [(header::LOCATION, url.to_owned()), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::SEE_OTHER, headers, cookies).into_response()
}

fn failed(state: &AppState, error: Error, cookies: &[String]) -> Response {
    if error == Error::NotFound {
        return Problem::from(error).into_response();
    }
    let said = Notice::Problem.set(&error.to_string(), state.config.secure_cookies());
    go(PAGE, &[cookies, &[said]].concat())
}
