//! Tokens as browsers and programs hold them.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use chrono::TimeDelta;
use guildhall_identity::Passwords;
use guildhall_types::UserId;
use serde_json::{Value, json};

use super::{Site, text};

const PASSWORD: &str = "violet kettle 42 harbour";

async fn person(site: &Site) {
    let db = &site.test.db;
    let hash = Passwords::with_cost(db.chance(), 64, 1).unwrap().hash(PASSWORD).await.unwrap();
    sqlx::query(
        "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at)
         values ($1, 'ada@example.com', 'Ada Lovelace', $2, now(), now(), now())",
    )
    .bind(db.id::<UserId>().0)
    .bind(hash)
    .execute(&site.test.owner)
    .await
    .unwrap();
}

async fn post(site: &Site, path: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = site.send(request).await;
    let status = response.status();
    (status, serde_json::from_str(&text(response).await).unwrap())
}

async fn tokens(site: &Site) -> Value {
    let (status, answer) =
        post(site, "/api/v1/auth/token", &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

async fn with(site: &Site, path: &str, name: header::HeaderName, value: String) -> Response<Body> {
    site.send(Request::get(path).header(name, value).body(Body::empty()).unwrap()).await
}

async fn me(site: &Site, token: &str) -> Response<Body> {
    with(site, "/api/v1/me", header::AUTHORIZATION, format!("Bearer {token}")).await
}

fn cookies(response: &Response<Body>) -> Vec<String> {
    response.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_program_signs_in_refreshes_and_knows_who_it_is() {
    let site = Site::open().await;
    person(&site).await;
    let first = tokens(&site).await;
    assert_eq!((first["token_type"].as_str(), first["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
    let response = me(&site, first["access_token"].as_str().unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let who: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!((who["name"].as_str(), who["methods"][0].as_str()), (Some("Ada Lovelace"), Some("pwd")));

    let (status, second) = post(&site, "/api/v1/auth/refresh", &json!({"refresh_token": first["refresh_token"]})).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    site.test.db.clock().advance(TimeDelta::seconds(31));
    let (status, problem) =
        post(&site, "/api/v1/auth/refresh", &json!({"refresh_token": first["refresh_token"]})).await;
    assert_eq!((status, problem["status"].as_i64()), (StatusCode::UNAUTHORIZED, Some(401)));
    // The reuse ended the session: its tokens hold no longer, access or refresh.
    let response = me(&site, second["access_token"].as_str().unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer"));
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn wrong_credentials_and_bodies_are_problems() {
    let site = Site::open().await;
    person(&site).await;
    let sign_in = "/api/v1/auth/token";
    let (status, wrong) = post(&site, sign_in, &json!({"email": "ada@example.com", "password": "x"})).await;
    let (_, unknown) = post(&site, sign_in, &json!({"email": "nobody@example.com", "password": "x"})).await;
    assert_eq!((status, &wrong), (StatusCode::UNAUTHORIZED, &unknown));
    let (status, _) = post(&site, sign_in, &json!({"email": "nobody", "password": "x"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for body in [json!({}), json!([]), json!({"email": 1, "password": null})] {
        assert_eq!(post(&site, sign_in, &body).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
    for token in ["", "abc", "é"] {
        let (status, _) = post(&site, "/api/v1/auth/refresh", &json!({"refresh_token": token})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    for _ in 0..10 {
        post(&site, sign_in, &json!({"email": "ada@example.com", "password": "x"})).await;
    }
    let (status, problem) = post(&site, sign_in, &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{problem}");
}

#[tokio::test]
async fn bad_bearers_are_refused_whatever_the_cookies_say() {
    let site = Site::open().await;
    person(&site).await;
    let pair = tokens(&site).await;
    let cookie = format!("guildhall-access={}", pair["access_token"].as_str().unwrap());
    for value in ["Bearer ", "Bearer x.y.z", "Basic YTpi", "nonsense", "bearer eyJhbGciOiJub25lIn0.e30."] {
        let request = Request::get("/api/v1/me")
            .header(header::AUTHORIZATION, value)
            .header(header::COOKIE, &cookie)
            .body(Body::empty())
            .unwrap();
        assert_eq!(site.send(request).await.status(), StatusCode::UNAUTHORIZED, "{value}");
    }
    assert_eq!(site.get("/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(with(&site, "/api/v1/me", header::COOKIE, cookie).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_with_a_stale_access_token_comes_at_once_with_new_cookies() {
    let site = Site::open().await;
    person(&site).await;
    let pair = tokens(&site).await;
    let jar = format!(
        "guildhall-access={}; guildhall-refresh={}",
        pair["access_token"].as_str().unwrap(),
        pair["refresh_token"].as_str().unwrap()
    );
    let fresh = with(&site, "/account/sessions", header::COOKIE, jar.clone()).await;
    assert_eq!((fresh.status(), cookies(&fresh).len()), (StatusCode::OK, 0));
    site.test.db.clock().advance(TimeDelta::minutes(16));
    // Two at once, as of two tabs.
    let (one, two) = tokio::join!(
        with(&site, "/account/sessions", header::COOKIE, jar.clone()),
        with(&site, "/account", header::COOKIE, jar.clone())
    );
    let (one_s, two_s) = (cookies(&one), cookies(&two));
    assert_eq!((one.status(), two.status()), (StatusCode::OK, StatusCode::OK));
    assert_eq!(one.headers()[header::CACHE_CONTROL], "private, no-store");
    assert!(one_s[0].starts_with("guildhall-access=ey") && one_s[0].contains("HttpOnly; SameSite=Lax"));
    assert_eq!(one_s[1], two_s[1], "one successor");
    assert!(text(one).await.contains("This device"));

    // Signing out at that moment has the last word.
    let request = Request::post("/sign-out").header(header::COOKIE, &jar).body(Body::empty()).unwrap();
    let out = site.send(request).await;
    assert_eq!(cookies(&out).len(), 2);
    assert!(cookies(&out).iter().all(|cookie| cookie.contains("Max-Age=0")), "{:?}", cookies(&out));
    let after = with(&site, "/account", header::COOKIE, jar).await;
    assert_eq!(after.status(), StatusCode::SEE_OTHER);
    assert!(cookies(&after).iter().all(|cookie| cookie.contains("Max-Age=0")), "what is good for nothing goes");
}

#[tokio::test]
async fn mangled_cookies_are_nobody() {
    let site = Site::open().await;
    for jar in [
        "guildhall-access=x; guildhall-refresh=y".to_owned(),
        format!("guildhall-access={}", "a".repeat(5_000)),
        "guildhall-refresh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        "__Host-guildhall-access=x; guildhall=old".to_owned(),
    ] {
        let response = with(&site, "/sign-in", header::COOKIE, jar).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn confirming_again_goes_on_to_own_paths_alone() {
    let site = Site::open().await;
    person(&site).await;
    let pair = tokens(&site).await;
    let jar = format!("guildhall-access={}", pair["access_token"].as_str().unwrap());
    for (next, leads_to) in
        [("/learn", "/learn"), ("https%3A%2F%2Fevil.test", "/account"), ("%2F%2Fevil.test", "/account")]
    {
        let request = Request::post("/api/fn/account/reauthenticate")
            .header(header::COOKIE, &jar)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("password={}&next={next}", PASSWORD.replace(' ', "+"))))
            .unwrap();
        let response = site.send(request).await;
        assert_eq!(response.headers()[header::LOCATION], leads_to);
        assert!(cookies(&response)[0].starts_with("guildhall-access=ey"));
    }
    let response = site.get("/account/confirm?next=/learn").await;
    assert_eq!(response.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_public_keys_are_published_and_nothing_private() {
    let site = Site::open().await;
    let (status, body) = site.get("/.well-known/jwks.json").await;
    assert_eq!(status, StatusCode::OK);
    let jwks: Value = serde_json::from_str(&body).unwrap();
    let mut names: Vec<&str> = jwks["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(jwks["keys"][0]["alg"], "RS256");
}
