//! The developer's pages and the control.

use serde_json::json;

use crate::support::{Sandbox, body};

#[tokio::test]
async fn every_page_is_there() {
    let sandbox = Sandbox::start().await;
    sandbox.paid().await;
    sandbox.hooks(2).await;
    for path in ["/health", "/sandbox", "/sandbox/outbox", "/sandbox/events", "/sandbox/control", "/sandbox/style.css"]
    {
        let response = sandbox.get(path).header("accept", "text/html").send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let text = response.text().await.unwrap();
        assert!(!text.contains("<script") && !text.contains("style="), "{path}");
        if text.starts_with("<!doctype") {
            assert_eq!(text.matches("<h1>").count(), 1, "{path}");
        }
    }
    let index = sandbox.get("/sandbox").send().await.unwrap().text().await.unwrap();
    for card in ["4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"] {
        assert!(index.contains(card));
    }
    assert_eq!(sandbox.get("/nowhere").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn json_changes_the_fields_it_names() {
    let sandbox = Sandbox::start().await;
    let initial = sandbox.fetch("/sandbox/control").await;
    assert_eq!(
        initial,
        json!({
            "webhook_delay_ms": 0, "webhook_duplicate": false, "webhook_shuffle": false, "webhook_drop": false,
            "api_down": false, "api_fail_after_effect": 0, "api_delay_ms": 0,
        })
    );
    sandbox.control(json!({"webhook_drop": true})).await;
    sandbox.control(json!({"api_delay_ms": 5})).await;
    let now = sandbox.fetch("/sandbox/control").await;
    assert_eq!((&now["webhook_drop"], &now["api_delay_ms"]), (&json!(true), &json!(5)));
    let url = format!("{}/sandbox/control", sandbox.base);
    for wrong in
        [json!({"colour": 1}), json!({"api_down": "yes"}), json!({"api_delay_ms": 9_999_999}), json!([]), json!(null)]
    {
        let response = sandbox.http.post(&url).json(&wrong).send().await.unwrap();
        assert!(body(response, 400).await["error"].is_string(), "{wrong}");
    }
}

#[tokio::test]
async fn a_form_sets_every_field() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"webhook_drop": true})).await;
    let numbers =
        [("webhook_delay_ms", "7"), ("api_fail_after_effect", "0"), ("api_delay_ms", "0"), ("webhook_shuffle", "true")];
    let saved = sandbox.post("/sandbox/control", &numbers).send().await.unwrap();
    assert_eq!(saved.status(), 303);
    let now = sandbox.fetch("/sandbox/control").await;
    assert_eq!(
        (&now["webhook_drop"], &now["webhook_shuffle"], &now["webhook_delay_ms"]),
        (&json!(false), &json!(true), &json!(7))
    );
    assert_eq!(sandbox.post("/sandbox/control", &[("webhook_delay_ms", "x")]).send().await.unwrap().status(), 400);
    let foreign =
        sandbox.post("/sandbox/control", &numbers).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
}
