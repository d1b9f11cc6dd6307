//! The audit trail's page and export, over HTTP.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use super::{Site, text};

/// Somebody who is signed in: their cookies.
async fn signed_in(site: &Site, name: &str, is_admin: bool) -> String {
    let cookies = site.sign_in(name).await;
    sqlx::query("update users set is_admin = $2 where name = $1")
        .bind(name)
        .bind(is_admin)
        .execute(&site.test.owner)
        .await
        .unwrap();
    cookies
}

async fn get(site: &Site, path: &str, cookie: &str) -> (StatusCode, String) {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = site.send(request).await;
    let status = response.status();
    (status, text(response).await)
}

#[tokio::test]
async fn the_trail_is_for_admins_alone() {
    let site = Site::open().await;
    let learner = signed_in(&site, "Ada", false).await;
    for path in ["/admin/audit/export?format=csv", "/api/fn/admin/audit"] {
        assert_eq!(get(&site, path, "").await.0, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(get(&site, path, &learner).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(get(&site, "/admin/audit", "").await.0, StatusCode::SEE_OTHER);
    assert_eq!(get(&site, "/admin/audit", &learner).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_admin_searches_and_exports() {
    let site = Site::open().await;
    let admin = signed_in(&site, "Grace", true).await;
    let out = Request::post("/sign-out")
        .header(header::COOKIE, signed_in(&site, "Ada", false).await)
        .header(header::ORIGIN, "http://localhost:3000")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.send(out).await.status(), StatusCode::SEE_OTHER);

    let (status, page) = get(&site, "/admin/audit?action=user.&actor=ada%40people.example.com", &admin).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("user.signed_out") && page.contains("Ada"), "{page}");
    assert!(page.contains("actor=ada%40people.example.com&amp;action=user.&amp;format=csv"), "{page}");
    // Told once, with where it came from, although the page is rendered in a task of its own.
    let (status, lines) = get(&site, "/admin/audit/export?format=jsonl", &admin).await;
    assert_eq!(status, StatusCode::OK);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = lines.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["audit.searched", "user.signed_out", "user.signed_in", "signing_key.made", "user.signed_in"]);
    assert!(lines.iter().all(|line| line["request_id"].is_string()), "{lines:?}");

    let (status, csv) = get(&site, "/admin/audit/export?format=csv&action=user.", &admin).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert_eq!(get(&site, "/admin/audit/export?format=xml", &admin).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&site, "/admin/audit/export?format=csv&from=x", &admin).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, page) = get(&site, "/admin/audit?from=x", &admin).await;
    assert!(page.contains("Enter a day like"), "{status} {page}");
}
