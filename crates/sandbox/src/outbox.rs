//! The outbox: every mail and text message that the site handed over, for people and for tests.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::App;
use crate::html::{self, Page, escape, linked};
use crate::shelf::Shelved;

const SHOWN: usize = 50;

/// A message as it was received. Text fields are empty rather than absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    pub id: String,
    /// `email` or `sms`.
    pub channel: String,
    /// `sendgrid` or `govuk-notify`.
    pub provider: String,
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// SendGrid's `custom_args`; for GOV.UK Notify its `reference`, `template_id` and `personalisation`.
    pub custom_args: Map<String, Value>,
    pub received_at: DateTime<Utc>,
}

impl Shelved for Message {
    const LIMIT: usize = 2_000;
    fn id(&self) -> &str {
        &self.id
    }
}

/// All messages together may hold so many bytes; the oldest go first.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Puts messages into the outbox.
pub fn deliver(app: &App, messages: Vec<Message>) {
    app.change(|data, _| {
        for message in messages {
            tracing::info!(channel = message.channel, to = message.to, subject = message.subject, "outbox");
            data.outbox.push(message);
        }
        let mut bytes: usize = data.outbox.newest().map(size).sum();
        while bytes > MAX_BYTES && data.outbox.len() > 1 {
            let Some(oldest) = data.outbox.pop_oldest() else {
                break;
            };
            bytes = bytes.saturating_sub(size(&oldest));
        }
    });
}

fn size(message: &Message) -> usize {
    message.subject.len() + message.text.len() + message.html.len()
}

#[derive(Debug, Deserialize)]
pub struct Filter {
    #[serde(default)]
    to: String,
}

impl Filter {
    fn holds(&self, message: &Message) -> bool {
        let to = self.to.trim();
        to.is_empty() || message.to.eq_ignore_ascii_case(to)
    }
}

/// `GET /sandbox/outbox.json`: newest first, with `?to=` only what went to that address.
pub async fn json(State(app): State<App>, Query(filter): Query<Filter>) -> Json<Vec<Message>> {
    Json(app.read(|data| data.outbox.newest().filter(|message| filter.holds(message)).cloned().collect()))
}

/// `DELETE /sandbox/outbox.json`
pub async fn empty(State(app): State<App>) -> StatusCode {
    app.change(|data, _| data.outbox.clear());
    StatusCode::NO_CONTENT
}

/// `POST /sandbox/outbox/empty`: the same for a form.
pub async fn empty_form(State(app): State<App>) -> Redirect {
    app.change(|data, _| data.outbox.clear());
    Redirect::to("/sandbox/outbox")
}

/// `GET /sandbox/outbox`
pub async fn page(State(app): State<App>, Query(filter): Query<Filter>) -> Page {
    let (messages, all): (Vec<String>, usize) = app.read(|data| {
        let found = data.outbox.newest().filter(|message| filter.holds(message));
        (found.take(SHOWN).map(article).collect(), data.outbox.len())
    });
    let list = if messages.is_empty() {
        "<p>There is nothing here. Sign up on the site, or buy a course: what it sends appears here.</p>".to_owned()
    } else {
        messages.concat()
    };
    let body = format!(
        "<h1>Outbox</h1><form method=\"get\" action=\"/sandbox/outbox\" class=\"row\"><div class=\"field\"><label \
         for=\"to\">Sent to</label><input id=\"to\" name=\"to\" value=\"{}\"></div><button>Filter</button></form>\
         <form method=\"post\" action=\"/sandbox/outbox/empty\" class=\"row\"><span>{all} in the outbox, newest first, at most \
         {SHOWN} shown</span><button class=\"quiet\">Empty the outbox</button></form>{list}",
        escape(&filter.to)
    );
    html::page("Outbox", &body).showing_mail()
}

fn article(message: &Message) -> String {
    let id = escape(&message.id);
    let subject = if message.subject.is_empty() { "Text message" } else { &message.subject };
    let mut html = format!(
        "<article class=\"card\" id=\"{id}\"><h2>{}</h2><dl><dt>To</dt><dd>{}</dd><dt>From</dt><dd>{}</dd><dt>Sent</dt>\
         <dd><time datetime=\"{}\">{}</time></dd></dl>",
        escape(subject),
        escape(&message.to),
        escape(&message.from),
        message.received_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        message.received_at.format("%-d %B %Y, %H:%M:%S UTC"),
    );
    if !message.text.is_empty() {
        html.push_str(&format!("<pre>{}</pre>", linked(&message.text)));
    }
    if !message.html.is_empty() {
        // No scripts in the frame; links leave it. Without a text part it is all there is, so it is open then.
        let open = if message.text.is_empty() { " open" } else { "" };
        let document = format!("<base target=\"_top\">{}", message.html);
        html.push_str(&format!(
            "<details{open}><summary>As HTML</summary><iframe title=\"{}\" sandbox=\"allow-popups \
             allow-top-navigation-by-user-activation\" srcdoc=\"{}\"></iframe></details>",
            escape(subject),
            escape(&document)
        ));
    }
    html.push_str("</article>");
    html
}
