//! `/api/v1/auth`: tokens for programs.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_host::RequestInfo;
use guildhall_identity::{Client, NewSession, SignedIn, factors, policy};
use guildhall_types::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{rest::problem::Problem, state::AppState};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    email: String,
    #[schema(format = Password)]
    password: String,
    /// For accounts with a second factor: the authenticator app's code, or a recovery code.
    code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshRequest {
    refresh_token: String,
}

/// What to send from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// A JWT (RFC 9068): send it as `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token ends.
    expires_in: i64,
    /// Good for one use at `/api/v1/auth/refresh`, within 7 days.
    refresh_token: String,
}

/// Signs in with an email address and a password.
#[utoipa::path(
    post,
    path = "/api/v1/auth/token",
    tag = "auth",
    request_body = TokenRequest,
    responses(
        (status = 200, description = "Signed in", body = TokenAnswer),
        (status = 401, description = "The address, the password or the code is not right", body = Problem),
        (status = 422, description = "A field needs mending", body = Problem),
        (status = 429, description = "Too many tries", body = Problem)
    )
)]
pub(crate) async fn token(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    let request = read(body)?;
    let client = Client { address: info.address, user_agent: info.user_agent, session: None, link: None };
    let signed_in = guildhall_identity::sign_in(
        &state.db,
        &state.passwords,
        &state.throttle,
        &client,
        &request.email,
        &request.password,
    )
    .await
    .map_err(|error| refused(error.told()))?;
    let session = match (signed_in, request.code.as_deref().filter(|code| !code.is_empty())) {
        (SignedIn::Session(session), _) => session,
        (SignedIn::SecondStep(_), None) => {
            let detail = "This account has a second factor. Send its code as well, as `code`.";
            return Err(Problem::with_status(StatusCode::UNAUTHORIZED, "second-factor-required", detail));
        }
        (SignedIn::SecondStep(pending), Some(code)) => {
            factors::sign_in_with_code(&state.db, &state.factors, &state.throttle, &client, &pending.token, code)
                .await
                .map_err(|error| wrong_code(error.told()))?
        }
    };
    answer(&state, session).await
}

/// Takes a refresh token for the next pair of tokens. It works once; used again later, it ends the session.
#[utoipa::path(
    post,
    path = "/api/v1/auth/refresh",
    tag = "auth",
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "The next pair", body = TokenAnswer),
        (status = 401, description = "The token was used before or has expired, or its session has ended", body = Problem),
        (status = 429, description = "Too many tries", body = Problem)
    )
)]
pub(crate) async fn refresh(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    body: Result<Json<RefreshRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    let request = read(body)?;
    state.throttle.refresh(&info.address)?;
    let session = guildhall_identity::refresh(&state.db, &state.tokens, &request.refresh_token)
        .await
        .map_err(|error| Problem::from(error.told()))?
        .ok_or_else(|| {
            Problem::with_status(
                StatusCode::UNAUTHORIZED,
                "invalid-refresh-token",
                "The refresh token is not valid, or no longer. Sign in again.",
            )
        })?;
    answer(&state, session).await
}

async fn answer(state: &AppState, session: NewSession) -> Result<Response, Problem> {
    let access_token = state.tokens.issue(&session.signed).await.map_err(|error| Problem::from(error.told()))?;
    let answer = TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: policy::ACCESS_FOR.num_seconds(),
        refresh_token: session.refresh_token,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// What is wrong with the credentials as a whole is 401; with one field, 422.
fn refused(error: Error) -> Problem {
    match error.fields() {
        [field] if field.field.is_empty() => {
            Problem::with_status(StatusCode::UNAUTHORIZED, "wrong-credentials", &field.message)
        }
        _ => Problem::from(error),
    }
}

/// A wrong code is 401, as a wrong password is.
fn wrong_code(error: Error) -> Problem {
    match error.message_for("code") {
        Some(message) => Problem::with_status(StatusCode::UNAUTHORIZED, "wrong-code", &message),
        None => Problem::from(error),
    }
}

/// A body that can't be read is a problem document like every other error.
fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    body.map(|Json(body)| body).map_err(|rejection| {
        // Missing fields are as malformed as missing brackets; fields with a wrong value have their own answer.
        let status = match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            other => other,
        };
        Problem::with_status(status, "bad-request", "The body is not the JSON that this address takes.")
    })
}
