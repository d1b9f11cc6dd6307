//! The OpenID Connect provider checks what a provider checks.

use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Sandbox, body};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "http://localhost:3000/sso/callback";

fn request<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("response_type", "code"),
        ("client_id", "guildhall"),
        ("redirect_uri", BACK),
        ("scope", "openid email"),
        ("state", "s-1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("email", "robin@example.com"),
        ("answer", "allow"),
    ];
    for pair in more {
        form.retain(|(name, _)| *name != pair.0);
        form.push(*pair);
    }
    form
}

async fn authorize(sandbox: &Sandbox, more: &[(&str, &str)]) -> Response {
    sandbox.http.post(format!("{}/sandbox/oidc/authorize", sandbox.base)).form(&request(more)).send().await.unwrap()
}

/// What is in the address that the browser is sent back to.
async fn came_back(sandbox: &Sandbox, more: &[(&str, &str)]) -> Value {
    let answer = authorize(sandbox, more).await;
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    let query = location.strip_prefix(BACK).unwrap().strip_prefix('?').unwrap();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    pairs.into_iter().map(|(name, value)| (name, json!(value))).collect()
}

async fn exchange(sandbox: &Sandbox, code: &Value, more: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "guildhall"),
        ("client_secret", "sandbox-secret"),
        ("code", code.as_str().unwrap()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    for pair in more {
        form.retain(|(name, _)| *name != pair.0);
        form.push(*pair);
    }
    sandbox.http.post(format!("{}/sandbox/oidc/token", sandbox.base)).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn a_code_is_good_once_for_its_own_client_and_verifier() {
    let sandbox = Sandbox::start().await;
    let back = came_back(&sandbox, &[]).await;
    assert_eq!((&back["state"], &back["iss"]), (&json!("s-1"), &json!(format!("{}/sandbox/oidc", sandbox.base))));
    let tokens = body(exchange(&sandbox, &back["code"], &[]).await, 200).await;
    assert_eq!(tokens["id_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(body(exchange(&sandbox, &back["code"], &[]).await, 400).await["error"], "invalid_grant");
    let userinfo = sandbox.http.get(format!("{}/sandbox/oidc/userinfo", sandbox.base));
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(body(userinfo.bearer_auth(access).send().await.unwrap(), 200).await["email"], "robin@example.com");
    for (more, status, error) in [
        (("code_verifier", "another"), 400, "invalid_grant"),
        (("redirect_uri", "http://localhost:3000/elsewhere"), 400, "invalid_grant"),
        (("client_secret", "wrong"), 401, "invalid_client"),
        (("grant_type", "password"), 400, "unsupported_grant_type"),
    ] {
        let code = came_back(&sandbox, &[]).await["code"].clone();
        assert_eq!(body(exchange(&sandbox, &code, &[more]).await, status).await["error"], error, "{more:?}");
    }
}

#[tokio::test]
async fn requests_that_lack_something_come_back_with_an_error() {
    let sandbox = Sandbox::start().await;
    for (more, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("nonce", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("answer", "deny"), "access_denied"),
    ] {
        assert_eq!(came_back(&sandbox, &[more]).await["error"], error, "{more:?}");
    }
    let client = json!({ "client_id": "guildhall", "redirect_uris": ["https://guildhall.example/sso/callback"] });
    let registered = sandbox.http.post(format!("{}/sandbox/oidc/clients", sandbox.base)).json(&client);
    assert_eq!(registered.send().await.unwrap().status(), 200);
    assert_eq!(authorize(&sandbox, &[]).await.status(), 400, "never to an address that is not registered");
}

/// The way to the page, in a browser with these cookies.
async fn visit(sandbox: &Sandbox, cookie: &str, more: &[(&str, &str)]) -> Response {
    let url = format!("{}/sandbox/oidc/authorize", sandbox.base);
    sandbox.http.get(url).query(&request(more)).header("cookie", cookie).send().await.unwrap()
}

fn auth_time(tokens: &Value) -> i64 {
    use base64::Engine;
    let claims = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn who_stays_signed_in_is_asked_again_only_when_it_is_told_to() {
    let sandbox = Sandbox::start().await;
    let first = authorize(&sandbox, &[("remember", "true")]).await;
    let cookie = first.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("sandbox-oidc="), "{cookie}");
    let back = |answer: &Response| {
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let (_, query) = location.split_once('?').unwrap();
        serde_urlencoded::from_str::<std::collections::BTreeMap<String, String>>(query).unwrap()
    };
    let code = json!(back(&first)["code"]);
    let since = auth_time(&body(exchange(&sandbox, &code, &[]).await, 200).await);
    for silent in [&[][..], &[("max_age", "3600")], &[("prompt", "none")]] {
        let answer = visit(&sandbox, &cookie, silent).await;
        assert_eq!(answer.status(), 303, "{silent:?}");
        let code = json!(back(&answer)["code"]);
        assert_eq!(auth_time(&body(exchange(&sandbox, &code, &[]).await, 200).await), since, "of then: {silent:?}");
    }
    for asked in [&[("prompt", "login")][..], &[("max_age", "0")], &[("prompt", "login"), ("max_age", "3600")]] {
        let answer = visit(&sandbox, &cookie, asked).await;
        assert_eq!(answer.status(), 200, "{asked:?}");
        assert!(answer.text().await.unwrap().contains("Choose who to be"), "{asked:?}");
    }
    assert_eq!(visit(&sandbox, "", &[]).await.status(), 200);
    assert_eq!(back(&visit(&sandbox, "sandbox-oidc=x", &[("prompt", "none")]).await)["error"], "login_required");
}
