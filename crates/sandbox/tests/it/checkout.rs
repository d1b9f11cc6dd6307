//! The hosted page, as a browser without script uses it.

use std::time::Duration;

use serde_json::json;

use crate::support::{ASKS, DECLINED, GOOD, Hook, Sandbox, card_form, id};

#[tokio::test]
async fn a_good_card_pays_and_goes_on() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let page = sandbox.http.get(session["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    for part in [
        "Pay £249.00",
        "Testing &lt;language&gt; models",
        "for=\"cardNumber\"",
        "checkout/testing\">Back</a>",
        "Sandbox",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let paid = sandbox.pay(&session, GOOD).await;
    assert_eq!(paid.status(), 303);
    assert_eq!(paid.headers()["location"], format!("http://127.0.0.1:3000/orders/1?session={}", id(&session)));
    let page = sandbox.http.get(session["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("You have already paid"));
    assert!(!page.contains("<form"));
}

#[tokio::test]
async fn a_double_click_pays_once() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let (first, second) = tokio::join!(sandbox.pay(&session, GOOD), sandbox.pay(&session, GOOD));
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (303, 303));
    let hooks = sandbox.hooks(2).await;
    let kinds: Vec<&str> = hooks.iter().map(Hook::kind).collect();
    assert_eq!(kinds, ["payment_intent.succeeded", "checkout.session.completed"]);
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let page = sandbox.pay(&session, DECLINED).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("role=\"alert\"") && page.contains("Your card was declined."), "{page}");
    assert!(page.contains("value=\"ada@example.com\""));
    let hooks = sandbox.hooks(1).await;
    assert_eq!(hooks[0].kind(), "payment_intent.payment_failed");
    assert_eq!(hooks[0].event["data"]["object"]["last_payment_error"]["decline_code"], "generic_decline");
    let open = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!((&open["status"], &open["payment_status"]), (&json!("open"), &json!("unpaid")));
    // Another card pays the same PaymentIntent.
    assert_eq!(sandbox.pay(&session, GOOD).await.status(), 303);
    let paid = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!(paid["payment_intent"], open["payment_intent"]);
    assert_eq!(paid["payment_status"], "paid");
}

#[tokio::test]
async fn authentication_can_succeed() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let asked = sandbox.pay(&session, ASKS).await;
    let challenge = format!("/c/pay/{}/authenticate", id(&session));
    assert_eq!((asked.status().as_u16(), asked.headers()["location"].to_str().unwrap()), (303, challenge.as_str()));
    let open = sandbox.fetch(&format!("/v1/checkout/sessions/{}?expand[]=payment_intent", id(&session))).await;
    assert_eq!(open["payment_intent"]["status"], "requires_action");
    let page = sandbox.get(&challenge).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Complete authentication") && page.contains("Fail authentication"));
    assert_eq!(sandbox.post(&challenge, &[("outcome", "perhaps")]).send().await.unwrap().status(), 400);
    let done = sandbox.post(&challenge, &[("outcome", "complete")]).send().await.unwrap();
    assert!(done.headers()["location"].to_str().unwrap().starts_with("http://127.0.0.1:3000/orders/1"));
    // Once more changes nothing.
    let again = sandbox.post(&challenge, &[("outcome", "fail")]).send().await.unwrap();
    assert_eq!(again.status(), 303);
    assert_eq!(sandbox.hooks(2).await.len(), 2);
}

#[tokio::test]
async fn authentication_can_fail() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let challenge = format!("/c/pay/{}/authenticate", id(&session));
    // Nothing to answer yet.
    let early = sandbox.post(&challenge, &[("outcome", "complete")]).send().await.unwrap();
    assert_eq!(early.headers()["location"], format!("/c/pay/{}", id(&session)));
    sandbox.pay(&session, ASKS).await;
    let page = sandbox.post(&challenge, &[("outcome", "fail")]).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("unable to authenticate") && page.contains("You have not been charged"));
    assert_eq!(sandbox.hooks(1).await[0].kind(), "payment_intent.payment_failed");
    assert_eq!(sandbox.pay(&session, GOOD).await.status(), 303);
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[]).await;
    let cases = [
        ("cardNumber", "4242 4242 4242 4241", "cardNumber-error"),
        ("cardNumber", "", "cardNumber-error"),
        ("cardNumber", "5105105105105100", "never a real one"),
        ("cardExpiry", "01 / 20", "in the past"),
        ("cardExpiry", "13 / 34", "between 01 and 12"),
        ("cardCvc", "12", "cardCvc-error"),
        ("billingName", " ", "billingName-error"),
        ("email", "<script>", "email-error"),
    ];
    for (field, value, expected) in cases {
        let mut form = card_form(GOOD);
        form.retain(|(name, _)| *name != field);
        form.push((field, value));
        let page = sandbox.pay_form(&session, &form).await;
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        assert!(page.contains(expected) && page.contains("There is a problem"), "{field}={value}: {page}");
        assert!(!page.contains("<script>"));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(sandbox.events().await.is_empty());
}

#[tokio::test]
async fn a_given_address_cannot_be_changed() {
    let sandbox = Sandbox::start().await;
    let session = sandbox.session(&[("customer_email", "site@example.com")]).await;
    let page = sandbox.http.get(session["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("value=\"site@example.com\"") && page.contains("readonly"));
    sandbox.pay(&session, GOOD).await;
    let paid = sandbox.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
    assert_eq!(paid["customer_details"]["email"], "site@example.com");
}

#[tokio::test]
async fn bad_addresses_and_bodies_are_refused() {
    let sandbox = Sandbox::start().await;
    assert_eq!(sandbox.get("/c/pay/cs_test_nothing").send().await.unwrap().status(), 404);
    assert_eq!(sandbox.get("/c/pay/%00%ff/authenticate").send().await.unwrap().status().as_u16() / 100, 4);
    let session = sandbox.session(&[]).await;
    let url = format!("{}/c/pay/{}", sandbox.base, id(&session));
    let large = sandbox.pay_form(&session, &[("cardNumber", &"4".repeat(20_000))]).await;
    assert_eq!(large.status(), 413);
    assert_eq!(sandbox.http.post(&url).json(&json!({})).send().await.unwrap().status(), 415);
    // Nothing typed is a form to fill in.
    let empty: [(&str, &str); 0] = [];
    assert_eq!(sandbox.pay_form(&session, &empty).await.status(), 200);
}
