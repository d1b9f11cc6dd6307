//! The page on which one chooses who to be, and what it sends.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::entity_id;
use super::forge::Forge;
use super::idp::Answer;
use super::request::{Request, Service};
use crate::app::App;
use crate::html::{self, escape};
use crate::ids;

/// A request by the redirect binding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    #[serde(rename = "SAMLRequest")]
    request: String,
    #[serde(rename = "RelayState")]
    relay_state: String,
}

/// What the page's form sends: what it answers, and who to be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Decision {
    #[serde(rename = "SAMLRequest")]
    request: String,
    #[serde(rename = "RelayState")]
    relay_state: String,
    /// A service's entity id, where there is no request.
    service: String,
    subject: String,
    email: String,
    name: String,
    groups: String,
    /// `assertion`, `response` or `both`.
    signs: String,
    encrypts: Option<String>,
    forge: Option<Forge>,
    /// How long ago the person showed who they are; now, when it is empty.
    minutes_ago: String,
    /// The browser stays signed in here.
    remember: Option<String>,
}

/// `GET /sandbox/saml/metadata`
pub async fn metadata(State(app): State<App>) -> Response {
    let text = app.saml().idp.metadata(&app.config().base_url);
    ([(header::CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response()
}

/// `GET /sandbox/saml/sso`
pub async fn ask(State(app): State<App>, headers: HeaderMap, Query(ask): Query<Ask>) -> Response {
    let Some(request) = Request::read(&ask.request) else {
        return refused("There is no request, or it can’t be read.");
    };
    match app.saml().signed_in.find(&headers).filter(|_| !request.forces) {
        // Without a word: they signed in before.
        Some(known) => {
            let decision = Decision { request: ask.request, relay_state: ask.relay_state, ..known.who };
            send(&app, &headers, &decision, known.at).await
        }
        None => form(&app, &request.issuer, &[("SAMLRequest", &ask.request), ("RelayState", &ask.relay_state)]),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begin {
    service: String,
    relay_state: String,
}

/// `GET /sandbox/saml/begin`: as a page of tiles does, for a service by its entity id.
pub async fn begin(State(app): State<App>, Query(begin): Query<Begin>) -> Response {
    form(&app, &begin.service, &[("service", &begin.service), ("RelayState", &begin.relay_state)])
}

fn refused(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, html::message("This request can't be answered", why)).into_response()
}

fn form(app: &App, service: &str, hidden: &[(&str, &str)]) -> Response {
    let hidden: String = hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    let field = |name: &str, label: &str, value: &str| {
        format!(
            "<div class=\"field\"><label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" value=\"{value}\"></div>"
        )
    };
    let chosen = app.saml().with(|memory| memory.forge);
    let options: String = Forge::ALL
        .iter()
        .map(|(forge, label)| {
            let selected = if *forge == chosen { " selected" } else { "" };
            format!("<option value=\"{}\"{selected}>{label}</option>", forge.name())
        })
        .collect();
    let body = [
        "<h1>Sign in to the sandbox’s organisation by SAML</h1><p>Choose who to be: this provider believes everything.</p>".to_owned(),
        format!("<p>For <code>{}</code></p><form method=\"post\" action=\"/sandbox/saml/sso\">{hidden}", escape(service)),
        field("email", "Email address", "robin@example.com"),
        field("name", "Name", "Robin Example"),
        field("subject", "Subject (made of the address when empty)", ""),
        field("groups", "Groups, with commas between", ""),
        field("minutes_ago", "How many minutes ago the person signed in (now when empty)", ""),
        "<div class=\"tick\"><input id=\"remember\" name=\"remember\" type=\"checkbox\" value=\"true\">\
         <label for=\"remember\">Stay signed in here</label></div>"
            .to_owned(),
        "<div class=\"field\"><label for=\"signs\">What is signed</label><select id=\"signs\" name=\"signs\">\
         <option value=\"assertion\">The assertion</option><option value=\"response\">The response</option><option value=\"both\">Both</option></select></div>\
         <div class=\"tick\"><input id=\"encrypts\" name=\"encrypts\" type=\"checkbox\" value=\"true\">\
         <label for=\"encrypts\">The assertion is encrypted</label></div>"
            .to_owned(),
        format!(
            "<div class=\"field\"><label for=\"forge\">What is wrong with the answer</label><select id=\"forge\" name=\"forge\">{options}</select></div>"
        ),
        "<div class=\"row\"><button>Sign in</button></div></form>".to_owned(),
    ]
    .concat();
    html::checkout("Sign in", &body).into_response()
}

/// `POST /sandbox/saml/sso`: a form that carries the answer on, or its fields as JSON for a program.
pub async fn decide(State(app): State<App>, headers: HeaderMap, Form(decision): Form<Decision>) -> Response {
    let minutes = decision.minutes_ago.trim().parse::<i64>().unwrap_or_default().clamp(0, 10_000);
    let signed_in_at = app.config().clock.now() - TimeDelta::minutes(minutes);
    let mut response = send(&app, &headers, &decision, signed_in_at).await;
    if decision.remember.is_some() {
        let cookie = app.saml().signed_in.keep(decision, signed_in_at);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The answer for somebody who showed who they are at that time.
async fn send(app: &App, headers: &HeaderMap, decision: &Decision, signed_in_at: DateTime<Utc>) -> Response {
    let request = Request::read(&decision.request);
    let entity = request.as_ref().map_or(decision.service.as_str(), |request| request.issuer.as_str());
    let encrypts = decision.encrypts.is_some();
    let service = if encrypts || request.is_none() { find(app, entity).await } else { None };
    let acs_url = request.as_ref().map(|request| request.acs_url.clone());
    let Some(acs_url) = acs_url.or_else(|| service.as_ref().map(|service| service.acs_url.clone())) else {
        return refused("Nothing is known of this service: its entity id should be the address of its metadata.");
    };
    let certificate = service.and_then(|service| service.certificate);
    if encrypts && certificate.is_none() {
        return refused("The service’s metadata has no certificate to encrypt for.");
    }
    let answer = Answer {
        signed_in_at,
        ..answer(app, decision, request.as_ref(), entity, &acs_url, certificate.filter(|_| encrypts))
    };
    let text = match app.saml().idp.respond(&answer) {
        Ok(text) => text,
        Err(error) => return refused(&error.to_string()),
    };
    let encoded = STANDARD.encode(text);
    if !html::wanted(headers) {
        let sent = json!({ "acs": acs_url, "SAMLResponse": encoded, "RelayState": decision.relay_state });
        return Json(sent).into_response();
    }
    let body = format!(
        "<h1>You are signed in to the sandbox</h1><form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"SAMLResponse\" value=\"{encoded}\">\
         <input type=\"hidden\" name=\"RelayState\" value=\"{}\"><div class=\"row\"><button>Go on to the service</button></div></form>",
        escape(&acs_url),
        escape(&decision.relay_state),
    );
    html::checkout("Go on", &body).into_response()
}

fn answer(
    app: &App,
    decision: &Decision,
    request: Option<&Request>,
    entity: &str,
    acs_url: &str,
    encrypt_for: Option<Vec<u8>>,
) -> Answer {
    let email = decision.email.trim();
    let subject = match decision.subject.trim() {
        "" => format!("sub-{}", email.to_lowercase()),
        subject => subject.to_owned(),
    };
    let groups = decision.groups.split(',').map(str::trim).filter(|group| !group.is_empty());
    Answer {
        issuer: entity_id(app),
        acs_url: acs_url.to_owned(),
        audience: entity.to_owned(),
        in_response_to: request.map(|request| request.id.clone()),
        now: app.config().clock.now(),
        signed_in_at: app.config().clock.now(),
        subject,
        email: email.to_owned(),
        name: decision.name.trim().to_owned(),
        groups: groups.map(ToOwned::to_owned).collect(),
        signs_response: matches!(decision.signs.as_str(), "response" | "both"),
        signs_assertion: decision.signs != "response",
        encrypt_for,
        forge: decision.forge.unwrap_or_else(|| app.saml().with(|memory| memory.forge)),
        serial: ids::token("", 20),
    }
}

/// A service that was registered, or else what its entity id leads to.
async fn find(app: &App, entity: &str) -> Option<Service> {
    if let Some(known) = app.saml().with(|memory| memory.services.get(entity).cloned()) {
        return Some(known);
    }
    let text = app.http().get(entity).send().await.ok()?.text().await.ok()?;
    Service::read(&text).filter(|service| service.entity_id == entity)
}

/// `POST /sandbox/saml/services`: a service's metadata.
pub async fn register(State(app): State<App>, metadata: String) -> Response {
    let Some(service) = Service::read(&metadata) else { return refused("This is not a service’s metadata.") };
    let told = json!({ "entity_id": service.entity_id, "acs": service.acs_url });
    app.saml().with(|memory| memory.services.insert(service.entity_id.clone(), service));
    Json(told).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    forge: Forge,
}

/// `GET /sandbox/saml/control`
pub async fn control(State(app): State<App>) -> Json<Value> {
    Json(json!({ "forge": app.saml().with(|memory| memory.forge) }))
}

/// `POST /sandbox/saml/control`: `{"forge": "expired"}` until it is set to `nothing`.
pub async fn change(State(app): State<App>, Json(change): Json<Change>) -> Json<Value> {
    app.saml().with(|memory| memory.forge = change.forge);
    control(State(app)).await
}
