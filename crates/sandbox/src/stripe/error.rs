//! Stripe's error answers.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// An error as Stripe words it.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub status: StatusCode,
    pub kind: &'static str,
    pub code: Option<&'static str>,
    pub message: String,
    pub param: Option<String>,
    /// Whether the request got past validation, so that its idempotency key replays this answer.
    pub executed: bool,
}

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: None, message: message.into(), param: None, executed: false }
    }

    /// 400: the request is wrong, and no work began.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub fn invalid_param(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(message).about(param)
    }

    pub fn missing(param: impl Into<String>) -> Self {
        let param = param.into();
        Self::invalid(format!("Missing required param: {param}.")).coded("parameter_missing").about(param)
    }

    pub fn unknown(param: impl Into<String>) -> Self {
        let param = param.into();
        Self::invalid(format!("Received unknown parameter: {param}")).coded("parameter_unknown").about(param)
    }

    /// Stripe knows the parameter, the sandbox does not: better said than ignored.
    pub fn unsupported(param: impl Into<String>, what: &str) -> Self {
        Self::invalid_param(param, format!("The sandbox does not emulate {what}."))
    }

    pub fn no_such(object: &str, param: &str, id: &str) -> Self {
        let mut error = Self::invalid(format!("No such {object}: '{id}'")).coded("resource_missing").about(param);
        error.status = StatusCode::NOT_FOUND;
        error.executed = true;
        error
    }

    /// 400: the request is well formed, but the object's state forbids it.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { executed: true, ..Self::invalid(message) }
    }

    pub fn unrecognized_url(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). The sandbox emulates Checkout Sessions, PaymentIntents, \
             Charges, Refunds and Events."
        );
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message)
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message)
    }

    pub fn idempotency(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", message)
    }

    pub fn in_progress(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key (that probably means you \
             submitted twice, and the other request is still going through): {key}. Please try again later."
        );
        Self::new(StatusCode::CONFLICT, "idempotency_error", message).coded("idempotency_key_in_use")
    }

    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", "The request body is too large.")
    }

    /// A fault that was asked for on the control page.
    pub fn fault(status: StatusCode, message: &str) -> Self {
        Self { executed: true, ..Self::new(status, "api_error", message) }
    }

    pub fn coded(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub fn about(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub fn to_json(&self, request_id: &str) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            let page = code.replace('_', "-");
            error.insert("doc_url".to_owned(), json!(format!("https://stripe.com/docs/error-codes/{page}")));
        }
        error.insert("message".to_owned(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), json!(param));
        }
        let log = format!("https://dashboard.stripe.com/test/logs/{request_id}");
        error.insert("request_log_url".to_owned(), json!(log));
        error.insert("type".to_owned(), json!(self.kind));
        json!({ "error": error })
    }
}
