//! Idempotency keys, and the faults that make them necessary.

use serde_json::json;

use crate::support::{Sandbox, body, error, session_form};

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let sandbox = Sandbox::start().await;
    let send = || sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1").send();
    let first = send().await.unwrap();
    assert!(!first.headers().contains_key("idempotent-replayed"));
    let first = body(first, 200).await;
    let second = send().await.unwrap();
    assert_eq!(second.headers()["idempotent-replayed"], "true");
    assert_eq!(body(second, 200).await, first);
    // The order of the parameters is not part of them.
    let mut reversed = session_form();
    reversed.reverse();
    let third = sandbox.post("/v1/checkout/sessions", &reversed).header("idempotency-key", "k1").send().await.unwrap();
    assert_eq!(body(third, 200).await, first);
    let sessions = sandbox.fetch("/v1/checkout/sessions").await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_bound_to_its_parameters_and_path() {
    let sandbox = Sandbox::start().await;
    let (_, intent) = sandbox.paid().await;
    let form = [("payment_intent", intent.as_str()), ("amount", "100")];
    body(sandbox.post("/v1/refunds", &form).header("idempotency-key", "k1").send().await.unwrap(), 200).await;
    let other = [("payment_intent", intent.as_str()), ("amount", "200")];
    let refused = error(sandbox.post("/v1/refunds", &other).header("idempotency-key", "k1"), 400).await;
    assert_eq!(refused["type"], "idempotency_error");
    let elsewhere = sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1");
    assert_eq!(error(elsewhere, 400).await["type"], "idempotency_error");
    let long = "k".repeat(256);
    error(sandbox.post("/v1/refunds", &form).header("idempotency-key", long), 400).await;
}

#[tokio::test]
async fn a_request_that_failed_validation_leaves_its_key_free() {
    let sandbox = Sandbox::start().await;
    error(sandbox.post("/v1/checkout/sessions", &[("mode", "payment")]).header("idempotency-key", "k1"), 400).await;
    let good =
        sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1").send().await.unwrap();
    body(good, 200).await;
}

#[tokio::test]
async fn a_failure_after_the_effect_is_replayed() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"api_fail_after_effect": 1})).await;
    let send = || sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1");
    let first = error(send(), 500).await;
    assert_eq!(first["type"], "api_error");
    assert_eq!(error(send(), 500).await, first);
    // The effect is there nevertheless, once; and another key works.
    let sessions = sandbox.fetch("/v1/checkout/sessions").await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
    body(
        sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k2").send().await.unwrap(),
        200,
    )
    .await;
}

#[tokio::test]
async fn two_requests_at_once_do_the_work_once() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"api_delay_ms": 300})).await;
    let send = || sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1").send();
    let (first, second) = tokio::join!(send(), send());
    let mut statuses = [first.unwrap().status().as_u16(), second.unwrap().status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let sessions = sandbox.fetch("/v1/checkout/sessions").await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_that_gives_up_does_not_undo_the_work() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"api_delay_ms": 200})).await;
    let send = || sandbox.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1");
    let short = send().timeout(std::time::Duration::from_millis(50)).send().await;
    assert!(short.unwrap_err().is_timeout());
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let again = send().send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    body(again, 200).await;
}

#[tokio::test]
async fn a_sandbox_that_is_down_says_so() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"api_down": true})).await;
    assert_eq!(error(sandbox.post("/v1/checkout/sessions", &session_form()), 503).await["type"], "api_error");
    sandbox.control(json!({"api_down": false})).await;
    sandbox.session(&[]).await;
}
