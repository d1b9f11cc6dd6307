//! Stripe's objects after a session was made: intents, charges, refunds, expiry, lists.

use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::support::{DECLINED, GOOD, Sandbox, body, error, id};

#[tokio::test]
async fn a_paid_session_leads_to_its_intent_and_charge() {
    let sandbox = Sandbox::start().await;
    let (session, intent) = sandbox.paid().await;
    assert_eq!(session["status"], "complete");
    assert_eq!(session["payment_status"], "paid");
    assert_eq!(session["url"], json!(null));
    assert_eq!(session["customer_details"]["email"], "ada@example.com");
    let expanded = sandbox
        .fetch(&format!(
            "/v1/checkout/sessions/{}?expand[]=payment_intent.latest_charge&expand[]=line_items",
            id(&session)
        ))
        .await;
    assert_eq!(expanded["payment_intent"]["id"], intent);
    assert_eq!(expanded["payment_intent"]["status"], "succeeded");
    assert_eq!(expanded["payment_intent"]["amount_received"], 24_900);
    assert_eq!(expanded["payment_intent"]["metadata"]["order"], "order-1");
    assert_eq!(expanded["payment_intent"]["latest_charge"]["payment_method_details"]["card"]["last4"], "4242");
    assert_eq!(expanded["line_items"]["data"][0]["description"], "Testing <language> models");
    let found =
        sandbox.fetch(&format!("/v1/checkout/sessions?payment_intent={intent}&expand[]=data.payment_intent")).await;
    assert_eq!(found["data"][0]["payment_intent"]["id"], intent);
}

#[tokio::test]
async fn refunds_never_exceed_the_charge() {
    let sandbox = Sandbox::start().await;
    let (_, intent) = sandbox.paid().await;
    let part = [
        ("payment_intent", intent.as_str()),
        ("amount", "10000"),
        ("metadata[why]", "unhappy"),
        ("reason", "requested_by_customer"),
    ];
    let refund = body(sandbox.post("/v1/refunds", &part).send().await.unwrap(), 200).await;
    assert_eq!(refund["amount"], 10_000);
    assert_eq!(refund["status"], "succeeded");
    assert_eq!(refund["payment_intent"], intent);
    assert_eq!(sandbox.fetch(&format!("/v1/refunds/{}", id(&refund))).await, refund);
    let more = [("payment_intent", intent.as_str()), ("amount", "14901")];
    assert_eq!(error(sandbox.post("/v1/refunds", &more), 400).await["param"], "amount");
    let rest = [("payment_intent", intent.as_str()), ("expand[]", "charge")];
    let rest = body(sandbox.post("/v1/refunds", &rest).send().await.unwrap(), 200).await;
    assert_eq!(rest["amount"], 14_900);
    assert_eq!(rest["charge"]["refunded"], true);
    assert_eq!(rest["charge"]["amount_refunded"], 24_900);
    let again = error(sandbox.post("/v1/refunds", &[("payment_intent", &intent)]), 400).await;
    assert_eq!(again["code"], "charge_already_refunded");
    let listed = sandbox.fetch(&format!("/v1/refunds?payment_intent={intent}")).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    for (form, code) in
        [(vec![], "parameter_missing"), (vec![("payment_intent", intent.as_str()), ("reason", "whim")], "")]
    {
        let error = error(sandbox.post("/v1/refunds", &form), 400).await;
        assert_eq!(error["code"].as_str().unwrap_or_default(), code);
    }
}

#[tokio::test]
async fn an_unpaid_intent_has_nothing_to_refund() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    sandbox.pay(&session, DECLINED).await;
    let session = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    let intent = session["payment_intent"].as_str().unwrap();
    error(sandbox.post("/v1/refunds", &[("payment_intent", intent)]), 400).await;
    let fetched = sandbox.fetch(&format!("/v1/payment_intents/{intent}?expand[]=latest_charge")).await;
    let charge = fetched["latest_charge"]["id"].as_str().unwrap();
    error(sandbox.post("/v1/refunds", &[("charge", charge)]), 400).await;
}

#[tokio::test]
async fn only_open_sessions_expire() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let path = format!("/v1/checkout/sessions/{}/expire", id(&session));
    let expired = body(sandbox.post(&path, &[]).send().await.unwrap(), 200).await;
    assert_eq!(expired["status"], "expired");
    error(sandbox.post(&path, &[]), 400).await;
    let (paid, _) = sandbox.paid().await;
    error(sandbox.post(&format!("/v1/checkout/sessions/{}/expire", id(&paid)), &[]), 400).await;
    let page = sandbox.pay(&session, GOOD).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("has expired"));
}

#[tokio::test]
async fn a_session_expires_by_itself() {
    let sandbox = Sandbox::start().await;
    let at = (Utc::now() + TimeDelta::minutes(31)).timestamp().to_string();
    let session = sandbox.session(&[("expires_at", &at)]).await;
    sandbox.clock.advance(TimeDelta::minutes(32));
    let fetched = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!(fetched["status"], "expired");
    assert_eq!(sandbox.hooks(1).await[0].kind(), "checkout.session.expired");
}

#[tokio::test]
async fn events_are_listed_newest_first_in_pages() {
    let sandbox = Sandbox::start().await;
    for _ in 0..3 {
        sandbox.paid().await;
    }
    let all = sandbox.fetch("/v1/events?limit=100").await;
    let all = all["data"].as_array().unwrap();
    assert_eq!(all.len(), 6);
    assert_eq!(all[0]["type"], "checkout.session.completed");
    let page = sandbox.fetch(&format!("/v1/events?limit=2&starting_after={}", id(&all[1]))).await;
    assert_eq!(page["data"][0]["id"], all[2]["id"]);
    assert_eq!(page["has_more"], true);
    let page = sandbox.fetch(&format!("/v1/events?limit=2&ending_before={}", id(&all[3]))).await;
    assert_eq!(page["data"][1]["id"], all[2]["id"]);
    let page = sandbox.fetch("/v1/events?type=payment_intent.*&created[gte]=0").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    let page = sandbox.fetch("/v1/events?types[]=charge.refunded&created[lt]=5").await;
    assert_eq!(page["data"], json!([]));
    assert_eq!(sandbox.fetch(&format!("/v1/events/{}", id(&all[5]))).await["data"], all[5]["data"]);
    error(sandbox.get("/v1/events?limit=1000"), 400).await;
    error(sandbox.get("/v1/events?colour=red"), 400).await;
}
