//! Fields that no form has, and sessions that somebody else planted.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::{Site, text};

/// What somebody may hope to set along with what a form holds.
const EXTRA: &str = "&is_admin=true&admin=true&role=owner&adm=1&email_confirmed_at=2020-01-01&email_confirmed=true&suspended_at=&user_id=1\
                     &id=00000000-0000-7000-8000-000000000001&created_by=x&enabled=true&enforced=true&verified_at=2020-01-01&password_hash=x";

async fn send(site: &Site, path: &str, cookies: &str, body: &str) -> Response<Body> {
    let request = Request::post(path)
        .header(header::COOKIE, cookies)
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.send(request.body(Body::from(format!("{body}{EXTRA}"))).unwrap()).await
}

async fn one(site: &Site, sql: &str) -> Value {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select to_jsonb(t) from ({sql}) t")))
        .fetch_one(&site.test.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing() {
    let site = Site::open().await;
    let cookies = site.sign_in("Ada").await;
    let about =
        "select is_admin, email, email_confirmed_at, suspended_at, password_hash, id from users where name like 'Ada%'";
    let before = one(&site, about).await;
    assert!(send(&site, "/api/fn/account/rename", &cookies, "name=Ada+Lovelace").await.status().is_success());
    assert_eq!(one(&site, about).await, before);
    assert_eq!(one(&site, "select name from users").await, json!({ "name": "Ada Lovelace" }));

    let found = send(&site, "/api/fn/organizations/create", &cookies, "kind=enterprise&name=Acme").await;
    assert!(found.status().is_success(), "{}", found.status());
    let made = one(
        &site,
        "select o.kind, o.suspended_at, o.created_by = u.id as hers, m.role from organizations o join memberships m on m.organization_id = o.id
         join users u on u.id = m.user_id where o.slug = 'acme'",
    )
    .await;
    assert_eq!(made, json!({ "kind": "enterprise", "suspended_at": null, "hers": true, "role": "owner" }));
    let refused = send(&site, "/api/fn/organizations/create", &cookies, "kind=platform&name=Guildhall").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    // Found just now: the next request knows of it.
    let cookies = site.sign_in_again("Ada").await;
    send(&site, "/api/fn/organizations/add-domain", &cookies, "slug=acme&domain=acme.example").await;
    let domain = one(&site, "select verified_at, verified_by from organization_domains").await;
    assert_eq!(domain, json!({ "verified_at": null, "verified_by": null }));

    let sign_up = "name=Mallory&email=mallory%40people.example.com&password=violet+kettle+42+harbour&agree=true&versions=terms%3A1%2Cprivacy%3A1&next=";
    assert!(send(&site, "/api/fn/account/sign-up", "", sign_up).await.status().is_success());
    let job: String = sqlx::query_scalar(
        "select j.payload::text from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'identity_sign_up'",
    )
    .fetch_one(&site.test.owner)
    .await
    .unwrap();
    assert!(job.contains("mallory") && !job.contains("admin") && !job.contains("owner"), "{job}");
}

#[tokio::test]
async fn a_body_of_the_api_gives_no_rights_either() {
    let site = Site::open().await;
    site.sign_in("Ada").await;
    let body = json!({ "email": "ada@people.example.com", "password": "copper lantern meadow 41", "is_admin": true, "adm": true,
        "organizations": ["00000000-0000-7000-8000-000000000001"], "amr": ["mfa"] });
    let request = Request::post("/api/v1/auth/token").header(header::CONTENT_TYPE, "application/json");
    let answer = text(site.send(request.body(Body::from(body.to_string())).unwrap()).await).await;
    let token = serde_json::from_str::<Value>(&answer).unwrap()["access_token"].as_str().unwrap().to_owned();
    let request = Request::get("/api/v1/me").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let me: Value = serde_json::from_str(&text(site.send(request.body(Body::empty()).unwrap()).await).await).unwrap();
    assert_eq!((&me["is_admin"], &me["organizations"], &me["methods"]), (&json!(false), &json!([]), &json!(["pwd"])));
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_the_one_that_is_signed_in() {
    let site = Site::open().await;
    let planted = site.sign_in("Mallory").await;
    site.sign_in("Ada").await;
    // Ada signs in with a browser that holds Mallory's cookies, and some that nobody issued.
    let body = "email=ada%40people.example.com&password=copper+lantern+meadow+41";
    for jar in [planted.clone(), "guildhall-access=chosen; guildhall-refresh=chosen; session=chosen".to_owned()] {
        let response = send(&site, "/api/fn/account/sign-in", &jar, body).await;
        let mine: Vec<String> = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect();
        assert!(mine.iter().any(|cookie| cookie.starts_with("guildhall-refresh=")), "{mine:?}");
        let kept = |cookie: &String| !cookie.ends_with('=') && jar.contains(cookie.as_str());
        assert!(!mine.iter().any(kept), "nothing of what was there goes on: {mine:?}");
    }
    let request = Request::get("/api/v1/me").header(header::COOKIE, &planted).body(Body::empty()).unwrap();
    let who = text(site.send(request).await).await;
    assert!(!who.contains("Ada"), "{who}");
}
