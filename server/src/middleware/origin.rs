//! Refuses what another site's page sends in the person's name (cross-site request forgery), and forgets where a request
//! claims to come from when that is another site.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use guildhall_types::Error;

use crate::{proxies::Way, rest::problem::Problem, state::AppState};

/// Lets through what only reads, what proves itself otherwise (signed webhooks, bearer tokens), and what comes from our own
/// pages by `Sec-Fetch-Site` or else `Origin` or else `Referer`.
pub(crate) async fn same_origin(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads {
        return next.run(request).await;
    }
    let path = request.uri().path();
    // Reports come from the browser itself and change nothing.
    // Where tokens are given out cookies count for nothing: see `middleware::actor`.
    let signed = path.starts_with("/webhooks/") || path == super::REPORTS || path.starts_with("/api/v1/auth/");
    let assertion = takes_assertions(path);
    // The sandbox's own pages, in development.
    let sandbox = state.config.sandbox().is_some() && crate::sandbox_proxy::is_sandbox(path);
    let host = request.extensions().get::<Way>().and_then(|way| way.host.clone()).unwrap_or_default();
    if is_bearer(request.headers()) {
        // No browser adds the token by itself. What it does add must not count.
        request.headers_mut().remove(header::COOKIE);
    } else if assertion {
        // A form of an organisation's own sign-in, signed by it. Whoever sends it, the person's cookies have no part in it.
        request.headers_mut().remove(header::COOKIE);
    } else if !signed && !sandbox && !is_own(request.headers(), &state.config.base_url, &host) {
        tracing::warn!(path = request.uri().path(), "refused a request from another site");
        return Problem::from(Error::Forbidden).into_response();
    }
    // Plain forms are sent back to the page that they name here: never to another site's.
    let referer = request.headers().get(header::REFERER).map(|referer| referer.to_str().unwrap_or_default());
    if referer.is_some_and(|referer| !is_ours(referer, &state.config.base_url, &host)) {
        request.headers_mut().remove(header::REFERER);
    }
    next.run(request).await
}

/// `/sso/{connection}/acs`, where SAML providers' forms lead to.
fn takes_assertions(path: &str) -> bool {
    let connection = path.strip_prefix("/sso/").and_then(|rest| rest.strip_suffix("/acs"));
    connection.is_some_and(|connection| !connection.is_empty() && !connection.contains('/'))
}

fn is_bearer(headers: &HeaderMap) -> bool {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// Browsers send `Sec-Fetch-Site` (<https://www.w3.org/TR/fetch-metadata/>) or at least `Origin` with every form, and very old
/// ones `Referer`; programs that send none of them carry no person's cookies.
fn is_own(headers: &HeaderMap, base_url: &str, host: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("referer")) {
        (Some(origin), _) => is_ours(origin, base_url, host),
        (None, Some(referer)) => is_ours(referer, base_url, host),
        (None, None) => true,
    }
}

/// Whether an origin, or an address with a path, is the site's: by its public address, or by the host that was asked for.
fn is_ours(address: &str, base_url: &str, host: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    // Browsers write neither a name with a password nor a backslash into these headers.
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_base =
        base_url.split_once("://").is_some_and(|(base_scheme, base)| (base_scheme, base) == (scheme, authority));
    is_base || (matches!(scheme, "http" | "https") && !host.is_empty() && authority == host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://guildhall.example";

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, (*value).parse().unwrap());
        }
        is_own(&headers, BASE, "guildhall.example")
    }

    #[test]
    fn only_our_own_pages_may_send() {
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(own(&[("origin", "https://guildhall.example")]));
        assert!(own(&[("referer", "https://guildhall.example/courses?q=a")]));
        assert!(own(&[]));
        for foreign in [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://guildhall.example")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "")],
            &[("origin", "https://guildhall.example.evil.test")],
            &[("origin", "https://guildhall.example@evil.test")],
            &[("origin", "https://evil.test"), ("referer", "https://guildhall.example/")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("referer", "https://evil.test/https://guildhall.example/")],
            &[("referer", "guildhall.example")],
        ] {
            assert!(!own(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn a_host_that_is_not_known_is_nobodys() {
        assert!(!is_ours("https:///path", BASE, ""));
        assert!(is_ours("http://127.0.0.1:3000/x", BASE, "127.0.0.1:3000"));
        assert!(!is_ours("file://127.0.0.1:3000/x", BASE, "127.0.0.1:3000"));
    }

    #[test]
    fn assertions_come_in_at_one_address_alone() {
        assert!(takes_assertions("/sso/0190/acs"));
        for other in ["/sso/acs", "/sso//acs", "/sso/a/b/acs", "/api/fn/acs", "/sso/a/acs/", "/sso/a/acs/x"] {
            assert!(!takes_assertions(other), "{other}");
        }
    }

    #[test]
    fn a_bearer_token_is_known_by_its_scheme() {
        let bearer =
            |value: &'static str| is_bearer(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]));
        assert!(bearer("Bearer abc") && bearer("bearer abc"));
        assert!(!bearer("Basic abc") && !bearer("Bearer") && !bearer(""));
    }

    proptest! {
        #[test]
        fn no_other_site_passes_for_ours(before in "[a-z@.:/\\\\?#-]{0,12}", after in "[a-z0-9@.:-]{1,12}") {
            let address = format!("https://{before}guildhall.example{after}");
            let authority = address["https://".len()..].split(['/', '?', '#', '\\']).next().unwrap().to_owned();
            prop_assert_eq!(is_ours(&address, BASE, "guildhall.example"), authority == "guildhall.example");
        }
    }
}
