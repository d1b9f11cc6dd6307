//! Stripe's API: what every request goes through, and where it goes from there.
//!
//! In order: the faults that were asked for, the key, the parameters, the idempotency key, the work, the answer.
//! The work of a POST runs in a task of its own, so that a client which gives up does not undo it.

pub mod error;
pub mod form;
pub mod model;
mod objects;
pub mod pay;
pub mod render;
mod session_params;
mod sessions;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::data::{Answer, Cause, Data};
use crate::ids;
use error::ApiError;
use form::Form;

/// A request that has been let in.
#[derive(Debug)]
struct Call {
    method: Method,
    /// Without `/v1/`.
    path: String,
    form: Form,
    request_id: String,
    idempotency_key: Option<String>,
}

/// Status and body, and whether they are an earlier answer given again.
type Reply = (StatusCode, String, bool);

/// `/v1/*`
pub async fn handle(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request_id = ids::token("req_", 14);
    let key = idempotency_key(&method, &headers);
    let reply = match admit(&app, &method, &uri, &headers, body, &key, &request_id) {
        Ok(call) => work(&app, call).await,
        Err(error) => Err(error),
    };
    let (status, text, replayed) =
        reply.unwrap_or_else(|error| (error.status, error.to_json(&request_id).to_string(), false));
    let mut response = (status, text).into_response();
    let mut set = |name: &'static str, value: Option<HeaderValue>| {
        if let Some(value) = value {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    set("content-type", Some(HeaderValue::from_static("application/json")));
    set("cache-control", Some(HeaderValue::from_static("no-cache, no-store")));
    set("request-id", HeaderValue::from_str(&request_id).ok());
    let version = headers.get("stripe-version").cloned();
    set("stripe-version", version.or_else(|| Some(HeaderValue::from_static(render::API_VERSION))));
    set("idempotency-key", headers.get("idempotency-key").cloned());
    set("idempotent-replayed", replayed.then(|| HeaderValue::from_static("true")));
    set(
        "www-authenticate",
        (status == StatusCode::UNAUTHORIZED).then(|| HeaderValue::from_static("Basic realm=\"Stripe\"")),
    );
    response
}

/// Stripe ignores the header on GET.
fn idempotency_key(method: &Method, headers: &HeaderMap) -> Option<String> {
    let header = headers.get("idempotency-key").filter(|_| *method == Method::POST)?;
    Some(String::from_utf8_lossy(header.as_bytes()).into_owned())
}

fn admit(
    app: &App,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    key: &Option<String>,
    request_id: &str,
) -> Result<Call, ApiError> {
    if app.read(|data| data.control.api_down) {
        let message = "The sandbox was told to be down: turn `api_down` off at /sandbox/control.";
        return Err(ApiError::fault(StatusCode::SERVICE_UNAVAILABLE, message));
    }
    authorize(headers)?;
    if key.as_ref().is_some_and(|key| key.is_empty() || key.chars().count() > 255) {
        return Err(ApiError::idempotency("Idempotency keys must be 1 to 255 characters long."));
    }
    let body = body.map_err(|_| ApiError::too_large())?;
    let form = match *method {
        Method::GET => Form::parse(uri.query().unwrap_or_default().as_bytes())?,
        _ => {
            let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
            if !body.is_empty() && !kind.starts_with(b"application/x-www-form-urlencoded") {
                return Err(ApiError::invalid(
                    "Invalid request (check that your POST content type is application/x-www-form-urlencoded).",
                ));
            }
            Form::parse(&body)?
        }
    };
    Ok(Call {
        method: method.clone(),
        path: uri.path().strip_prefix("/v1/").unwrap_or_default().trim_end_matches('/').to_owned(),
        form,
        request_id: request_id.to_owned(),
        idempotency_key: key.clone(),
    })
}

/// Any test key is good, given as bearer or as basic authentication's user name.
fn authorize(headers: &HeaderMap) -> Result<(), ApiError> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|header| {
        let (scheme, rest) = header.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(rest.trim().to_owned());
        }
        let decoded = base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?;
        let decoded = String::from_utf8(decoded).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        Some(decoded.split(':').next().unwrap_or_default().to_owned())
    });
    match key {
        Some(key) if key.len() > 8 && (key.starts_with("sk_test_") || key.starts_with("rk_test_")) => Ok(()),
        Some(key) if key.starts_with("sk_live_") || key.starts_with("rk_live_") => Err(ApiError::unauthorized(
            "This is the sandbox: it takes test keys only. A live key should not be on this machine.",
        )),
        Some(key) if !key.is_empty() => {
            let shown: String = key.chars().take(8).collect();
            Err(ApiError::unauthorized(format!("Invalid API Key provided: {shown}****")))
        }
        _ => Err(ApiError::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )),
    }
}

/// Runs a call once for its idempotency key, or finds the answer that was given before.
async fn work(app: &App, call: Call) -> Result<Reply, ApiError> {
    if let Some(key) = call.idempotency_key.clone() {
        let fingerprint = hex::encode(Sha256::digest(call.form.canonical().as_bytes()));
        if let Some(earlier) = app.change(|data, cause| claim(data, cause, &key, &call.path, fingerprint))? {
            return Ok(earlier);
        }
    }
    let app = app.clone();
    let task = tokio::spawn(async move {
        let delay = app.read(|data| data.control.api_delay_ms);
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let (request_id, key) = (call.request_id.clone(), call.idempotency_key.clone());
        app.change_for(Some(request_id), key, |data, cause| execute(data, cause, call))
    });
    let failed = |_| ApiError::fault(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.");
    task.await.map_err(failed)
}

/// Takes a key for this request; or answers with what the key holds.
fn claim(
    data: &mut Data,
    cause: &Cause,
    key: &str,
    path: &str,
    fingerprint: String,
) -> Result<Option<Reply>, ApiError> {
    data.prune_answers(cause.now);
    let Some(answer) = data.answers.get(key) else {
        let at = cause.now.timestamp();
        data.answers.push(Answer { key: key.to_owned(), path: path.to_owned(), fingerprint, at, done: None });
        return Ok(None);
    };
    if answer.path != path {
        return Err(ApiError::idempotency(format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('/v1/{}' \
             vs '/v1/{path}'). Try using a key other than '{key}' if you meant to execute a different request.",
            answer.path
        )));
    }
    if answer.fingerprint != fingerprint {
        return Err(ApiError::idempotency(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try \
             using a key other than '{key}' if you meant to execute a different request."
        )));
    }
    let (status, text) = answer.done.clone().ok_or_else(|| ApiError::in_progress(key))?;
    Ok(Some((StatusCode::from_u16(status).unwrap_or(StatusCode::OK), text, true)))
}

/// Does the work and settles the idempotency key, in one step.
fn execute(data: &mut Data, cause: &Cause, call: Call) -> Reply {
    let (request_id, key) = (call.request_id.clone(), call.idempotency_key.clone());
    let is_post = call.method == Method::POST;
    let mut result = dispatch(data, cause, call);
    if is_post && result.is_ok() && data.control.api_fail_after_effect > 0 {
        data.control.api_fail_after_effect -= 1;
        result = Err(ApiError::fault(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unexpected error occurred. (The sandbox was told to fail after the effect.)",
        ));
    }
    let (status, text, keep) = match result {
        Ok(value) => (StatusCode::OK, value.to_string(), true),
        Err(error) => (error.status, error.to_json(&request_id).to_string(), error.executed),
    };
    if let Some(key) = key {
        // A request that failed validation began no work: its key stays free.
        match data.answers.get_mut(&key) {
            Some(answer) if keep => answer.done = Some((status.as_u16(), text.clone())),
            _ => {
                data.answers.remove(&key);
            }
        }
    }
    (status, text, false)
}

fn dispatch(data: &mut Data, cause: &Cause, call: Call) -> Result<Value, ApiError> {
    let path: Vec<&str> = call.path.split('/').collect();
    let form = call.form;
    if call.method == Method::POST {
        return match path.as_slice() {
            ["checkout", "sessions"] => sessions::create(data, cause, form),
            ["checkout", "sessions", id, "expire"] => sessions::expire(data, cause, id, form),
            ["refunds"] => objects::create_refund(data, cause, form),
            _ => Err(ApiError::unrecognized_url("POST", &format!("/v1/{}", call.path))),
        };
    }
    if call.method != Method::GET {
        return Err(ApiError::unrecognized_url(call.method.as_str(), &format!("/v1/{}", call.path)));
    }
    let base_url = &cause.base_url;
    match path.as_slice() {
        ["checkout", "sessions"] => sessions::list(data, base_url, form),
        ["checkout", "sessions", id] => sessions::retrieve(data, base_url, id, form),
        ["checkout", "sessions", id, "line_items"] => sessions::lines(data, id, form),
        ["payment_intents", id] => objects::intent(data, base_url, id, form),
        ["charges", id] => objects::charge(data, base_url, id, form),
        ["refunds"] => objects::list_refunds(data, base_url, form),
        ["refunds", id] => objects::refund(data, base_url, id, form),
        ["events"] => objects::list_events(data, form),
        ["events", id] => objects::event(data, id, form),
        _ => Err(ApiError::unrecognized_url("GET", &format!("/v1/{}", call.path))),
    }
}
