//! The product's own client against the sandbox: what it sends is understood, what it gets it can read.

use std::collections::HashMap;

use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ProductData, RetrieveCheckoutSession,
};
use stripe_checkout::{CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus};
use stripe_core::payment_intent::RetrievePaymentIntent;
use stripe_core::refund::{CreateRefund, CreateRefundReason, RetrieveRefund};
use stripe_core::{Charge, PaymentIntent, PaymentIntentStatus, Refund};

use crate::support::{DECLINED, GOOD, KEY, Sandbox};

fn client(sandbox: &Sandbox) -> Client {
    ClientBuilder::new(KEY).url(sandbox.base.as_str()).build().unwrap()
}

fn request() -> CreateCheckoutSession {
    // As a literal, because the type of `currency` is not exported under any name.
    let price = CreateCheckoutSessionLineItemsPriceData {
        currency: "gbp".parse().unwrap(),
        product: None,
        product_data: Some(ProductData::new("Testing language models")),
        recurring: None,
        tax_behavior: None,
        unit_amount: Some(24_900),
        unit_amount_decimal: None,
    };
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price_data = Some(price);
    line.quantity = Some(1);
    let order = HashMap::from([("order".to_owned(), "order-1".to_owned()), ("kind".to_owned(), "course".to_owned())]);
    let mut intent = CreateCheckoutSessionPaymentIntentData::new();
    intent.metadata = Some(order.clone());
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![line])
        .success_url("http://127.0.0.1:3000/orders/1?session={CHECKOUT_SESSION_ID}")
        .cancel_url("http://127.0.0.1:3000/checkout/testing")
        .client_reference_id("order-1")
        .customer_email("ada@example.com")
        .metadata(order)
        .payment_intent_data(intent)
        .expires_at(chrono::Utc::now().timestamp() + 3_600)
}

async fn pay(sandbox: &Sandbox, session: &CheckoutSession, card: &str) -> u16 {
    sandbox.pay(&serde_json::json!({"id": session.id.as_str()}), card).await.status().as_u16()
}

#[tokio::test]
async fn a_purchase_and_its_refund() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let once = RequestStrategy::Idempotent(IdempotencyKey::new("order-1").unwrap());
    let session = request().customize().request_strategy(once).send(&client).await.unwrap();
    assert_eq!(session.status, Some(CheckoutSessionStatus::Open));
    assert_eq!(session.amount_total, Some(24_900));
    assert!(session.payment_intent.is_none());
    assert!(session.url.as_ref().unwrap().starts_with(&sandbox.base));

    assert_eq!(pay(&sandbox, &session, DECLINED).await, 200);
    assert_eq!(pay(&sandbox, &session, GOOD).await, 303);

    let paid = RetrieveCheckoutSession::new(session.id.clone())
        .expand(vec!["payment_intent.latest_charge".to_owned(), "line_items".to_owned()])
        .send(&client)
        .await
        .unwrap();
    assert_eq!(paid.payment_status, CheckoutSessionPaymentStatus::Paid);
    assert_eq!(paid.line_items.as_ref().unwrap().data.len(), 1);
    let intent = paid.payment_intent.unwrap().into_object().unwrap();
    assert_eq!(intent.status, PaymentIntentStatus::Succeeded);
    assert_eq!(intent.metadata["order"], "order-1");
    assert!(intent.latest_charge.as_ref().unwrap().is_object());

    let plain = RetrieveCheckoutSession::new(session.id).send(&client).await.unwrap();
    assert!(!plain.payment_intent.unwrap().is_object());

    let refund = CreateRefund::new()
        .payment_intent(intent.id.as_str())
        .amount(900)
        .reason(CreateRefundReason::RequestedByCustomer)
        .metadata(HashMap::from([("order".to_owned(), "order-1".to_owned())]))
        .send(&client)
        .await
        .unwrap();
    assert_eq!((refund.amount, refund.status.as_deref()), (900, Some("succeeded")));
    let fetched = RetrieveRefund::new(refund.id.clone()).send(&client).await.unwrap();
    assert_eq!(fetched.id, refund.id);
    let intent = RetrievePaymentIntent::new(intent.id).send(&client).await.unwrap();
    assert_eq!(intent.amount_received, 24_900);
}

#[tokio::test]
async fn a_failed_payment_can_be_read() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let session = request().send(&client).await.unwrap();
    pay(&sandbox, &session, DECLINED).await;
    let open = RetrieveCheckoutSession::new(session.id.clone()).send(&client).await.unwrap();
    let intent = RetrievePaymentIntent::new(open.payment_intent.unwrap().into_id()).send(&client).await.unwrap();
    assert_eq!(intent.status, PaymentIntentStatus::RequiresPaymentMethod);
    assert_eq!(intent.last_payment_error.unwrap().decline_code.as_deref(), Some("generic_decline"));
    let expired = ExpireCheckoutSession::new(session.id).send(&client).await.unwrap();
    assert_eq!(expired.status, Some(CheckoutSessionStatus::Expired));
}

#[tokio::test]
async fn errors_arrive_as_errors() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let error = RetrieveCheckoutSession::new("cs_test_nothing").send(&client).await.unwrap_err();
    let StripeError::Stripe(error, status) = error else { panic!("{error}") };
    assert_eq!((status, error.code.unwrap().as_str()), (404, "resource_missing"));
    sandbox.control(serde_json::json!({"api_down": true})).await;
    let error = request().send(&client).await.unwrap_err();
    assert!(matches!(error, StripeError::Stripe(_, 503)));
}

#[tokio::test]
async fn the_objects_of_events_can_be_read() {
    let sandbox = Sandbox::start().await;
    let (_, intent) = sandbox.paid().await;
    sandbox.post("/v1/refunds", &[("payment_intent", &intent)]).send().await.unwrap();
    for hook in sandbox.hooks(4).await {
        let object = hook.event["data"]["object"].clone();
        match hook.kind() {
            "checkout.session.completed" => {
                drop(serde_json::from_value::<CheckoutSession>(object).unwrap());
            }
            "payment_intent.succeeded" => {
                drop(serde_json::from_value::<PaymentIntent>(object).unwrap());
            }
            "charge.refunded" => drop(serde_json::from_value::<Charge>(object).unwrap()),
            "refund.created" => drop(serde_json::from_value::<Refund>(object).unwrap()),
            other => panic!("unexpected {other}"),
        }
    }
}
