//! What other sites' pages, links and bodies can do here: nothing.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{
    Site,
    edges::{HTML, from, get, of, public_site},
};

#[tokio::test]
async fn other_sites_forms_are_refused_and_programs_are_not() {
    let site = public_site().await;
    let send = async |pairs: &[(&str, &str)]| {
        let mut request = Request::post("/api/fn/account/request-reset")
            .header(header::HOST, "guildhall.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        site.send(request.body(Body::from("email=nobody")).unwrap()).await
    };
    for refused in [
        &[("origin", "null")][..],
        &[("origin", "https://evil.test")],
        &[("origin", "https://guildhall.example.evil.test")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://guildhall.example")],
        &[("referer", "https://evil.test/")],
        // What a stranger claims of the host changes nothing.
        &[("origin", "https://evil.test"), ("x-forwarded-host", "evil.test")],
    ] {
        assert_eq!(send(refused).await.status(), StatusCode::FORBIDDEN, "{refused:?}");
    }
    for allowed in [
        &[("origin", "https://guildhall.example")][..],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("referer", "https://guildhall.example/sign-in")],
        &[],
        &[("origin", "https://elsewhere.test"), ("authorization", "Bearer abc")],
    ] {
        assert_eq!(send(allowed).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{allowed:?}");
    }
}

#[tokio::test]
async fn a_bearer_token_shuts_the_cookie_out() {
    let site = Site::open().await;
    let cookie = site.sign_in("Ada").await;
    let send = async |authorization: Option<&str>| {
        let mut request = Request::post("/api/fn/account/end-other-sessions")
            .header(header::COOKIE, &cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        site.send(request.body(Body::empty()).unwrap()).await.status()
    };
    assert_eq!(send(Some("Bearer nonsense")).await, StatusCode::UNAUTHORIZED);
    assert_ne!(send(None).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let site = Site::open().await;
    let cookie = site.sign_in("Ada").await;
    for next in [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/%09/evil.test",
        "/x%0d%0aset-cookie:a=b",
        "/..//evil.test",
    ] {
        let response =
            site.send(from("192.0.2.7", get(&format!("/sign-in?next={next}")).header(header::COOKIE, &cookie))).await;
        let location = of(&response, "location");
        assert!(guildhall_kernel::next_path(location).is_some() && !location.contains("evil"), "{next}: {location}");
    }
    // A plain form is sent back to where it stood, unless that is not ours.
    for (referer, expected) in [
        ("https://evil.test/sign-in", "/"),
        ("http://localhost:3000/forgotten-password", "http://localhost:3000/forgotten-password?"),
    ] {
        let request = Request::post("/api/fn/account/request-reset")
            .header(header::ACCEPT, HTML)
            .header(header::REFERER, referer)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = site.send(request.body(Body::from("email=nobody")).unwrap()).await;
        assert!(of(&response, "location").starts_with(expected), "{referer}: {}", of(&response, "location"));
    }
}

#[tokio::test]
async fn a_body_is_bounded_on_every_route() {
    let site = Site::open().await;
    for (path, limit) in [
        ("/theme", 256 * 1024),
        ("/sign-out", 256 * 1024),
        ("/api/fn/account/sign-in", 256 * 1024),
        ("/api/v1/courses", 256 * 1024),
        ("/courses", 256 * 1024),
        ("/nothing", 256 * 1024),
        ("/csp-reports", 16 * 1024),
        ("/webhooks/stripe", 1024 * 1024),
        ("/sandbox/outbox", 1024 * 1024),
    ] {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_LENGTH, (limit + 1).to_string())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let status = site.send(request.body(Body::from(vec![b'a'; limit + 1])).unwrap()).await.status();
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn browsers_may_report_what_was_stopped() {
    let site = Site::open().await;
    let send = async |body: &'static str| {
        let request = Request::post("/csp-reports").header(header::CONTENT_TYPE, "application/csp-report");
        site.send(request.header("sec-fetch-site", "cross-site").body(Body::from(body)).unwrap()).await.status()
    };
    assert_eq!(
        send("{\"csp-report\":{\"document-uri\":\"https://a.test\",\"blocked-uri\":\"x\"}}").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(send("nonsense").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_link_puts_no_words_on_our_pages() {
    let site = Site::open().await;
    let request = Request::post("/api/fn/account/request-reset")
        .header(header::ACCEPT, HTML)
        .header(header::REFERER, "http://localhost:3000/forgotten-password")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = site.send(request.body(Body::from("email=nobody")).unwrap()).await;
    let back = of(&response, "location").strip_prefix("http://localhost:3000").unwrap().to_owned();
    let shows_an_error = async |path: &str| site.get(path).await.1.contains("role=\"alert\"");
    assert!(shows_an_error(&back).await, "{back}");
    let unsigned = back.split("&__sig=").next().unwrap();
    assert_ne!(unsigned, back);
    assert!(!shows_an_error(unsigned).await, "{unsigned}");
    assert!(!shows_an_error(&back.replace("forgotten-password?", "sign-up?")).await, "another page's form");
}
