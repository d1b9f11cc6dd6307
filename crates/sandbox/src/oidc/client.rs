//! Who asks at the token endpoint (OpenID Connect Core, 9).

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use super::{DEFAULT_CLIENT_SECRET, issuer};
use crate::app::App;

type Form = std::collections::BTreeMap<String, String>;

/// The client that proved itself, by a header, a secret in the form, or a signed assertion.
pub fn authenticate(app: &App, headers: &HeaderMap, form: &Form) -> Result<String, &'static str> {
    if let Some(basic) = headers.get(header::AUTHORIZATION) {
        let (id, secret) = basic.to_str().ok().and_then(read_basic).ok_or("the Authorization header can't be read")?;
        return by_secret(app, id, &secret);
    }
    let id = form.get("client_id").cloned().ok_or("there is no client_id")?;
    match (form.get("client_secret"), form.get("client_assertion")) {
        (Some(secret), None) => by_secret(app, id, secret),
        (None, Some(assertion)) => by_assertion(app, id, assertion, form),
        _ => Err("there is no secret and no assertion, or both"),
    }
}

fn read_basic(text: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(text.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain =
        |text: &str| form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    Some((plain(id)?, plain(secret)?))
}

fn by_secret(app: &App, id: String, secret: &str) -> Result<String, &'static str> {
    let expected = app.oidc().with(|memory| {
        memory
            .clients
            .get(&id)
            .map_or_else(|| Some(DEFAULT_CLIENT_SECRET.to_owned()), |client| client.client_secret.clone())
    });
    if expected.as_deref() == Some(secret) { Ok(id) } else { Err("the secret is wrong") }
}

fn by_assertion(app: &App, id: String, assertion: &str, form: &Form) -> Result<String, &'static str> {
    let kind = form.get("client_assertion_type").map(String::as_str);
    if kind != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return Err("the assertion's type is wrong");
    }
    let jwks = app.oidc().with(|memory| memory.clients.get(&id).and_then(|client| client.jwks.clone()));
    let claims =
        verified(assertion, &jwks.ok_or("the client has no keys")?).ok_or("the assertion's signature is wrong")?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let now = app.config().clock.now().timestamp();
    if text("iss") != Some(&id) || text("sub") != Some(&id) {
        return Err("the assertion is another client's");
    }
    if text("aud") != Some(&format!("{}/token", issuer(app))) {
        return Err("the assertion is for another address");
    }
    if number("exp").is_none_or(|at| at <= now) {
        return Err("the assertion has expired");
    }
    let jti = text("jti").ok_or("the assertion has no jti")?.to_owned();
    if app.oidc().with(|memory| memory.assertions.insert(jti)) { Ok(id) } else { Err("the assertion was used before") }
}

fn verified(token: &str, jwks: &Value) -> Option<Map<String, Value>> {
    let (input, mark) = token.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let header: Value = serde_json::from_slice(&part(header)?).ok()?;
    let kid = header.get("kid")?;
    let key = jwks.get("keys")?.as_array()?.iter().find(|key| key.get("kid") == Some(kid))?;
    let (n, e) = (part(key.get("n")?.as_str()?)?, part(key.get("e")?.as_str()?)?);
    let is_rs256 = header.get("alg").and_then(Value::as_str) == Some("RS256");
    let key = RsaPublicKeyComponents { n, e };
    let is_right = is_rs256 && key.verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &part(mark)?).is_ok();
    if is_right { serde_json::from_slice(&part(payload)?).ok() } else { None }
}
