//! Stripe's API: keys and parameters.

use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::support::{Sandbox, body, error, id, session_form};

#[tokio::test]
async fn every_request_needs_a_test_key() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v1/events", sandbox.base);
    let cases = [
        (sandbox.http.get(&url), 401),
        (sandbox.http.get(&url).bearer_auth("nonsense"), 401),
        (sandbox.http.get(&url).bearer_auth("sk_test_"), 401),
        (sandbox.http.get(&url).bearer_auth("sk_live_123456"), 401),
        (sandbox.http.get(&url).header("authorization", "Basic !!!"), 401),
        (sandbox.http.get(&url).header("authorization", "Bearer"), 401),
        (sandbox.http.get(&url).basic_auth("sk_test_123456", Some("")), 200),
        (sandbox.http.get(&url).bearer_auth("sk_test_123456"), 200),
    ];
    for (request, status) in cases {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        assert!(response.headers().contains_key("request-id"));
        let value = body(response, status).await;
        if status == 401 {
            assert_eq!(value["error"]["type"], "invalid_request_error");
        }
    }
}

#[tokio::test]
async fn a_session_comes_back_as_it_was_made() {
    let sandbox = Sandbox::start().await;
    let session = sandbox
        .session(&[
            ("customer_email", "ada@example.com"),
            ("line_items[1][quantity]", "3"),
            ("line_items[1][price_data][currency]", "gbp"),
            ("line_items[1][price_data][unit_amount]", "50"),
            ("line_items[1][price_data][product_data][name]", "Workbook"),
        ])
        .await;
    assert!(id(&session).starts_with("cs_test_"));
    assert_eq!(session["amount_total"], 25_050);
    assert_eq!(session["status"], "open");
    assert_eq!(session["payment_status"], "unpaid");
    assert_eq!(session["payment_intent"], json!(null));
    assert_eq!(session["metadata"], json!({"order": "order-1"}));
    assert_eq!(session["url"], format!("{}/c/pay/{}", sandbox.base, id(&session)));
    let fetched = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!(fetched, session);
    let lines = sandbox.fetch(&format!("/v1/checkout/sessions/{}/line_items", id(&session))).await;
    assert_eq!(lines["data"][1]["amount_total"], 150);
    let listed = sandbox.fetch("/v1/checkout/sessions?status=open").await;
    assert_eq!(listed["data"][0]["id"], session["id"]);
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let sandbox = Sandbox::start().await;
    let now = Utc::now();
    let too_early = (now + TimeDelta::minutes(29)).timestamp().to_string();
    let too_late = (now + TimeDelta::hours(25)).timestamp().to_string();
    let long = "x".repeat(501);
    let cases: Vec<(&str, Option<&str>, &str, &str)> = vec![
        ("frobnicate", Some("1"), "parameter_unknown", "frobnicate"),
        ("line_items[0][price_data][colour]", Some("red"), "parameter_unknown", "line_items[0][price_data][colour]"),
        ("payment_intent_data[colour]", Some("red"), "parameter_unknown", "payment_intent_data[colour]"),
        ("mode", None, "parameter_missing", "mode"),
        ("success_url", None, "parameter_missing", "success_url"),
        ("line_items[0][quantity]", None, "parameter_missing", "line_items[0][quantity]"),
        ("line_items[0][price_data][currency]", None, "parameter_missing", "line_items[0][price_data][currency]"),
        (
            "line_items[0][price_data][unit_amount]",
            Some("1.5"),
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ("line_items[0][price_data][unit_amount]", Some("29"), "amount_too_small", ""),
        ("line_items[0][price_data][unit_amount]", Some("9223372036854775807"), "amount_too_large", ""),
        ("line_items[0][price_data][unit_amount]", Some("-1"), "", "line_items[0][price_data][unit_amount]"),
        ("success_url", Some("javascript:alert(1)"), "url_invalid", "success_url"),
        ("success_url", Some(""), "parameter_invalid_empty", "success_url"),
        ("customer_email", Some("nobody"), "email_invalid", "customer_email"),
        ("mode", Some("gift"), "", "mode"),
        ("mode", Some("subscription"), "", "mode"),
        ("mode[x]", Some("payment"), "", "mode[x]"),
        ("line_items", Some("one"), "", "line_items"),
        ("expires_at", Some(&too_early), "", "expires_at"),
        ("expires_at", Some(&too_late), "", "expires_at"),
        ("metadata[order]", Some(&long), "", "metadata"),
        ("automatic_tax[enabled]", Some("true"), "", "automatic_tax[enabled]"),
        ("expand[]", Some("customer.friends"), "", ""),
        ("expand[]", Some("success_url"), "", "expand"),
        ("a[b", Some("c"), "", ""),
        ("a[b][c][d][e][f][g][h][i][j]", Some("c"), "", ""),
    ];
    for (name, value, code, param) in cases {
        let mut form = session_form();
        if !name.starts_with("mode[") {
            form.retain(|(field, _)| *field != name && !(name == "line_items" && field.starts_with("line_items")));
        }
        form.extend(value.map(|value| (name, value)));
        if value == Some("customer.friends") {
            // An unset customer has nothing to look into.
            body(sandbox.post("/v1/checkout/sessions", &form).send().await.unwrap(), 200).await;
            continue;
        }
        let error = error(sandbox.post("/v1/checkout/sessions", &form), 400).await;
        assert_eq!(error["type"], "invalid_request_error", "{name}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{name}: {error}");
        if !param.is_empty() {
            assert_eq!(error["param"], param, "{name}");
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded_and_form_encoded() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v1/checkout/sessions", sandbox.base);
    let json = sandbox.http.post(&url).bearer_auth("sk_test_123456").json(&json!({"mode": "payment"}));
    assert!(error(json, 400).await["message"].as_str().unwrap().contains("content type"));
    let large = "x".repeat(300_000);
    error(sandbox.post("/v1/checkout/sessions", &[("success_url", &large)]), 413).await;
    let many: Vec<(String, String)> = (0..1_001).map(|n| (format!("k{n}"), String::new())).collect();
    error(sandbox.http.post(&url).bearer_auth("sk_test_123456").form(&many), 400).await;
    let odd = sandbox
        .http
        .post(&url)
        .bearer_auth("sk_test_123456")
        .header("content-type", "application/x-www-form-urlencoded");
    error(odd.body(&b"mode=%ff&\xfe\xfd=[]]&[=&%"[..]), 400).await;
    error(sandbox.get("/v1/accounts"), 404).await;
    error(sandbox.http.delete(format!("{}/v1/refunds/re_1", sandbox.base)).bearer_auth("sk_test_123456"), 404).await;
}

#[tokio::test]
async fn unknown_ids_are_missing_resources() {
    let sandbox = Sandbox::start().await;
    for path in ["checkout/sessions/cs_x", "payment_intents/pi_x", "charges/ch_x", "refunds/re_x", "events/evt_x"] {
        let error = error(sandbox.get(&format!("/v1/{path}")), 404).await;
        assert_eq!(error["code"], "resource_missing", "{path}");
    }
    error(sandbox.post("/v1/checkout/sessions/cs_x/expire", &[]), 404).await;
    error(sandbox.post("/v1/refunds", &[("payment_intent", "pi_x")]), 404).await;
}
