//! What breaks: Stripe down, Stripe failing after it has done its work, and people who pretend to be Stripe.

use chrono::TimeDelta;
use guildhall_kernel::Clock;
use guildhall_sandbox::{DEFAULT_WEBHOOK_SECRET, signature};
use guildhall_types::{Error, Money, checkout::OrderState};
use serde_json::json;

use super::world::{CARD, PRICE, World, receipts};
use crate::{Effect, Received, confirm_return, jobs, ledger::Account, receive_event, settle};

#[tokio::test]
async fn stripe_down_is_said_and_the_next_click_goes_on() {
    let world = World::new().await;
    world.control(json!({"api_down": true})).await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let error = world.try_to_buy(&ada, &course).await.unwrap_err().told();
    assert!(matches!(&error, Error::Unavailable { message } if message.contains("not been charged")), "{error:?}");
    let waiting = crate::orders(&world.db, &ada).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].state), (1, OrderState::Pending));
    world.control(json!({"api_down": false})).await;
    let (order, url) = world.buy(&ada, &course).await;
    assert_eq!(order, waiting[0].id);
    // Down again while the payment is under way, with the webhook lost: the page says "confirming", and then it is there.
    world.lose_webhooks().await;
    world.pay(&url, CARD).await.unwrap();
    world.control(json!({"api_down": true})).await;
    let view = confirm_return(&world.db, &world.stripe, &ada, order).await.unwrap().unwrap();
    assert_eq!(view.state, OrderState::Pending);
    world.advance(TimeDelta::minutes(3));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Pending);
    world.control(json!({"api_down": false})).await;
    world.advance(TimeDelta::minutes(2));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test]
async fn a_page_that_was_made_and_not_noted_is_found_again() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    // As if the database had gone between Stripe's answer and the note of it.
    let forget = "update orders set session_id = null, pay_url = null, session_expires_at = null, updated_at = created_at where id = $1";
    sqlx::query(forget).bind(order.0).execute(&world.test.owner).await.unwrap();
    assert_eq!(world.buy(&ada, &course).await, (order, url.clone()));
    assert_eq!(world.stripe_list("checkout/sessions").await.len(), 1);
    // And a payment on it finds its order by our own id.
    sqlx::query(forget).bind(order.0).execute(&world.test.owner).await.unwrap();
    world.pay(&url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
}

#[tokio::test]
async fn an_order_that_never_got_its_page_is_given_up_after_a_day() {
    let world = World::new().await;
    world.control(json!({"api_down": true})).await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.try_to_buy(&ada, &course).await.unwrap_err();
    let order = crate::orders(&world.db, &ada).await.unwrap()[0].id;
    world.advance(TimeDelta::hours(23));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Pending);
    world.advance(TimeDelta::hours(1));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Expired);
    world.control(json!({"api_down": false})).await;
    world.buy(&ada, &course).await;
}

#[tokio::test]
async fn a_waiting_order_goes_on_hours_later() {
    let world = World::new().await;
    world.control(json!({"api_down": true})).await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.try_to_buy(&ada, &course).await.unwrap_err();
    world.control(json!({"api_down": false})).await;
    // The page's expiry must be a fresh one: Stripe wants at least 30 minutes.
    world.advance(TimeDelta::hours(3));
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    confirm_return(&world.db, &world.stripe, &ada, order).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
}

#[tokio::test]
async fn a_failure_after_the_effect_costs_nobody_anything() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    // The answer 500 is kept under its key: only another key gets on.
    world.control(json!({"api_fail_after_effect": 1})).await;
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    confirm_return(&world.db, &world.stripe, &ada, order).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);

    // The same with a refund: it is seen to be done, and not done again.
    let line = world.line(order).await;
    crate::refund(&world.db, &guildhall_kernel::Actor::System("test"), line).await.unwrap();
    world.control(json!({"api_fail_after_effect": 1})).await;
    let job = serde_json::to_value(jobs::RefundPayment { line }).unwrap();
    assert!(world.run("refund_payment", job).await.unwrap_err().is_passing());
    world.work().await;
    assert_eq!(world.stripe_list("refunds").await.len(), 1);
    assert_eq!(world.books().await.of(Account::Gateway), Money::ZERO);
}

#[tokio::test]
async fn many_failures_are_said_and_left_behind() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.control(json!({"api_fail_after_effect": 3})).await;
    let error = world.try_to_buy(&ada, &course).await.unwrap_err();
    assert!(error.is_passing());
    world.buy(&ada, &course).await;
    assert_eq!(crate::orders(&world.db, &ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn forged_stale_and_broken_webhooks_are_refused() {
    let world = World::new().await;
    let now = Clock::system().now();
    let body =
        json!({"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"id": "cs_1"}}}).to_string();
    let secrets = [DEFAULT_WEBHOOK_SECRET.to_owned()];
    let receive = async |body: &str, header: Option<String>| {
        receive_event(&world.db, body.as_bytes(), header.as_deref(), &secrets, now)
            .await
            .map_err(guildhall_db::OpError::told)
    };
    let refused = |result: Result<Received, Error>| matches!(result, Err(Error::BadRequest { .. }));
    assert!(refused(receive(&body, None).await));
    assert!(refused(receive(&body, Some(signature("whsec_forged", now.timestamp(), &body))).await));
    assert!(refused(receive(&body, Some(signature(DEFAULT_WEBHOOK_SECRET, now.timestamp() - 301, &body))).await));
    assert!(refused(
        receive(&body.replace("cs_1", "cs_2"), Some(signature(DEFAULT_WEBHOOK_SECRET, now.timestamp(), &body))).await
    ));
    for broken in ["", "{}", "[]", "{\"id\": 1, \"type\": 2}", "{\"id\":\"\",\"type\":\"x\"}", "\u{0}"] {
        assert!(
            refused(receive(broken, Some(signature(DEFAULT_WEBHOOK_SECRET, now.timestamp(), broken))).await),
            "{broken:?}"
        );
    }
    let good = || Some(signature(DEFAULT_WEBHOOK_SECRET, now.timestamp(), &body));
    assert_eq!(receive(&body, good()).await, Ok(Received::Stored));
    assert_eq!(receive(&body, good()).await, Ok(Received::Duplicate));
    // Well signed, and about nothing that Stripe knows: no harm.
    world.work().await;
    let effect: String = sqlx::query_scalar("select effect from payment_events where event_id = 'evt_1'")
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    assert!(effect.starts_with("ignored"), "{effect}");
}

#[tokio::test]
async fn a_payment_that_does_not_match_its_order_enrols_nobody() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    let session = url.rsplit('/').next().unwrap();
    let facts = world.stripe.retrieve_session(session).await.unwrap();
    for wrong in [
        crate::SessionFacts { amount: 1, ..facts.clone() },
        crate::SessionFacts { currency: "eur".to_owned(), ..facts.clone() },
        crate::SessionFacts { id: "cs_other".to_owned(), ..facts.clone() },
    ] {
        assert!(matches!(settle(&world.db, &wrong).await.unwrap(), Effect::Mismatch(of, _) if of == order));
    }
    let unknown = crate::SessionFacts { id: "cs_other".to_owned(), order: None, ..facts.clone() };
    assert_eq!(settle(&world.db, &unknown).await.unwrap(), Effect::Unknown);
    assert_eq!(world.enrolled(&ada, &course).await, None);
    assert_eq!(world.books().await.of(Account::Gateway), Money::ZERO);
    assert_eq!(settle(&world.db, &facts).await.unwrap(), Effect::Settled(order));
    assert_eq!(settle(&world.db, &facts).await.unwrap(), Effect::None);
    assert_eq!(receipts(&world.work().await), [PRICE]);
}
