//! SendGrid's `POST /v3/mail/send`, checked as SendGrid checks it.
//! <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>

use std::collections::HashSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::email::is_email;
use crate::ids;
use crate::outbox::{self, Message};

const HELP: &str = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html";
const MAX_RECIPIENTS: usize = 1_000;

#[derive(Debug, Deserialize)]
struct Mail {
    #[serde(default)]
    personalizations: Vec<Personalization>,
    from: Option<Address>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    content: Vec<Content>,
    template_id: Option<String>,
    #[serde(default)]
    custom_args: Map<String, Value>,
    mail_settings: Option<MailSettings>,
}

#[derive(Debug, Deserialize)]
struct Personalization {
    #[serde(default)]
    to: Vec<Address>,
    #[serde(default)]
    cc: Vec<Address>,
    #[serde(default)]
    bcc: Vec<Address>,
    subject: Option<String>,
    #[serde(default)]
    custom_args: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Address {
    #[serde(default)]
    email: String,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Content {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Deserialize)]
struct MailSettings {
    sandbox_mode: Option<SandboxMode>,
}

#[derive(Debug, Deserialize)]
struct SandboxMode {
    #[serde(default)]
    enable: bool,
}

/// What is wrong, and with which field.
#[derive(Debug)]
struct Problem {
    field: Option<String>,
    message: String,
    anchor: &'static str,
}

fn problem(field: impl Into<String>, message: impl Into<String>, anchor: &'static str) -> Problem {
    Problem { field: Some(field.into()), message: message.into(), anchor }
}

fn refuse(status: StatusCode, problems: &[Problem]) -> Response {
    let errors: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let help = (!problem.anchor.is_empty()).then(|| format!("{HELP}#{}", problem.anchor));
            json!({"message": problem.message, "field": problem.field, "help": help})
        })
        .collect();
    (status, Json(json!({ "errors": errors }))).into_response()
}

/// `POST /v3/mail/send`
pub async fn send(State(app): State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let whole = |message: &str| [Problem { field: None, message: message.to_owned(), anchor: "" }];
    if !is_authorized(&headers) {
        let message = "The provided authorization grant is invalid, expired, or revoked";
        return refuse(StatusCode::UNAUTHORIZED, &whole(message));
    }
    let Ok(body) = body else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, &whole("The JSON payload you have included is too large."));
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, &whole("Content-Type should be application/json."));
    }
    let mail: Mail = match serde_json::from_slice(&body) {
        Ok(mail) => mail,
        Err(error) => {
            return refuse(StatusCode::BAD_REQUEST, &whole(&format!("Bad Request: {error}")));
        }
    };
    let problems = check(&mail);
    if !problems.is_empty() {
        return refuse(StatusCode::BAD_REQUEST, &problems);
    }
    let is_rehearsal = mail.mail_settings.as_ref().and_then(|settings| settings.sandbox_mode.as_ref());
    if is_rehearsal.is_some_and(|mode| mode.enable) {
        return StatusCode::OK.into_response();
    }
    let id = ids::token("", 22);
    outbox::deliver(&app, messages(&app, mail, &id));
    (StatusCode::ACCEPTED, [(HeaderName::from_static("x-message-id"), id)]).into_response()
}

fn is_authorized(headers: &HeaderMap) -> bool {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|key| !key.trim().is_empty())
}

fn check(mail: &Mail) -> Vec<Problem> {
    let mut problems = Vec::new();
    let from = mail.from.as_ref().map(|from| from.email.as_str()).unwrap_or_default();
    if from.is_empty() {
        let message = "The from object must be provided for every email send. It is an object that requires the email \
                       parameter, but may also contain a name parameter.";
        problems.push(problem("from.email", message, "message.from"));
    } else if !is_email(from) {
        problems.push(problem("from.email", "The from email does not contain a valid address.", "message.from.email"));
    }
    check_recipients(mail, &mut problems);
    let every_subject =
        mail.personalizations.iter().all(|one| one.subject.as_ref().is_some_and(|text| !text.is_empty()));
    if mail.subject.is_empty() && mail.template_id.is_none() && (mail.personalizations.is_empty() || !every_subject) {
        let message = "The subject is required. You can get around this requirement if you use a template with a \
                       subject defined or if every personalization has a subject defined.";
        problems.push(problem("subject", message, "message.subject"));
    }
    check_content(mail, &mut problems);
    check_custom_args(mail, &mut problems);
    problems
}

fn check_recipients(mail: &Mail, problems: &mut Vec<Problem>) {
    if mail.personalizations.is_empty() {
        let message = "The personalizations field is required and must have at least one personalization.";
        return problems.push(problem("personalizations", message, "-Personalizations-Errors"));
    }
    let sum: usize = mail.personalizations.iter().map(|one| one.to.len() + one.cc.len() + one.bcc.len()).sum();
    if mail.personalizations.len() > MAX_RECIPIENTS || sum > MAX_RECIPIENTS {
        let message = "The total number of recipients must be less than or equal to 1000.";
        return problems.push(problem("personalizations", message, "-Recipient-Errors"));
    }
    for (place, one) in mail.personalizations.iter().enumerate() {
        if one.to.is_empty() {
            let message = "The to array is required for all personalization objects, and must have at least one email \
                           object with a valid email address.";
            problems.push(problem(format!("personalizations.{place}.to"), message, "message.personalizations.to"));
        }
        let mut seen = HashSet::new();
        for (list, addresses) in [("to", &one.to), ("cc", &one.cc), ("bcc", &one.bcc)] {
            for (index, address) in addresses.iter().enumerate() {
                let field = format!("personalizations.{place}.{list}.{index}.email");
                if !is_email(&address.email) {
                    problems.push(problem(field, "Does not contain a valid address.", "message.personalizations.to"));
                } else if !seen.insert(address.email.to_lowercase()) {
                    let message = format!(
                        "Each email address in the personalization block should be unique between to, cc, and bcc. We \
                         found the first duplicate instance of [{}] in the personalizations.{place}.{list} field.",
                        address.email
                    );
                    problems.push(problem(format!("personalizations.{place}"), message, "message.recipient-errors"));
                }
            }
        }
    }
}

fn check_content(mail: &Mail, problems: &mut Vec<Problem>) {
    if mail.content.is_empty() && mail.template_id.is_none() {
        let message = "Unless a valid template_id is provided, the content parameter is required. There must be at \
                       least one defined content block. We typically suggest both text/plain and text/html blocks are \
                       included, but only one block is required.";
        problems.push(problem("content", message, "message.content"));
    }
    for (place, content) in mail.content.iter().enumerate() {
        if content.value.is_empty() {
            let message = "The content value must be a string at least one character in length.";
            problems.push(problem(format!("content.{place}.value"), message, "message.content.value"));
        }
        if content.kind.is_empty() || content.kind.contains([';', ',']) {
            let message = "The content type must be a string at least one character in length, without parameters.";
            problems.push(problem(format!("content.{place}.type"), message, "message.content.type"));
        }
    }
    let place = |kind: &str| mail.content.iter().position(|content| content.kind == kind);
    let is_misplaced = match (place("text/plain"), place("text/html")) {
        (Some(plain), html) => plain > 0 || html.is_some_and(|html| html > 1),
        (None, html) => html.is_some_and(|html| html > 0),
    };
    if is_misplaced {
        let message = "If present, text/plain must be first, followed by text/html, followed by any other content.";
        problems.push(problem("content", message, "message.content"));
    }
}

fn check_custom_args(mail: &Mail, problems: &mut Vec<Problem>) {
    let mut all = mail.personalizations.iter().map(|one| &one.custom_args).chain([&mail.custom_args]);
    if all.clone().any(|args| args.values().any(|value| !value.is_string())) {
        let message = "The custom_args values must be strings.";
        problems.push(problem("custom_args", message, "message.custom_args"));
    }
    if all.any(|args| args.iter().map(|(key, value)| key.len() + value.to_string().len()).sum::<usize>() > 10_000) {
        let message = "The combined custom arguments may not exceed 10,000 bytes.";
        problems.push(problem("custom_args", message, "message.custom_args"));
    }
}

/// One message for each recipient of each personalization.
fn messages(app: &App, mail: Mail, id: &str) -> Vec<Message> {
    let part = |kind: &str| {
        let found = mail.content.iter().find(|content| content.kind == kind);
        found.map(|content| content.value.clone()).unwrap_or_default()
    };
    let (text, html) = (part("text/plain"), part("text/html"));
    let from = mail.from.as_ref().map(written).unwrap_or_default();
    let mut messages = Vec::new();
    for personalization in mail.personalizations {
        let mut custom_args = mail.custom_args.clone();
        custom_args.extend(personalization.custom_args);
        let subject = personalization.subject.unwrap_or_else(|| mail.subject.clone());
        for to in personalization.to.into_iter().chain(personalization.cc).chain(personalization.bcc) {
            messages.push(Message {
                id: format!("{id}.{}", messages.len()),
                channel: "email".to_owned(),
                provider: "sendgrid".to_owned(),
                to: to.email,
                from: from.clone(),
                subject: subject.clone(),
                text: text.clone(),
                html: html.clone(),
                custom_args: custom_args.clone(),
                received_at: app.config().clock.now(),
            });
        }
    }
    messages
}

fn written(address: &Address) -> String {
    match address.name.as_deref() {
        Some(name) if !name.is_empty() => format!("{name} <{}>", address.email),
        _ => address.email.clone(),
    }
}
