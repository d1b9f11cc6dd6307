//! Errors as problem documents (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_kernel::STEP_UP;
use guildhall_types::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem; stable.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    /// A sentence for people.
    detail: String,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
    #[serde(skip)]
    retry_after: Option<u64>,
    /// Whether a program must prove again who it acts for before it asks again.
    #[serde(skip)]
    confirm: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct ProblemField {
    field: String,
    message: String,
}

impl Problem {
    /// A problem of HTTP itself, which no op knows.
    pub(crate) fn with_status(status: StatusCode, code: &str, detail: &str) -> Self {
        Self {
            kind: format!("https://guildhall.test/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            retry_after: None,
            confirm: false,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = error.status();
        Self {
            kind: format!("https://guildhall.test/problems/{}", error.code()),
            title: StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error"),
            status,
            detail: match &error {
                Error::ConfirmRequired => {
                    "Sign in again at /api/v1/auth/token: this needs a proof of who you are that is 10 minutes old at most."
                        .to_owned()
                }
                error => error.to_string(),
            },
            confirm: error == Error::ConfirmRequired,
            errors: error
                .fields()
                .iter()
                .map(|field| ProblemField { field: field.field.clone(), message: field.message.clone() })
                .collect(),
            retry_after: if let Error::TooMany { retry_after_seconds } = error {
                Some(retry_after_seconds)
            } else {
                None
            },
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry_after, confirm) = (self.retry_after, self.confirm);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // RFC 9470, 3, but for the status: who asks is known, and 401 would have clients throw their token away.
        let challenge = format!("Bearer error=\"insufficient_user_authentication\", max_age={}", STEP_UP.num_seconds());
        if let Some(challenge) = HeaderValue::from_str(&challenge).ok().filter(|_| confirm) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_must_prove_itself_again_is_told_how() {
        let response = Problem::from(Error::ConfirmRequired).into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Bearer error=\"insufficient_user_authentication\", max_age=600"
        );
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let problem = serde_json::to_value(Problem::from(Error::ConfirmRequired)).unwrap();
        assert!(problem["type"].as_str().unwrap().ends_with("/confirm-required"), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("/api/v1/auth/token"), "{problem}");
        let other = Problem::from(Error::SecondFactorRequired).into_response();
        assert!(!other.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
