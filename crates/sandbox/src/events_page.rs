//! Stripe's events as a developer looks at them: what was sent, how it went, and once more.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use crate::app::App;
use crate::data::Event;
use crate::html::{self, Page, escape};
use crate::stripe::render;
use crate::webhooks;

const SHOWN: usize = 500;

/// `GET /sandbox/events.json`: newest first, each with its attempts.
pub async fn json(State(app): State<App>) -> Json<Value> {
    Json(app.read(|data| data.events.newest().take(SHOWN).map(described).collect()))
}

fn described(event: &Event) -> Value {
    json!({
        "id": event.id,
        "type": event.kind,
        "created": event.created,
        "delivery": event.state,
        "attempts": event.attempts,
        "event": render::event(event),
    })
}

/// `POST /sandbox/deliver/{event}`: one attempt, now, whatever became of the others.
pub async fn deliver(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if app.read(|data| data.events.get(&id).is_none()) {
        return (StatusCode::NOT_FOUND, Json(json!({"error": "There is no such event."}))).into_response();
    }
    let result = webhooks::attempt(&app, &id).await;
    if html::wanted(&headers) {
        return Redirect::to("/sandbox/events").into_response();
    }
    match result {
        Ok(status) => Json(json!({"id": id, "delivered": true, "status": status})).into_response(),
        Err(error) => {
            (StatusCode::BAD_GATEWAY, Json(json!({"id": id, "delivered": false, "error": error}))).into_response()
        }
    }
}

/// `GET /sandbox/events`
pub async fn page(State(app): State<App>) -> Page {
    let rows: Vec<String> = app.read(|data| data.events.newest().take(100).map(row).collect());
    let table = if rows.is_empty() {
        "<p>Nothing has happened yet. Pay for something first.</p>".to_owned()
    } else {
        format!(
            "<div class=\"scroll events\"><table><thead><tr><th scope=\"col\">Event</th><th scope=\"col\">Delivery</th><th \
             scope=\"col\">Attempts</th><th scope=\"col\">Again</th></tr></thead><tbody>{}</tbody></table></div>",
            rows.concat()
        )
    };
    html::page("Events", &format!("<h1>Events</h1>{table}"))
}

fn row(event: &Event) -> String {
    let state = serde_json::to_value(event.state).ok();
    let state = state.as_ref().and_then(Value::as_str).unwrap_or_default().replace('_', " ");
    let attempts: Vec<String> = event
        .attempts
        .iter()
        .map(|attempt| {
            let result = match (attempt.status, &attempt.error) {
                (Some(status), _) => status.to_string(),
                (None, error) => error.clone().unwrap_or_default(),
            };
            format!("{} {} ({} ms)", attempt.at.format("%H:%M:%S"), escape(&result), attempt.milliseconds)
        })
        .collect();
    let id = escape(&event.id);
    format!(
        "<tr><td>{}<br><code>{id}</code></td><td>{state}</td><td>{}</td><td><form method=\"post\" \
         action=\"/sandbox/deliver/{id}\"><button class=\"quiet\" aria-label=\"Send {id} again\">Send</button></form></td></tr>",
        escape(&event.kind),
        attempts.join("<br>")
    )
}
