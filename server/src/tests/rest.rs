//! `/api/v1`, as its clients know it.

use axum::http::StatusCode;
use serde_json::Value;

use super::Site;

/// Ids and addresses differ from run to run.
fn plain(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            for (name, field) in map.iter_mut() {
                if name == "id" {
                    *field = "[id]".into();
                } else {
                    *field = plain(field.take());
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| *one = plain(one.take())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn courses() {
    let site = Site::open().await;
    let (status, body) = site.get("/api/v1/courses?q=evaluate&limit=5").await;
    assert_eq!(status, StatusCode::OK);
    let answer: Value = serde_json::from_str(&body).unwrap();
    insta::assert_json_snapshot!("courses", plain(answer["items"].clone()));
    assert_eq!((answer["total"].as_u64(), answer["next_cursor"].is_null()), (Some(1), true));
}

#[tokio::test]
async fn every_course_comes_once_by_cursor() {
    let site = Site::open().await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let (_, body) = site.get(&format!("/api/v1/courses?limit=1&cursor={cursor}")).await;
        let answer: Value = serde_json::from_str(&body).unwrap();
        seen.extend(answer["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()));
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    seen.sort();
    assert_eq!(seen, ["evaluate-a-model-before-you-buy-it", "prompting-for-policy-analysts"]);
}

#[tokio::test]
async fn one_course_by_slug_and_by_id() {
    let site = Site::open().await;
    let (status, by_slug) = site.get("/api/v1/courses/prompting-for-policy-analysts").await;
    assert_eq!(status, StatusCode::OK);
    let by_slug: Value = serde_json::from_str(&by_slug).unwrap();
    let (_, by_id) = site.get(&format!("/api/v1/courses/{}", by_slug["id"].as_str().unwrap())).await;
    assert_eq!(by_slug, serde_json::from_str::<Value>(&by_id).unwrap());
    insta::assert_json_snapshot!("course", plain(by_slug));
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let site = Site::open().await;
    for path in ["/api/v1/courses/nothing", "/api/v1/nothing"] {
        let (status, body) = site.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        insta::assert_snapshot!("not_found", body);
    }
    let (status, body) = site.get("/api/v1/courses?limit=0").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!("bad_limit", body);
}

#[tokio::test]
async fn the_description_is_committed() {
    let site = Site::open().await;
    let (_, body) = site.get("/api/v1/openapi.json").await;
    insta::assert_json_snapshot!("openapi", serde_json::from_str::<Value>(&body).unwrap());
}
