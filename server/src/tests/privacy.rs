//! Privacy over HTTP: whoever has not agreed is asked, a copy goes to its person alone, and the register is everybody's to read.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use guildhall_privacy::jobs::{PrepareExport, run_export};
use http_body_util::BodyExt;

use super::{Site, edges::of};

async fn get(site: &Site, path: &str, cookie: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
    let response = site.send(request.body(Body::empty()).unwrap()).await;
    let (status, location) = (response.status(), of(&response, "location").to_owned());
    (status, location, super::text(response).await)
}

async fn post(site: &Site, function: &str, cookie: &str, body: &'static str) -> (StatusCode, String) {
    let request = Request::post(format!("/api/fn/account/{function}"))
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = site.send(request.body(Body::from(body)).unwrap()).await;
    (response.status(), of(&response, "location").to_owned())
}

#[tokio::test]
async fn whoever_has_not_agreed_is_asked_and_led_back() {
    let site = Site::open().await;
    let cookie = site.sign_in("Ada").await;
    sqlx::query("delete from consents").execute(&site.test.owner).await.unwrap();
    let (status, location, _) = get(&site, "/learn?page=2", &cookie).await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/account/agree?next=%2Flearn%3Fpage%3D2"));
    // Reading, one's own account, and nobody in particular are not stopped.
    for path in ["/courses", "/account/privacy", "/terms"] {
        assert_eq!(get(&site, path, &cookie).await.0, StatusCode::OK, "{path}");
    }
    assert!(get(&site, "/learn", "").await.1.starts_with("/sign-in"));
    let page = get(&site, "/account/agree?next=/learn", &cookie).await.2;
    assert!(page.contains("Before you go on") && page.contains("value=\"terms:1,privacy:1\""), "{page}");
    let (_, back) = post(&site, "agree", &cookie, "versions=terms%3A1%2Cprivacy%3A1&next=%2Flearn").await;
    assert!(!back.starts_with("/learn"), "not without the tick: {back}");
    let (_, back) = post(&site, "agree", &cookie, "agree=true&versions=terms%3A9&next=%2Flearn").await;
    assert!(!back.starts_with("/learn"), "not to what was never there: {back}");
    let (_, on) = post(&site, "agree", &cookie, "agree=true&versions=terms%3A1%2Cprivacy%3A1&next=%2Flearn").await;
    assert_eq!(on, "/learn");
    assert_eq!(get(&site, "/learn", &cookie).await.0, StatusCode::OK);
}

/// The answer of a server function to a program, or of the API to one that holds a token.
async fn program(site: &Site, request: axum::http::request::Builder, body: &str) -> (StatusCode, String) {
    let request = request
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = site.send(request).await;
    (response.status(), super::text(response).await)
}

#[tokio::test]
async fn without_agreeing_nothing_is_bought_and_everything_can_be_taken_along() {
    let site = Site::open().await;
    let cookie = site.sign_in("Ada").await;
    site.sql("delete from consents; update users set is_admin = true where name = 'Ada'").await;
    site.sign_in("Bob").await;
    let form = "application/x-www-form-urlencoded";
    let function = |name: &str| {
        Request::post(format!("/api/fn/{name}")).header(header::COOKIE, &cookie).header(header::CONTENT_TYPE, form)
    };
    let buy = "slug=prompting-for-policy-analysts&price=0";
    let (status, body) = program(&site, function("checkout/buy"), buy).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
    assert!(body.contains("agreement_required"), "{body}");
    let taken = "select (select count(*) from orders) + (select count(*) from enrollments)";
    let taken = async || -> i64 { sqlx::query_scalar(taken).fetch_one(&site.test.owner).await.unwrap() };
    assert_eq!(taken().await, 0);
    // A form without scripts is led to where one agrees, and back to its page.
    let request = function("checkout/buy")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, "http://localhost:3000/courses/prompting-for-policy-analysts");
    let led = site.send(request.body(Body::from(buy)).unwrap()).await;
    let back = "/account/agree?next=%2Fcourses%2Fprompting-for-policy-analysts";
    assert_eq!((led.status(), of(&led, "location")), (StatusCode::SEE_OTHER, back));
    // By the API the same holds: an admin's look at everybody is not theirs yet.
    let sign_in = r#"{"email": "ada@people.example.com", "password": "copper lantern meadow 41"}"#;
    let json = "application/json";
    let tokens = Request::post("/api/v1/auth/token").header(header::CONTENT_TYPE, json);
    let (_, body) = program(&site, tokens, sign_in).await;
    let tokens: serde_json::Value = serde_json::from_str(&body).unwrap();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let api = |path: &str| Request::get(format!("/api/v1/{path}")).header(header::AUTHORIZATION, &bearer);
    assert_eq!(program(&site, api("me"), "").await.0, StatusCode::OK);
    let seen = program(&site, api("users"), "").await.1;
    assert!(seen.contains("ada@") && !seen.contains("bob@"), "{seen}");
    let bob = format!("id={}", site.person("Bob").await);
    let (status, body) = program(&site, function("admin/end-sessions"), &bob).await;
    assert!(status == StatusCode::FORBIDDEN && body.contains("agreement_required"), "{body}");
    let export = get(&site, "/admin/audit/export?format=csv", &cookie).await;
    assert!(export.0 == StatusCode::FORBIDDEN && export.2.contains("/agree-to-terms"), "{}", export.2);

    site.sql("update users set is_admin = false where name = 'Ada'").await;
    let cookie = &cookie;
    assert_eq!(post(&site, "ask-export", cookie, "").await.1, "/account/privacy?done=export");
    assert_eq!(post(&site, "ask-erasure", cookie, "understood=true").await.1, "/account/privacy?done=erasure");
    assert_eq!(post(&site, "withdraw-erasure", cookie, "").await.1, "/account/privacy?done=kept");
    let (_, on) = post(&site, "agree", cookie, "agree=true&versions=terms%3A1%2Cprivacy%3A1&next=%2Fcourses").await;
    assert_eq!(on, "/courses");
    let (status, body) = program(&site, function("checkout/buy"), buy).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    assert_eq!(taken().await, 1, "a free course is taken at once");
}

#[tokio::test]
async fn a_copy_goes_to_its_person_alone() {
    let site = Site::open().await;
    let (ada, bob) = (site.sign_in("Ada").await, site.sign_in("Bob").await);
    assert_eq!(post(&site, "ask-export", &ada, "").await.1, "/account/privacy?done=export");
    let id: uuid::Uuid = sqlx::query_scalar("select id from person_exports").fetch_one(&site.test.owner).await.unwrap();
    let path = format!("/account/privacy/copies/{id}");
    assert_eq!(get(&site, &path, &ada).await.0, StatusCode::NOT_FOUND, "not ready");
    run_export(&site.state.db, &*site.state.files, &PrepareExport { export: id.into() }).await.unwrap();
    assert!(get(&site, "/account/privacy", &ada).await.2.contains(&path));
    let request = Request::get(&path).header(header::COOKIE, &ada).body(Body::empty()).unwrap();
    let response = site.send(request).await;
    assert_eq!(of(&response, "content-type"), "application/zip");
    assert!(of(&response, "content-disposition").starts_with("attachment; filename=\"guildhall-2027-03-03"));
    assert!(of(&response, "cache-control").contains("no-store"));
    assert!(response.into_body().collect().await.unwrap().to_bytes().starts_with(b"PK"));
    assert_eq!(get(&site, &path, &bob).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&site, &path, "").await.0, StatusCode::UNAUTHORIZED);
    assert!(!get(&site, "/account/privacy", &bob).await.2.contains(&path));
}

#[tokio::test]
async fn erasing_asks_for_proof_and_can_be_withdrawn() {
    let site = Site::open().await;
    let ada = site.sign_in("Ada").await;
    site.state.db.clock().advance(chrono::TimeDelta::minutes(11));
    let (_, location) = post(&site, "ask-erasure", &ada, "understood=true").await;
    assert!(location.starts_with("/account/confirm?next="), "{location}");
    let (_, location) =
        post(&site, "reauthenticate", &ada, "password=copper+lantern+meadow+41&next=%2Faccount%2Fprivacy%2Ferase")
            .await;
    assert_eq!(location, "/account/privacy/erase");
    let ada = site.sign_in_again("Ada").await;
    assert_eq!(post(&site, "ask-erasure", &ada, "understood=true").await.1, "/account/privacy?done=erasure");
    assert!(get(&site, "/account/privacy", &ada).await.2.contains("Your account will be erased"));
    assert_eq!(post(&site, "withdraw-erasure", &ada, "").await.1, "/account/privacy?done=kept");
    assert!(!get(&site, "/account/privacy", &ada).await.2.contains("Your account will be erased"));
}

#[tokio::test]
async fn the_register_is_everybodys_to_read() {
    let site = Site::open().await;
    let (status, _, page) = get(&site, "/privacy", "").await;
    assert_eq!(status, StatusCode::OK);
    for words in [
        "Everything that we keep",
        "Where you are signed in",
        "90 days after the session ends",
        "Version 1, since",
        "href=\"/account/privacy\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(get(&site, "/terms", "").await.2.contains("<h2>Your account</h2>"));
}
