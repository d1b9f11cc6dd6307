//! The page on which one chooses who to be.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::forge::Forge;
use super::issuer;
use super::state::Grant;
use crate::app::App;
use crate::html::{self, escape};
use crate::ids;

/// An authorization request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    login_hint: Option<String>,
    prompt: Option<String>,
    max_age: Option<String>,
    vtr: Option<String>,
}

/// What the page's form sends: the request again, and who to be.
#[derive(Debug, Deserialize)]
pub struct Decision {
    #[serde(flatten)]
    ask: Ask,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    email_verified: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    groups: String,
    #[serde(default)]
    tid: String,
    #[serde(default)]
    forge: Option<Forge>,
    /// The browser stays signed in here.
    #[serde(default)]
    remember: Option<String>,
    #[serde(default)]
    answer: String,
}

/// Refuses what must not be sent back: to whom is not known.
fn refuse(app: &App, ask: &Ask) -> Option<&'static str> {
    let registered = app.oidc().with(|memory| memory.clients.get(&ask.client_id).cloned());
    if ask.client_id.is_empty() {
        return Some("There is no client_id.");
    }
    let known = match registered.filter(|client| !client.redirect_uris.is_empty()) {
        Some(client) => client.redirect_uris.contains(&ask.redirect_uri),
        None => ask.redirect_uri.starts_with("http://") || ask.redirect_uri.starts_with("https://"),
    };
    if known { None } else { Some("This redirect_uri is not registered for the client.") }
}

/// What is wrong with a request that can be answered.
fn fault(ask: &Ask) -> Option<&'static str> {
    if ask.response_type != "code" {
        Some("unsupported_response_type")
    } else if !ask.scope.split_whitespace().any(|scope| scope == "openid") {
        Some("invalid_scope")
    } else if ask.state.is_empty()
        || ask.nonce.as_deref().unwrap_or_default().is_empty()
        || ask.code_challenge.is_none()
        || ask.code_challenge_method.as_deref() != Some("S256")
    {
        Some("invalid_request")
    } else {
        None
    }
}

fn back(app: &App, ask: &Ask, pairs: &[(&str, &str)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("state", &ask.state).append_pair("iss", &issuer(app)).extend_pairs(pairs);
    let separator = if ask.redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{}{separator}{}", ask.redirect_uri, query.finish());
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Whether somebody who signed in then must be asked again (OpenID Connect Core, 3.1.2.1).
fn must_ask(ask: &Ask, signed_in_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let asked_to = ask.prompt.as_deref().is_some_and(|prompt| prompt.split_whitespace().any(|word| word == "login"));
    let max_age = ask.max_age.as_deref().and_then(|age| age.parse::<i64>().ok());
    asked_to || max_age.is_some_and(|seconds| (now - signed_in_at).num_seconds() >= seconds)
}

/// `GET /authorize`
pub async fn page(State(app): State<App>, headers: HeaderMap, Query(ask): Query<Ask>) -> Response {
    if let Some(why) = refuse(&app, &ask) {
        return (StatusCode::BAD_REQUEST, html::message("This request can't be answered", why)).into_response();
    }
    if let Some(error) = fault(&ask) {
        return back(&app, &ask, &[("error", error)]);
    }
    let known = app.oidc().signed_in.find(&headers);
    let known = known.filter(|known| !must_ask(&ask, known.at, app.config().clock.now()));
    match known {
        // Without a word: they signed in before.
        Some(known) => allow(&app, &ask, Forge::default(), known.who, known.at),
        None if ask.prompt.as_deref() == Some("none") => back(&app, &ask, &[("error", "login_required")]),
        None => form(&ask).into_response(),
    }
}

/// Back with a code for these claims of somebody who signed in then.
fn allow(app: &App, ask: &Ask, forge: Forge, mut claims: Map<String, Value>, signed_in_at: DateTime<Utc>) -> Response {
    claims.insert("auth_time".to_owned(), json!(signed_in_at.timestamp()));
    let code = ids::token("code_", 32);
    let grant = Grant {
        client_id: ask.client_id.clone(),
        redirect_uri: ask.redirect_uri.clone(),
        nonce: ask.nonce.clone(),
        challenge: ask.code_challenge.clone(),
        one_login: ask.vtr.is_some(),
        claims,
        forge,
        expires_at: app.config().clock.now() + TimeDelta::minutes(1),
    };
    app.oidc().with(|memory| memory.codes.insert(code.clone(), grant));
    back(app, ask, &[("code", &code)])
}

fn form(ask: &Ask) -> html::Page {
    let hidden = |name: &str, value: Option<&str>| {
        value.map_or_else(String::new, |value| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        })
    };
    let field = |name: &str, label: &str, value: &str| {
        format!(
            "<div class=\"field\"><label for=\"{name}\">{label}</label><input id=\"{name}\" name=\"{name}\" value=\"{}\"></div>",
            escape(value)
        )
    };
    let options: String =
        Forge::ALL.iter().map(|(value, label)| format!("<option value=\"{value}\">{label}</option>")).collect();
    let body = [
        "<h1>Sign in to the sandbox’s organisation</h1><p>Choose who to be: this provider believes everything.</p>".to_owned(),
        "<form method=\"post\" action=\"/sandbox/oidc/authorize\">".to_owned(),
        hidden("response_type", Some(&ask.response_type)),
        hidden("client_id", Some(&ask.client_id)),
        hidden("redirect_uri", Some(&ask.redirect_uri)),
        hidden("scope", Some(&ask.scope)),
        hidden("state", Some(&ask.state)),
        hidden("nonce", ask.nonce.as_deref()),
        hidden("code_challenge", ask.code_challenge.as_deref()),
        hidden("code_challenge_method", ask.code_challenge_method.as_deref()),
        hidden("vtr", ask.vtr.as_deref()),
        field("email", "Email address", ask.login_hint.as_deref().unwrap_or("robin@example.com")),
        field("name", "Name", "Robin Example"),
        field("subject", "Subject (made of the address when empty)", ""),
        field("groups", "Groups, with commas between", ""),
        field("tid", "Tenant", ""),
        "<div class=\"tick\"><input id=\"email_verified\" name=\"email_verified\" type=\"checkbox\" value=\"true\" checked>\
         <label for=\"email_verified\">The address is verified</label></div>"
            .to_owned(),
        "<div class=\"tick\"><input id=\"remember\" name=\"remember\" type=\"checkbox\" value=\"true\">\
         <label for=\"remember\">Stay signed in here</label></div>"
            .to_owned(),
        format!(
            "<div class=\"field\"><label for=\"forge\">What is wrong with the token</label><select id=\"forge\" name=\"forge\">{options}</select></div>"
        ),
        "<div class=\"row\"><button name=\"answer\" value=\"allow\">Sign in</button>\
         <button class=\"quiet\" name=\"answer\" value=\"deny\">Refuse</button></div></form>"
            .to_owned(),
    ]
    .concat();
    html::checkout("Sign in", &body)
}

/// `POST /authorize`
pub async fn decide(State(app): State<App>, Form(decision): Form<Decision>) -> Response {
    let ask = decision.ask.clone();
    if let Some(why) = refuse(&app, &ask) {
        return (StatusCode::BAD_REQUEST, html::message("This request can't be answered", why)).into_response();
    }
    if let Some(error) = fault(&ask) {
        return back(&app, &ask, &[("error", error)]);
    }
    if decision.answer == "deny" {
        return back(&app, &ask, &[("error", "access_denied")]);
    }
    let (claims, now) = (claims(&decision), app.config().clock.now());
    let cookie = decision.remember.is_some().then(|| app.oidc().signed_in.keep(claims.clone(), now));
    let mut response = allow(&app, &ask, decision.forge.unwrap_or_default(), claims, now);
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What the provider says of the person.
fn claims(decision: &Decision) -> Map<String, Value> {
    let email = decision.email.trim();
    let subject = match decision.subject.trim() {
        "" => format!("sub-{}", email.to_lowercase()),
        subject => subject.to_owned(),
    };
    let groups: Vec<&str> = decision.groups.split(',').map(str::trim).filter(|group| !group.is_empty()).collect();
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(subject));
    claims.insert("sid".to_owned(), json!(ids::token("sid_", 16)));
    claims.insert("name".to_owned(), json!(decision.name.trim()));
    claims.insert("email".to_owned(), json!(email));
    claims.insert("email_verified".to_owned(), json!(decision.email_verified.is_some()));
    if !groups.is_empty() {
        claims.insert("groups".to_owned(), json!(groups));
    }
    if !decision.tid.trim().is_empty() {
        claims.insert("tid".to_owned(), json!(decision.tid.trim()));
    }
    claims
}
