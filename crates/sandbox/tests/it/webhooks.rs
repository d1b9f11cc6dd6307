//! Webhooks: signed, retried, late, twice, out of order, lost, and sent again.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use guildhall_sandbox::{Config, signature};
use serde_json::json;

use crate::support::{SECRET, Sandbox, body, id};

#[tokio::test]
async fn the_signature_fits_the_raw_body() {
    let sandbox = Sandbox::start().await;
    let (session, intent) = sandbox.paid().await;
    for hook in sandbox.hooks(2).await {
        let timestamp = hook.signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
        assert_eq!(hook.signature, signature(SECRET, timestamp, &hook.body));
        assert_ne!(hook.signature, signature("whsec_other", timestamp, &hook.body));
        assert!(chrono::Utc::now().timestamp().abs_diff(timestamp) < 10);
        assert_eq!(hook.event["object"], "event");
        assert_eq!(hook.event["livemode"], false);
        assert!(id(&hook.event).starts_with("evt_"));
        let of = if hook.kind() == "checkout.session.completed" { id(&session) } else { &intent };
        assert_eq!(hook.event["data"]["object"]["id"], of);
    }
}

#[tokio::test]
async fn refunds_are_announced() {
    let sandbox = Sandbox::start().await;
    let (_, intent) = sandbox.paid().await;
    sandbox.hooks(2).await;
    let request = sandbox.post("/v1/refunds", &[("payment_intent", &intent)]).header("idempotency-key", "k1");
    let refund = body(request.send().await.unwrap(), 200).await;
    let hooks = sandbox.hooks(4).await;
    assert_eq!([hooks[2].kind(), hooks[3].kind()], ["refund.created", "charge.refunded"]);
    assert_eq!(hooks[2].event["data"]["object"]["id"], refund["id"]);
    assert_eq!(hooks[2].event["request"]["idempotency_key"], "k1");
    assert_eq!(hooks[3].event["data"]["object"]["amount_refunded"], 24_900);
}

#[tokio::test]
async fn what_fails_is_retried_with_the_same_id() {
    let sandbox = Sandbox::start().await;
    sandbox.received.failures.store(3, Ordering::SeqCst);
    let session = sandbox.session(&[]).await;
    body(sandbox.post(&format!("/v1/checkout/sessions/{}/expire", id(&session)), &[]).send().await.unwrap(), 200).await;
    let hooks = sandbox.hooks(4).await;
    assert!(hooks.iter().all(|hook| hook.event["id"] == hooks[0].event["id"]));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let events = sandbox.events().await;
    assert_eq!(events[0]["delivery"], "delivered");
    let statuses: Vec<_> =
        events[0]["attempts"].as_array().unwrap().iter().map(|attempt| attempt["status"].clone()).collect();
    assert_eq!(statuses, [500, 500, 500, 200]);
}

#[tokio::test]
async fn webhooks_can_be_late_and_double() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"webhook_delay_ms": 300, "webhook_duplicate": true})).await;
    let begun = Instant::now();
    sandbox.paid().await;
    assert!(sandbox.received.hooks.lock().is_empty());
    let hooks = sandbox.hooks(4).await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
    for kind in ["payment_intent.succeeded", "checkout.session.completed"] {
        let same: Vec<_> = hooks.iter().filter(|hook| hook.kind() == kind).collect();
        assert_eq!(same.len(), 2, "{kind}");
        assert_eq!(same[0].event["id"], same[1].event["id"]);
    }
}

#[tokio::test]
async fn webhooks_can_be_out_of_order() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"webhook_shuffle": true})).await;
    sandbox.paid().await;
    let hooks = sandbox.hooks(2).await;
    assert_eq!([hooks[0].kind(), hooks[1].kind()], ["checkout.session.completed", "payment_intent.succeeded"]);
}

#[tokio::test]
async fn lost_webhooks_can_be_sent_by_hand() {
    let sandbox = Sandbox::start().await;
    sandbox.control(json!({"webhook_drop": true})).await;
    sandbox.paid().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(sandbox.received.hooks.lock().is_empty());
    let event = sandbox.events().await[0].clone();
    assert_eq!(event["delivery"], "dropped");
    let url = format!("{}/sandbox/deliver/{}", sandbox.base, id(&event));
    let sent = body(sandbox.http.post(&url).send().await.unwrap(), 200).await;
    assert_eq!(sent["delivered"], true);
    assert_eq!(sandbox.hooks(1).await[0].event["id"], event["id"]);
    sandbox.received.status.store(503, Ordering::SeqCst);
    body(sandbox.http.post(&url).send().await.unwrap(), 502).await;
    body(sandbox.http.post(format!("{}/sandbox/deliver/evt_x", sandbox.base)).send().await.unwrap(), 404).await;
    // One success is enough: a later failure does not undo it.
    assert_eq!(sandbox.events().await[0]["delivery"], "delivered");
}

#[tokio::test]
async fn a_receiver_that_keeps_failing_is_tried_again() {
    let sandbox = Sandbox::start().await;
    sandbox.received.status.store(500, Ordering::SeqCst);
    sandbox.paid().await;
    sandbox.hooks(6).await;
    let events = sandbox.events().await;
    assert_eq!(events[0]["delivery"], "pending");
    assert_eq!(events[0]["event"]["pending_webhooks"], 1);
    sandbox.received.status.store(200, Ordering::SeqCst);
    for _ in 0..300 {
        if sandbox.events().await.iter().all(|event| event["delivery"] == "delivered") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the events were not delivered in the end");
}

#[tokio::test]
async fn a_receiver_that_is_away_is_told_of() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = gone.local_addr().unwrap();
    drop(gone);
    let sandbox = Sandbox::start_to(Config::default(), &format!("http://{addr}/hooks")).await;
    sandbox.paid().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let attempts = sandbox.events().await[0]["attempts"].clone();
    assert!(attempts[0]["status"].is_null() && attempts[0]["error"].is_string(), "{attempts}");
}
