//! Social cards, as a network fetches them.

use std::fmt::Write as _;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use resvg::tiny_skia::Pixmap;

use super::Site;

const COURSE: &str = "evaluate-a-model-before-you-buy-it";

async fn fetch(site: &Site, path: &str, if_none_match: Option<&str>) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = Request::get(path);
    if let Some(tag) = if_none_match {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    let response = site.send(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
}

/// The contents of a page's meta elements for sharing.
async fn shared(site: &Site, slug: &str) -> Vec<(String, String)> {
    let (_, page) = site.get(&format!("/courses/{slug}")).await;
    let attribute = |tag: &str, name: &str| {
        tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next()).map(ToOwned::to_owned)
    };
    page.split("<meta ")
        .filter_map(|tag| {
            let tag = tag.split('>').next()?;
            let name = attribute(tag, "property").or_else(|| attribute(tag, "name"))?;
            (name.starts_with("og:image") || name.starts_with("twitter:")).then_some((name, attribute(tag, "content")?))
        })
        .collect()
}

/// The card's path, as the course page names it.
async fn card(site: &Site, slug: &str) -> String {
    let meta = shared(site, slug).await;
    let (_, url) = meta.iter().find(|(name, _)| name == "og:image").unwrap();
    url.strip_prefix("http://localhost:3000").unwrap().to_owned()
}

/// Ids and versions differ from run to run.
fn plain(text: &str, path: &str) -> String {
    text.replace(path, "/covers/[id]/card-[version].png")
}

#[tokio::test]
async fn the_course_page_names_its_card() {
    let site = Site::open().await;
    let path = card(&site, COURSE).await;
    let mut told = String::new();
    for (name, content) in shared(&site, COURSE).await {
        let _ = writeln!(told, "{name}: {}", plain(&content, &path));
    }
    let (status, headers, png) = fetch(&site, &path, None).await;
    let _ = writeln!(told, "\nGET /covers/[id]/card-[version].png: {status}");
    for name in [header::CONTENT_TYPE, header::CACHE_CONTROL] {
        let _ = writeln!(told, "{name}: {}", headers[&name].to_str().unwrap());
    }
    let picture = Pixmap::decode_png(&png).unwrap();
    let _ = writeln!(told, "{} by {}", picture.width(), picture.height());
    insta::assert_snapshot!("card", told);
    let (_, page) = site.get(&format!("/courses/{COURSE}")).await;
    assert!(page.contains(&format!("\"image\":\"http://localhost:3000{path}\"")), "JSON-LD names it too");
}

#[tokio::test]
async fn a_card_that_is_known_is_not_sent_again() {
    let site = Site::open().await;
    let path = card(&site, COURSE).await;
    let (_, headers, _) = fetch(&site, &path, None).await;
    let tag = headers[header::ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && path.contains(tag.trim_matches('"')), "strong, and the version: {tag}");
    for known in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
        let (status, headers, body) = fetch(&site, &path, Some(&known)).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
        assert_eq!(headers[header::ETAG].to_str().unwrap(), tag);
    }
    assert_eq!(fetch(&site, &path, Some("\"other\"")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_old_card_leads_to_the_new_one() {
    let site = Site::open().await;
    let old = card(&site, COURSE).await;
    sqlx::query("update courses set title = 'Weigh a model' where slug = $1")
        .bind(COURSE)
        .execute(&site.test.owner)
        .await
        .unwrap();
    let new = card(&site, COURSE).await;
    assert_ne!(old, new);
    let (folder, _) = old.rsplit_once("/card").unwrap();
    for path in [old.clone(), format!("{folder}/card.png")] {
        let (status, headers, _) = fetch(&site, &path, None).await;
        assert_eq!(status, StatusCode::TEMPORARY_REDIRECT, "{path}");
        assert_eq!(headers[header::LOCATION].to_str().unwrap(), new);
        assert!(!headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }
    assert_eq!(fetch(&site, &new, None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_course_on_offer_has_no_card() {
    let site = Site::open().await;
    let path = card(&site, COURSE).await;
    let folder = path.rsplit_once('/').unwrap().0.to_owned();
    let unknown = "/covers/00000000-0000-7000-8000-000000000000";
    for path in [
        format!("{unknown}/card.png"),
        format!("{unknown}/card-0123456789abcdef.png"),
        "/covers/nothing/card.png".to_owned(),
        format!("{folder}/card.svg"),
        format!("{folder}/card-.png"),
        format!("{folder}/card-0123456789abcdeg.png"),
        format!("{folder}/card-0123456789abcdef0.png"),
        format!("{folder}/other.png"),
    ] {
        assert_eq!(fetch(&site, &path, None).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for state in ["draft", "in_review", "archived"] {
        sqlx::query("update courses set state = $2, published_at = null where slug = $1")
            .bind(COURSE)
            .bind(state)
            .execute(&site.test.owner)
            .await
            .unwrap();
        assert_eq!(fetch(&site, &path, None).await.0, StatusCode::NOT_FOUND, "{state}");
    }
}

#[tokio::test]
async fn odd_titles_have_cards_and_break_no_page() {
    let site = Site::open().await;
    let long = "Artificial intelligence ".repeat(6);
    for title in [
        "<script>alert(1)</script> & \"more\"",
        "🚀🚀🚀",
        "مقدمة في الذكاء الاصطناعي",
        "a\u{202e}b\u{301}c",
        long.trim(),
    ] {
        sqlx::query("update courses set title = $2 where slug = $1")
            .bind(COURSE)
            .bind(title)
            .execute(&site.test.owner)
            .await
            .unwrap();
        let (status, _, png) = fetch(&site, &card(&site, COURSE).await, None).await;
        assert_eq!(status, StatusCode::OK, "{title}");
        assert_eq!(Pixmap::decode_png(&png).unwrap().width(), 1200);
        assert!(!site.get(&format!("/courses/{COURSE}")).await.1.contains("<script>alert"), "{title}");
    }
}
