//! The addresses that providers and directories come to, before anything is connected.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{Site, text};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

#[tokio::test]
async fn a_sign_in_that_nobody_began_leads_back_to_the_start() {
    let site = Site::open().await;
    for query in ["", "?state=x&code=y", "?state=%00&error=access_denied", "?code=y&iss=https%3A%2F%2Fevil.example"] {
        let request = Request::get(format!("/sso/callback{query}")).body(Body::empty()).unwrap();
        let response = site.send(request).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{query}");
        assert_eq!(response.headers()[header::LOCATION], "/sign-in/organization");
        let cookies: Vec<&str> =
            response.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(
            cookies.iter().any(|cookie| cookie.starts_with("sso-problem=") && cookie.contains("HttpOnly")),
            "{cookies:?}"
        );
        assert!(!cookies.iter().any(|cookie| cookie.starts_with("guildhall=")), "{cookies:?}");
    }
    for path in [format!("/sso/{NOBODY}/start"), "/sso/x/start".to_owned(), format!("/sso/{NOBODY}/jwks.json")] {
        assert_eq!(site.get(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let (status, body) = site.get("/sign-in/organization").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("Enter your work address"));
}

#[tokio::test]
async fn another_site_starts_nobodys_sign_in_without_their_own_click() {
    let site = Site::open().await;
    let get = |path: &str, from: &'static str| {
        Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", from)
            .body(Body::empty())
            .unwrap()
    };
    let start = format!("/sso/{NOBODY}/start?next=/learn");
    let response = site.send(get(&start, "cross-site")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let page = format!("/sign-in/organization?to={NOBODY}&next=%2Flearn");
    assert_eq!(response.headers()[header::LOCATION], page);
    for from in ["same-origin", "none"] {
        assert_eq!(site.send(get(&start, from)).await.status(), StatusCode::NOT_FOUND, "{from}");
    }
    for (from, forwards) in [("cross-site", false), ("same-site", false), ("none", false), ("same-origin", true)] {
        let body = text(site.send(get(&page, from)).await).await;
        assert!(body.contains(&format!("/sso/{NOBODY}/start")), "{from}");
        assert_eq!(body.contains("http-equiv=\"refresh\""), forwards, "{from}");
    }
}

#[tokio::test]
async fn proving_again_at_ones_organisation_is_for_those_who_came_from_there() {
    let site = Site::open().await;
    let ada = site.sign_in("Ada").await;
    let get = |path: &str, cookie: &str, from: &'static str| {
        let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
        site.send(request.header("sec-fetch-site", from).body(Body::empty()).unwrap())
    };
    let location =
        |response: &axum::response::Response| response.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let stranger = get("/sso/confirm?next=/learn", "", "none").await;
    assert_eq!(location(&stranger), "/sign-in?next=%2Faccount%2Fconfirm%3Fnext%3D%252Flearn");
    // Another site brings nobody there; only own paths are led on to.
    for (next, to) in [("/learn", "/account/confirm?next=%2Flearn"), ("https://evil.example", "/account/confirm")] {
        let brought = get(&format!("/sso/confirm?next={next}"), &ada, "cross-site").await;
        assert_eq!((location(&brought), brought.headers().contains_key(header::SET_COOKIE)), (to.to_owned(), false));
        // Who came by password proves themselves by that.
        let asked = get(&format!("/sso/confirm?next={next}"), &ada, "same-origin").await;
        assert_eq!(location(&asked), to);
        let said = asked.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(said.starts_with("sso-problem="), "{said}");
        let cookies = format!("{ada}; {}", said.split(';').next().unwrap());
        let page = text(get(to, &cookies, "same-origin").await).await;
        assert!(page.contains("Not confirmed") && page.contains("Confirm with your password"), "{page}");
        assert!(!page.contains("/sso/confirm"), "nor is it offered");
    }
    // To those who came from there it is, and leads back to where they were going.
    site.sql("update sessions set amr = '{sso}'").await;
    let refresh: Vec<&str> = ada.split("; ").filter(|pair| pair.contains("refresh")).collect();
    let page = text(get("/account/confirm?next=/learn", &refresh.join("; "), "same-origin").await).await;
    assert!(page.contains("href=\"/sso/confirm?next=%2Flearn\""), "{page}");
}

#[tokio::test]
async fn a_made_up_logout_token_ends_nothing() {
    let site = Site::open().await;
    for connection in [NOBODY, "x"] {
        let request = Request::post(format!("/sso/backchannel-logout/{connection}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("logout_token=a.b.c"))
            .unwrap();
        let response = site.send(request).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn a_directory_without_a_token_is_told_so_in_its_own_words() {
    let site = Site::open().await;
    for (method, path) in [("GET", "/scim/v2/Users"), ("PATCH", "/scim/v2/Users/x"), ("GET", "/scim/v2/Schemas")] {
        for token in ["", "Bearer x", "Basic eDp5"] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, token)
                .body(Body::empty())
                .unwrap();
            let response = site.send(request).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path} {token}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/scim+json");
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
            assert!(text(response).await.contains("urn:ietf:params:scim:api:messages:2.0:Error"));
        }
    }
}

#[tokio::test]
async fn an_assertion_that_nobody_asked_for_leads_back_to_the_start() {
    let site = Site::open().await;
    for (path, status) in [
        (format!("/sso/{NOBODY}/metadata"), StatusCode::NOT_FOUND),
        ("/sso/x/metadata".to_owned(), StatusCode::NOT_FOUND),
        (format!("/sso/{NOBODY}/arrive?answer=x"), StatusCode::SEE_OTHER),
        ("/sso/x/arrive".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(site.get(&path).await.0, status, "{path}");
    }
    // From another site's form, as it comes; never with the person's cookies.
    let post = |path: String, body: &'static str| {
        Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "https://login.acme.example")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from(body))
            .unwrap()
    };
    for body in ["", "SAMLResponse=x", "SAMLResponse=PHg%2B&RelayState=%2Flearn"] {
        let response = site.send(post(format!("/sso/{NOBODY}/acs"), body)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{body}");
    }
    let elsewhere = site.send(post("/api/fn/account/start-sign-on".to_owned(), "email=a%40b.test")).await;
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN, "nothing else takes another site's forms");
}
