//! What every answer carries, how often one may ask, and which proxies the site believes.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, Response, StatusCode, header, request::Builder},
};
use chrono::TimeDelta;

use tower::ServiceExt;

use super::{Site, redis::RedisServer, text};
use crate::{serve, state::AppState};

pub(super) const HTML: &str = "text/html,application/xhtml+xml";

/// A site under https, behind a proxy at 10.0.0.1.
pub(super) async fn public_site() -> Site {
    let key = format!("{}=", "A".repeat(43));
    Site::open_with(&[
        ("GUILDHALL_BASE_URL", "https://guildhall.example"),
        ("GUILDHALL_SECRET_KEY", &key),
        ("GUILDHALL_TRUSTED_PROXIES", "10.0.0.0/8"),
        ("STRIPE_SECRET_KEY", "sk_test_x"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_x"),
        ("SENDGRID_API_KEY", "SG.x"),
    ])
    .await
}

/// As it comes from a client at this address.
pub(super) fn from(peer: &str, request: Builder) -> Request<Body> {
    let peer: SocketAddr = SocketAddr::new(peer.parse().unwrap(), 4711);
    request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap()
}

pub(super) fn get(path: &str) -> Builder {
    Request::get(path).header(header::ACCEPT, HTML)
}

pub(super) fn of<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn every_answer_says_what_may_be_done_with_it() {
    let site = public_site().await;
    for path in [
        "/",
        "/nothing",
        "/api/v1/courses",
        "/api/v1/nothing",
        "/covers/floor.svg",
        "/health",
        "/robots.txt",
        "/pkg/nothing",
    ] {
        let response = site.send(from("192.0.2.7", get(path))).await;
        for (name, expected) in [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("reporting-endpoints", "csp=\"/csp-reports\""),
        ] {
            assert_eq!(of(&response, name), expected, "{path}: {name}");
        }
        let resources = if path.starts_with("/covers/") { "cross-origin" } else { "same-origin" };
        assert_eq!(of(&response, "cross-origin-resource-policy"), resources, "{path}");
        assert!(of(&response, "permissions-policy").contains("camera=()"), "{path}");
        let policy = of(&response, "content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "'nonce-",
            "upgrade-insecure-requests",
        ] {
            assert!(policy.contains(part), "{path}: {part} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{path}");
    }
}

#[tokio::test]
async fn plain_http_promises_nothing_of_https() {
    let site = Site::open().await;
    let response = site.send(from("127.0.0.1", get("/"))).await;
    assert!(!response.headers().contains_key("strict-transport-security"));
    assert!(!of(&response, "content-security-policy").contains("upgrade-insecure-requests"));
}

#[tokio::test]
async fn who_may_keep_an_answer() {
    let site = Site::open().await;
    let cookie = site.sign_in("Ada").await;
    let private = "private, no-store";
    for (path, cookie, expected) in [
        ("/", "", "private, no-cache"),
        ("/", cookie.as_str(), private),
        ("/account", cookie.as_str(), private),
        ("/api/v1/courses", cookie.as_str(), private),
        ("/covers/floor.svg", "", "public, max-age=604800, stale-while-revalidate=2592000"),
        ("/sitemap.xml", "", "public, max-age=3600"),
    ] {
        let response = site.send(from("192.0.2.7", get(path).header(header::COOKIE, cookie))).await;
        assert_eq!(of(&response, "cache-control"), expected, "{path}");
    }
    let theme = Request::post("/theme").header("content-type", "application/x-www-form-urlencoded");
    let response = site.send(theme.body(Body::from("theme=dark")).unwrap()).await;
    assert_eq!(of(&response, "cache-control"), private);
    assert_eq!(of(&response, "set-cookie"), "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax");
}

#[tokio::test]
async fn a_request_has_an_id_and_only_a_proxy_may_name_it() {
    let site = public_site().await;
    let mine = "0192f0c1-7d5e-7b3a-9c4d-0123456789ab";
    let ask = async |peer: &str| -> String {
        let response = site.send(from(peer, get("/robots.txt").header("x-request-id", mine))).await;
        of(&response, "x-request-id").to_owned()
    };
    assert_eq!(ask("10.0.0.1").await, mine);
    let (one, other) = (ask("192.0.2.7").await, ask("192.0.2.7").await);
    assert!(one != other && one != mine);
    assert_eq!(uuid::Uuid::parse_str(&one).unwrap().get_version_num(), 7);
}

#[tokio::test]
async fn an_address_has_a_hundred_requests_a_minute() {
    let site = Site::open().await;
    let ask = async |peer: &str| site.send(from(peer, get("/api/v1/nothing"))).await;
    let first = ask("192.0.2.7").await;
    assert_eq!(first.status(), StatusCode::NOT_FOUND);
    assert_eq!(of(&first, "ratelimit-policy"), "\"address\";q=100;w=60");
    assert_eq!(of(&first, "ratelimit"), "\"address\";r=99;t=1");
    for _ in 0..99 {
        assert_eq!(ask("192.0.2.7").await.status(), StatusCode::NOT_FOUND);
    }
    let refused = ask("192.0.2.7").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!((of(&refused, "retry-after"), of(&refused, "ratelimit")), ("1", "\"address\";r=0;t=1"));
    assert_eq!(of(&refused, "content-type"), "application/problem+json");
    assert!(text(refused).await.contains("problems/too-many-requests"));
    // Others, files and health are not touched; a page says it in words.
    assert_eq!(ask("192.0.2.8").await.status(), StatusCode::NOT_FOUND);
    for path in ["/health", "/covers/floor.svg", "/robots.txt", "/api/fn/catalog/suggest?prefix=a"] {
        assert_eq!(site.send(from("192.0.2.7", Request::get(path))).await.status(), StatusCode::OK, "{path}");
    }
    let page = site.send(from("192.0.2.7", get("/courses"))).await;
    assert_eq!((page.status(), of(&page, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    let html = text(page).await;
    assert!(html.contains("<h1>Too many requests</h1>") && html.contains("Wait a second"), "{html}");
    // The quota grows back evenly.
    site.test.db.clock().advance(TimeDelta::milliseconds(600));
    assert_eq!(ask("192.0.2.7").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ask("192.0.2.7").await.status(), StatusCode::TOO_MANY_REQUESTS);
    site.test.db.clock().advance(TimeDelta::seconds(60));
    assert_eq!(of(&ask("192.0.2.7").await, "ratelimit"), "\"address\";r=99;t=1");
}

#[tokio::test]
async fn a_signed_in_person_counts_by_themselves() {
    let site = Site::open().await;
    let (ada, grace) = (site.sign_in("Ada").await, site.sign_in("Grace").await);
    let ask =
        async |cookie: &str| site.send(from("192.0.2.7", get("/api/v1/nothing").header(header::COOKIE, cookie))).await;
    for _ in 0..1_000 {
        assert_eq!(ask(&ada).await.status(), StatusCode::NOT_FOUND);
    }
    let refused = ask(&ada).await;
    assert_eq!((refused.status(), of(&refused, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "4"));
    assert_eq!(of(&refused, "ratelimit-policy"), "\"person\";q=1000;w=3600");
    // A colleague behind the same address, and a stranger there.
    assert_eq!(of(&ask(&grace).await, "ratelimit"), "\"person\";r=999;t=4");
    assert_eq!(of(&ask("").await, "ratelimit"), "\"address\";r=99;t=1");
    // A cookie that opens nothing does not count as a person.
    assert_eq!(of(&ask("guildhall=nonsense").await, "ratelimit"), "\"address\";r=98;t=1");
}

#[tokio::test]
async fn signing_in_is_limited_more_tightly() {
    let site = Site::open().await;
    let ask = async |accept: &str| {
        let request = Request::post("/api/fn/account/request-reset")
            .header(header::ACCEPT, accept)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 1))));
        site.send(Request::from_parts(parts, Body::from("email=nobody"))).await
    };
    for _ in 0..30 {
        assert_eq!(ask("application/json").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = ask("application/json").await;
    assert_eq!((refused.status(), of(&refused, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "2"));
    assert!(of(&refused, "ratelimit-policy").starts_with("\"sign-in\";q=30;w=60"));
    // The app's script reads it as the function's own error, a browser without script as a page.
    let error: guildhall_types::Error = serde_json::from_str(&text(refused).await).unwrap();
    assert_eq!(error, guildhall_types::Error::TooMany { retry_after_seconds: 2 });
    assert!(text(ask(HTML).await).await.contains("<h1>Too many requests</h1>"));
    assert_eq!(site.send(from("192.0.2.7", get("/sign-in"))).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_flood_is_stopped_even_of_files() {
    let site = Site::open().await;
    for _ in 0..3_000 {
        assert_eq!(site.send(from("192.0.2.7", Request::get("/robots.txt"))).await.status(), StatusCode::OK);
    }
    let refused = site.send(from("192.0.2.7", Request::get("/robots.txt"))).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("content-security-policy"));
    assert_eq!(site.send(from("192.0.2.7", Request::get("/health"))).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn no_node_is_ready_before_its_index_is_built() {
    let site = Site::open().await;
    let home = tempfile::tempdir().unwrap();
    let mut config = site.state.config.clone();
    config.index = home.path().join("index");
    let state = AppState::with_db(config, site.state.db.clone(), site.state.leptos.clone()).unwrap();
    let ready = async || {
        serve::router(&state).oneshot(get("/health/ready").body(Body::empty()).unwrap()).await.unwrap().status()
    };
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    guildhall_search::catch_up(&state.db, &state.index).await.unwrap();
    assert_eq!(ready().await, StatusCode::OK);
}

#[tokio::test]
async fn an_ipv6_client_has_one_quota_for_all_its_addresses() {
    let site = Site::open().await;
    for host in 1..=100 {
        let response = site.send(from(&format!("2001:db8:1:2::{host:x}"), get("/api/v1/nothing"))).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
    let same = site.send(from("2001:db8:1:2:ffff::1", get("/api/v1/nothing"))).await;
    assert_eq!(same.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = site.send(from("2001:db8:1:3::1", get("/api/v1/nothing"))).await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn limits_can_be_off() {
    let site = Site::open_with(&[("GUILDHALL_RATE_LIMITS", "off")]).await;
    for _ in 0..150 {
        let response = site.send(from("192.0.2.7", get("/api/v1/nothing"))).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(!response.headers().contains_key("ratelimit"));
    }
}

#[tokio::test]
async fn nodes_share_their_counts_in_redis() {
    let server = RedisServer::start().await;
    let nodes =
        [Site::open_with(&[("REDIS_URL", &server.url)]).await, Site::open_with(&[("REDIS_URL", &server.url)]).await];
    let ask = async |node: usize| nodes[node % 2].send(from("192.0.2.7", get("/api/v1/nothing"))).await;
    // Time passes meanwhile, and a little of the quota grows back.
    let mut asked = 0;
    while ask(asked).await.status() != StatusCode::TOO_MANY_REQUESTS {
        asked += 1;
        assert!(asked < 190, "each node counts by itself");
    }
    assert!(asked >= 100, "{asked}");
}

#[tokio::test]
async fn a_proxy_is_believed_only_when_it_is_trusted() {
    let site = public_site().await;
    let ask = async |peer: &str, client: &str| {
        let response = site.send(from(peer, get("/api/v1/nothing").header("x-forwarded-for", client))).await;
        of(&response, "ratelimit").to_owned()
    };
    assert_eq!(ask("10.0.0.1", "203.0.113.1").await, "\"address\";r=99;t=1");
    assert_eq!(ask("10.0.0.2", "1.2.3.4, 203.0.113.1").await, "\"address\";r=98;t=1");
    assert_eq!(ask("10.0.0.1", "203.0.113.2").await, "\"address\";r=99;t=1");
    // A stranger stays who they are, whatever they write.
    assert_eq!(ask("192.0.2.7", "203.0.113.3").await, "\"address\";r=99;t=1");
    assert_eq!(ask("192.0.2.7", "203.0.113.4").await, "\"address\";r=98;t=1");
}

#[tokio::test]
async fn plain_http_is_led_to_https() {
    let site = public_site().await;
    let ask = async |peer: &str, request: Builder| {
        let response = site.send(from(peer, request.header("x-forwarded-proto", "http"))).await;
        (response.status(), of(&response, "location").to_owned())
    };
    assert_eq!(
        ask("10.0.0.1", get("/courses?q=a")).await,
        (StatusCode::PERMANENT_REDIRECT, "https://guildhall.example/courses?q=a".to_owned())
    );
    assert_eq!(ask("10.0.0.1", get("/health")).await.0, StatusCode::OK);
    assert_eq!(ask("192.0.2.7", get("/robots.txt")).await.0, StatusCode::OK);
}
