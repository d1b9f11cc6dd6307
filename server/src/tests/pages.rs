//! Every page under the Content-Security-Policy: nothing in its HTML that the policy would stop.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, Response, header},
};
use leptos_axum::generate_route_list;

use super::{Site, text};

const NOBODYS: &str = "00000000-0000-7000-8000-000000000000";

/// Pages with something on them.
const PAGES: &[&str] = &[
    "/",
    "/?__path=/api/fn/account/sign-in&__err=nonsense",
    "/courses",
    "/courses?q=evaluate&sort=price",
    "/courses/prompting-for-policy-analysts",
    "/courses/prompting-for-policy-analysts/reviews",
    "/courses/nothing",
    "/providers",
    "/providers/whitehall-data-school",
    "/sign-up?next=/learn",
    "/sign-up/check-your-email",
    "/sign-in?next=/learn",
    "/forgotten-password",
    "/reset-password?token=x",
    "/confirm-email?token=x",
    "/sign-out",
    "/account",
    "/account/orders",
    "/checkout/prompting-for-policy-analysts",
    "/checkout/evaluate-a-model-before-you-buy-it",
    "/learn",
    "/nothing/at/all",
    "/api/docs",
    "/styleguide",
    "/transparency",
    "/privacy",
    "/terms",
    "/account/privacy",
    "/account/privacy/erase",
    "/account/agree",
    "/accessibility",
];

async fn page(site: &Site, path: &str, cookie: &str) -> (Response<()>, String) {
    let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, cookie);
    let (parts, body) = site.send(request.body(Body::empty()).unwrap()).await.into_parts();
    let html = text(Response::from_parts(parts.clone(), body)).await;
    (Response::from_parts(parts, ()), html)
}

/// The nonce of an answer's policy.
pub(super) fn nonce(response: &Response<()>) -> String {
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
}

/// The tags of a document: what stands between `<` and `>`, outside of scripts and quoted values.
fn tags(html: &str) -> Vec<String> {
    let (mut tags, mut rest) = (Vec::new(), html);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix("!--") {
            rest = after.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let mut quote = None;
        let end = rest.char_indices().find(|(_, character)| match (quote, *character) {
            (Some(open), found) => {
                if open == found {
                    quote = None;
                }
                false
            }
            (None, '"' | '\'') => {
                quote = Some(*character);
                false
            }
            (None, found) => found == '>',
        });
        let (tag, after) = end.map_or((rest, ""), |(end, _)| (&rest[..end], &rest[end + 1..]));
        rest = after;
        // What stands inside of these is no markup.
        for name in ["script", "style"] {
            if tag.split_whitespace().next() == Some(name) {
                rest = rest.find(&format!("</{name}")).map_or("", |end| &rest[end..]);
            }
        }
        tags.push(tag.to_owned());
    }
    tags
}

/// The attributes of a tag, without the insides of quoted values.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim_start();
    while !rest.is_empty() {
        let end = rest.find(|character: char| character == '=' || character.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (inside, left) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            (value, rest) = (inside, left.trim_start());
        }
        found.push((name, value.to_owned()));
    }
    found
}

/// What a browser would complain about.
fn stopped(html: &str, nonce: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags(html) {
        let name =
            tag.split(|character: char| character.is_whitespace() || character == '/').next().unwrap_or_default();
        let attributes = attributes(&tag);
        let value = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let is_ours = |address: &str| address.starts_with('/') && !address.starts_with("//");
        let inline = attributes.iter().any(|(name, value)| {
            name == "style" || name.starts_with("on") || value.trim_start().to_lowercase().starts_with("javascript:")
        });
        let bad = inline
            || name == "script" && value("nonce") != nonce && !is_ours(value("src"))
            || name == "style" && value("nonce") != nonce
            || name == "base"
            || name == "object"
            || name == "embed"
            || name == "link" && !value("href").is_empty() && !is_ours(value("href")) && value("rel") != "canonical"
            || name == "img" && !is_ours(value("src")) && !value("src").starts_with("data:");
        if bad {
            found.push(format!("<{tag}>"));
        }
    }
    found
}

#[test]
fn what_the_policy_would_stop_is_found() {
    for bad in [
        "<p style=\"color:red\">",
        "<p title='a > b' STYLE=x>",
        "<a onclick=\"x()\">",
        "<script>x</script>",
        "<script nonce=\"other\">x</script>",
        "<script src=\"//evil.test/x.js\"></script>",
        "<style>p{}</style>",
        "<a href=\" javascript:x\">",
        "<base href=\"/\">",
        "<img src=\"https://evil.test/x.png\">",
    ] {
        assert_eq!(stopped(bad, "abc").len(), 1, "{bad}");
    }
    let good = "<!-- <p style=x> --><script nonce=\"abc\">if (a<b) '<p style=x>'</script><p title=\"a style=b onclick=c > d\">style=x</p><img src=\"/x\">";
    assert!(stopped(good, "abc").is_empty(), "{:?}", stopped(good, "abc"));
}

#[tokio::test]
async fn no_page_needs_more_than_its_policy_allows() {
    let site = Site::open_with(&[("GUILDHALL_RATE_LIMITS", "off")]).await;
    let cookie = site.sign_in("Ada").await;
    let mut nonces = BTreeSet::new();
    let mut scripts = 0;
    let places = places();
    assert!(places.len() > PAGES.len(), "there are routes besides");
    for (path, cookie) in places.iter().flat_map(|path| [(path, ""), (path, cookie.as_str())]) {
        let (response, html) = page(&site, path, cookie).await;
        let nonce = nonce(&response);
        let found = stopped(&html, &nonce);
        assert!(found.is_empty(), "{path}: {found:#?}");
        scripts += html.matches("<script").count();
        assert!(nonce.len() >= 22 && nonces.insert(nonce), "{path}: a nonce of its own");
    }
    assert!(scripts > places.len(), "the pages carry the app's scripts");
}

/// The examples, and every route of the app with an id of nobody's in it.
fn places() -> BTreeSet<String> {
    let routes = generate_route_list(guildhall_app::App);
    let filled = routes.iter().map(|route| {
        let parts = route.path().split('/');
        parts.map(|part| if part.starts_with('{') { NOBODYS } else { part }).collect::<Vec<_>>().join("/")
    });
    filled.chain(PAGES.iter().map(|page| (*page).to_owned())).collect()
}
