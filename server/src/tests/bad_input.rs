//! What should not be sent, and what comes back.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{Site, text};

#[tokio::test]
async fn odd_addresses_show_something() {
    let site = Site::open().await;
    let long = format!("/courses?q={}", "a".repeat(10_000));
    for path in [
        long.as_str(),
        "/courses?page=1000000000",
        "/courses?page=-1&sort=%00&level=%ff%fe&category=';drop table courses;--",
        "/courses?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/courses?q=%22%22%22((((&price=x&price=free,free,free",
    ] {
        let path = path.replace(' ', "%20");
        let (status, body) = site.get(&path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.contains("</html>") && !body.contains("<script>alert"), "{path}");
    }
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let site = Site::open().await;
    for path in [
        "/courses/nothing",
        "/courses/prompting-for-policy-analysts/preview/00000000-0000-7000-8000-000000000000",
        "/providers/nothing",
        "/nothing",
        "/covers/nothing.svg",
        "/covers/00000000-0000-7000-8000-000000000000.svg",
        "/learn/x/files/y",
    ] {
        let (status, body) = site.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
    }
}

#[tokio::test]
async fn a_draft_is_not_there() {
    let site = Site::open().await;
    sqlx::query(
        "update courses set state = 'archived', published_at = null where slug = 'prompting-for-policy-analysts'",
    )
    .execute(&site.test.owner)
    .await
    .unwrap();
    for path in ["/courses/prompting-for-policy-analysts", "/api/v1/courses/prompting-for-policy-analysts"] {
        assert_eq!(site.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    // The index has not heard of it yet; the database has the last word.
    let (_, body) = site.get("/courses?q=prompting").await;
    assert!(!body.contains("/courses/prompting-for-policy-analysts"));
}

#[tokio::test]
async fn another_sites_form_is_refused() {
    let site = Site::open().await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let request = Request::post("/api/fn/account/sign-in")
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("email=a&password=b"))
            .unwrap();
        assert_eq!(site.send(request).await.status(), StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn a_forged_webhook_is_refused_and_a_huge_one_too() {
    let site = Site::open().await;
    let send = |signature: &'static str, body: Vec<u8>| {
        site.send(
            Request::post("/webhooks/stripe").header("stripe-signature", signature).body(Body::from(body)).unwrap(),
        )
    };
    for signature in ["", "t=1,v1=00", "v1=", "t=99999999999999999999,v1=zz", "nonsense"] {
        let response = send(signature, b"{\"id\":\"evt_1\",\"type\":\"x\"}".to_vec()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{signature}");
        assert!(text(response).await.contains("problems/bad-request"));
    }
    assert_eq!(send("t=1,v1=00", vec![b' '; 2 * 1024 * 1024]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let stored: i64 =
        sqlx::query_scalar("select count(*) from payment_events").fetch_one(&site.test.owner).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn public_files_are_there() {
    let site = Site::open().await;
    let (status, sitemap) = site.get("/sitemap.xml").await;
    assert_eq!(status, StatusCode::OK);
    assert!(sitemap.contains("/courses/evaluate-a-model-before-you-buy-it</loc>"));
    for path in [
        "/robots.txt",
        "/.well-known/security.txt",
        "/health",
        "/health/live",
        "/health/ready",
        "/covers/floor.svg",
        "/api/docs",
    ] {
        assert_eq!(site.get(path).await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_plainly() {
    let site = Site::open().await;
    let name = site.test.owner_url.rsplit('/').next().unwrap().to_owned();
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()",
    )
    .bind(&name)
    .fetch_all(&site.test.owner)
    .await
    .unwrap();
    sqlx::query("select 1").execute(&site.test.owner).await.ok();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("alter database {name} allow_connections false")))
        .execute(&site.test.owner)
        .await
        .ok();
    site.test.owner.close().await;
    let (status, body) = site.get("/api/v1/courses/prompting-for-policy-analysts").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert!(body.contains("Nothing was lost") && !body.to_lowercase().contains("postgres"), "{body}");
}
