//! The faults that the sandbox can be told to have, so that the site can be seen to cope with them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::html;

const MAX_WEBHOOK_DELAY_MS: u64 = 10 * 60 * 1_000;
const MAX_API_DELAY_MS: u64 = 60 * 1_000;
const MAX_FAILURES: u32 = 1_000;

/// How the sandbox misbehaves. The default is not at all; a restart forgets it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Each webhook's first attempt waits this long.
    pub webhook_delay_ms: u64,
    /// Each webhook is sent twice, at once.
    pub webhook_duplicate: bool,
    /// Webhooks are gathered for a moment and sent in another order.
    pub webhook_shuffle: bool,
    /// Webhooks are recorded and not sent.
    pub webhook_drop: bool,
    /// Every request to `/v1` is answered 503.
    pub api_down: bool,
    /// So many successful POSTs to `/v1` still take effect but are answered 500.
    pub api_fail_after_effect: u32,
    /// Every request to `/v1` is answered this much later.
    pub api_delay_ms: u64,
}

impl Control {
    fn check(self) -> Result<Self, String> {
        let bounds = [
            ("webhook_delay_ms", self.webhook_delay_ms, MAX_WEBHOOK_DELAY_MS),
            ("api_delay_ms", self.api_delay_ms, MAX_API_DELAY_MS),
            ("api_fail_after_effect", u64::from(self.api_fail_after_effect), u64::from(MAX_FAILURES)),
        ];
        match bounds.iter().find(|(_, value, most)| value > most) {
            Some((name, _, most)) => Err(format!("{name} must be at most {most}")),
            None => Ok(self),
        }
    }

    /// This control with some of its fields replaced.
    fn patched(&self, patch: &Value) -> Result<Self, String> {
        let patch = patch.as_object().ok_or("the body must be a JSON object")?;
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(all) = all.as_object_mut() {
            all.extend(patch.clone());
        }
        serde_json::from_value::<Self>(all).map_err(|error| error.to_string())?.check()
    }
}

/// What a browser's form sends: a box that is not ticked is not sent at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlForm {
    webhook_delay_ms: u64,
    #[serde(default)]
    webhook_duplicate: Option<String>,
    #[serde(default)]
    webhook_shuffle: Option<String>,
    #[serde(default)]
    webhook_drop: Option<String>,
    #[serde(default)]
    api_down: Option<String>,
    api_fail_after_effect: u32,
    api_delay_ms: u64,
}

impl From<ControlForm> for Control {
    fn from(form: ControlForm) -> Self {
        Self {
            webhook_delay_ms: form.webhook_delay_ms,
            webhook_duplicate: form.webhook_duplicate.is_some(),
            webhook_shuffle: form.webhook_shuffle.is_some(),
            webhook_drop: form.webhook_drop.is_some(),
            api_down: form.api_down.is_some(),
            api_fail_after_effect: form.api_fail_after_effect,
            api_delay_ms: form.api_delay_ms,
        }
    }
}

/// `GET /sandbox/control`: a page for a browser, JSON for everybody else.
pub async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let control = app.read(|data| data.control.clone());
    if html::wanted(&headers) { page(&control, None).into_response() } else { Json(control).into_response() }
}

/// `POST /sandbox/control`: JSON changes the fields it names, a form sets them all.
pub async fn change(State(app): State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let Ok(body) = body else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let parsed = serde_urlencoded::from_bytes::<ControlForm>(&body).map_err(|error| error.to_string());
        return match parsed.map(Control::from).and_then(Control::check) {
            Ok(control) => {
                app.change(|data, _| data.control = control);
                Redirect::to("/sandbox/control").into_response()
            }
            Err(error) => {
                let control = app.read(|data| data.control.clone());
                (StatusCode::BAD_REQUEST, page(&control, Some(&error))).into_response()
            }
        };
    }
    let patch: Result<Value, String> = serde_json::from_slice(&body).map_err(|error| error.to_string());
    let changed = patch.and_then(|patch| {
        app.change(|data, _| {
            data.control = data.control.patched(&patch)?;
            Ok(data.control.clone())
        })
    });
    match changed {
        Ok(control) => Json(control).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response(),
    }
}

fn page(control: &Control, error: Option<&str>) -> html::Page {
    let error = error.map_or_else(String::new, |error| {
        format!("<div class=\"error\" role=\"alert\"><h2>There is a problem</h2><p>{}</p></div>", html::escape(error))
    });
    let number = |name: &str, label: &str, hint: &str, value: u64, most: u64| {
        format!(
            "<div class=\"field\"><label for=\"{name}\">{label}</label><p class=\"hint\" id=\"{name}-hint\">{hint}</p>\
             <input id=\"{name}\" name=\"{name}\" type=\"number\" min=\"0\" max=\"{most}\" value=\"{value}\" required \
             aria-describedby=\"{name}-hint\"></div>"
        )
    };
    let tick = |name: &str, label: &str, on: bool| {
        let checked = if on { " checked" } else { "" };
        format!(
            "<div class=\"tick\"><input id=\"{name}\" name=\"{name}\" type=\"checkbox\" value=\"true\"{checked}>\
             <label for=\"{name}\">{label}</label></div>"
        )
    };
    let body = [
        "<h1>Faults on demand</h1><p>What the sandbox should do wrong. As JSON: <code>GET</code> or <code>POST \
         /sandbox/control</code>."
            .to_owned(),
        "</p>".to_owned(),
        error,
        "<form method=\"post\" action=\"/sandbox/control\"><fieldset><legend>Webhooks</legend>".to_owned(),
        number(
            "webhook_delay_ms",
            "Delay in milliseconds",
            "Before the first attempt.",
            control.webhook_delay_ms,
            MAX_WEBHOOK_DELAY_MS,
        ),
        tick("webhook_duplicate", "Send each one twice", control.webhook_duplicate),
        tick("webhook_shuffle", "Send them out of order", control.webhook_shuffle),
        tick("webhook_drop", "Do not send them", control.webhook_drop),
        "</fieldset><fieldset><legend>Stripe's API</legend>".to_owned(),
        tick("api_down", "Answer 503 to everything", control.api_down),
        number(
            "api_fail_after_effect",
            "Fail after the effect",
            "So many POST requests take effect and are still answered 500.",
            u64::from(control.api_fail_after_effect),
            u64::from(MAX_FAILURES),
        ),
        number("api_delay_ms", "Delay in milliseconds", "Before every answer.", control.api_delay_ms, MAX_API_DELAY_MS),
        "</fieldset><button>Save</button></form>".to_owned(),
    ]
    .concat();
    html::page("Faults on demand", &body)
}
