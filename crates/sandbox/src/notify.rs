//! GOV.UK Notify's `POST /v2/notifications/email` and `/sms`.
//! <https://docs.notifications.service.gov.uk/rest-api.html>
//!
//! Notify holds the templates; the sandbox has none. It takes any template id and shows the personalisation instead:
//! `subject` and `body` as such, everything else as a list.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::app::App;
use crate::clock;
use crate::email::is_email;
use crate::ids;
use crate::outbox::{self, Message};

/// Notify's error: status, name, and one message for each thing that is wrong.
type Refusal = (StatusCode, &'static str, Vec<String>);

/// `POST /v2/notifications/email`
pub async fn email(State(app): State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    answer(take(&app, &headers, body, Channel::Email))
}

/// `POST /v2/notifications/sms`
pub async fn sms(State(app): State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    answer(take(&app, &headers, body, Channel::Sms))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Email,
    Sms,
}

impl Channel {
    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    fn recipient(self) -> &'static str {
        match self {
            Self::Email => "email_address",
            Self::Sms => "phone_number",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Email => &[
                "email_address",
                "template_id",
                "personalisation",
                "reference",
                "email_reply_to_id",
                "one_click_unsubscribe_url",
            ],
            Self::Sms => &["phone_number", "template_id", "personalisation", "reference", "sms_sender_id"],
        }
    }
}

fn answer(result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(value) => (StatusCode::CREATED, Json(value)).into_response(),
        Err((status, error, messages)) => {
            let errors: Vec<Value> =
                messages.into_iter().map(|message| json!({"error": error, "message": message})).collect();
            (status, Json(json!({"status_code": status.as_u16(), "errors": errors}))).into_response()
        }
    }
}

fn take(
    app: &App,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    channel: Channel,
) -> Result<Value, Refusal> {
    // The token is checked against the real time: its maker knows no other.
    authorize(headers, &app.config().notify_key, clock::real())?;
    let body = body.map_err(|_| invalid(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large"))?;
    let body: Value = serde_json::from_slice(&body)
        .map_err(|_| invalid(StatusCode::BAD_REQUEST, "Invalid JSON supplied in POST data"))?;
    let fields = body.as_object().ok_or_else(|| invalid(StatusCode::BAD_REQUEST, "The body must be a JSON object"))?;
    let problems = check(fields, channel);
    if !problems.is_empty() {
        return Err((StatusCode::BAD_REQUEST, "ValidationError", problems));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let personalisation = fields.get("personalisation").and_then(Value::as_object).cloned().unwrap_or_default();
    let (subject, body) = content(&personalisation, channel, &text("template_id"));
    let id = ids::uuid();
    let mut custom_args = Map::new();
    for name in ["reference", "template_id", "personalisation"] {
        if let Some(value) = fields.get(name) {
            custom_args.insert(name.to_owned(), value.clone());
        }
    }
    let from = if channel == Channel::Email { "sandbox@notifications.service.gov.uk" } else { "GOVUK" };
    let message = Message {
        id: id.to_string(),
        channel: channel.name().to_owned(),
        provider: "govuk-notify".to_owned(),
        to: text(channel.recipient()),
        from: from.to_owned(),
        subject: subject.clone(),
        text: body.clone(),
        html: String::new(),
        custom_args,
        received_at: app.config().clock.now(),
    };
    outbox::deliver(app, vec![message]);
    let base = &app.config().base_url;
    let template = text("template_id");
    let content = match channel {
        Channel::Email => json!({"subject": subject, "body": body, "from_email": from,
            "one_click_unsubscribe_url": fields.get("one_click_unsubscribe_url")}),
        Channel::Sms => json!({"body": body, "from_number": from}),
    };
    Ok(json!({
        "id": id,
        "reference": fields.get("reference"),
        "content": content,
        "uri": format!("{base}/v2/notifications/{id}"),
        "template": {"id": template, "version": 1, "uri": format!("{base}/v2/template/{template}")},
    }))
}

fn invalid(status: StatusCode, message: &str) -> Refusal {
    (status, "BadRequestError", vec![message.to_owned()])
}

/// Subject and body, as far as they can be told without the template.
fn content(personalisation: &Map<String, Value>, channel: Channel, template: &str) -> (String, String) {
    let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let subject = match (channel, personalisation.get("subject")) {
        (Channel::Sms, _) => String::new(),
        (Channel::Email, Some(subject)) => written(subject),
        (Channel::Email, None) => format!("Template {template}"),
    };
    let body = personalisation.get("body").map_or_else(
        || {
            let lines: Vec<String> =
                personalisation.iter().map(|(key, value)| format!("{key}: {}", written(value))).collect();
            lines.join("\n")
        },
        written,
    );
    (subject, body)
}

fn check(fields: &Map<String, Value>, channel: Channel) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(name) = fields.keys().find(|name| !channel.fields().contains(&name.as_str())) {
        problems.push(format!("Additional properties are not allowed ({name} was unexpected)"));
    }
    let recipient = channel.recipient();
    match fields.get(recipient).map(Value::as_str) {
        None => problems.push(format!("{recipient} is a required property")),
        Some(None) => problems.push(format!("{recipient} is not a string")),
        Some(Some(text)) => {
            let wrong = match channel {
                Channel::Email if is_email(text) => None,
                Channel::Email => Some("Not a valid email address"),
                Channel::Sms => wrong_phone(text),
            };
            problems.extend(wrong.map(|wrong| format!("{recipient} {wrong}")));
        }
    }
    match fields.get("template_id").map(Value::as_str) {
        None => problems.push("template_id is a required property".to_owned()),
        Some(id) if id.is_none_or(|id| Uuid::parse_str(id).is_err()) => {
            problems.push("template_id is not a valid UUID".to_owned());
        }
        Some(_) => {}
    }
    if fields.get("personalisation").is_some_and(|value| !value.is_object()) {
        problems.push("personalisation is not of type object".to_owned());
    }
    let is_reference = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.len() <= 1_000);
    if !fields.get("reference").is_none_or(is_reference) {
        problems.push("reference is not a string of at most 1000 characters".to_owned());
    }
    problems
}

fn wrong_phone(text: &str) -> Option<&'static str> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !"()-.+".contains(*c)).collect();
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return Some("Must not contain letters or symbols");
    }
    match digits.len() {
        0..8 => Some("Not enough digits"),
        8..=15 => None,
        _ => Some("Too many digits"),
    }
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
}

/// The bearer token: a JWT, HS256, `iss` the service's id, `iat` within 30 seconds, signed with the key's secret half.
fn authorize(headers: &HeaderMap, key: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let denied = |status, message: &str| (status, "AuthError", vec![message.to_owned()]);
    let forbidden = |message| denied(StatusCode::FORBIDDEN, message);
    let missing = || denied(StatusCode::UNAUTHORIZED, "Unauthorized: authentication token must be provided");
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    let token = header
        .strip_prefix("Bearer ")
        .ok_or_else(|| denied(StatusCode::UNAUTHORIZED, "Unauthorized: authentication bearer scheme must be used"))?;
    let (service, secret) =
        halves(key).ok_or_else(|| forbidden("Invalid token: the sandbox's own key is malformed"))?;
    let malformed = || {
        forbidden(
            "Invalid token: make sure your API token matches the example at \
                                  https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header",
        )
    };
    let (signed, signature) = token.trim().rsplit_once('.').ok_or_else(malformed)?;
    let (head, claims) = signed.split_once('.').ok_or_else(malformed)?;
    let head: Header = decode(head).ok_or_else(malformed)?;
    if head.alg != "HS256" {
        return Err(forbidden("Invalid token: algorithm used is not HS256"));
    }
    let claims: Claims = decode(claims).ok_or_else(malformed)?;
    if claims.iss != service {
        return Err(forbidden("Invalid token: service not found"));
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?;
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).map_err(|_| malformed())?;
    mac.update(signed.as_bytes());
    // Compares in constant time.
    mac.verify_slice(&signature).map_err(|_| forbidden("Invalid token: API key not found"))?;
    if now.timestamp().abs_diff(claims.iat) > 30 {
        return Err(forbidden("Error: Your system clock must be accurate to within 30 seconds"));
    }
    Ok(())
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Service id and secret: the last 36 characters, and the 36 before them and a hyphen.
fn halves(key: &str) -> Option<(&str, &str)> {
    let (rest, secret) = key.split_at_checked(key.len().checked_sub(36)?)?;
    let rest = rest.strip_suffix('-')?;
    let (_, service) = rest.split_at_checked(rest.len().checked_sub(36)?)?;
    (Uuid::parse_str(service).is_ok() && Uuid::parse_str(secret).is_ok()).then_some((service, secret))
}
