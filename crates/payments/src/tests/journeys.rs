//! Buying as people do it: once, twice, in two tabs, with the back button, and not at all.

use chrono::TimeDelta;
use guildhall_kernel::Actor;
use guildhall_types::{
    Error, Money,
    checkout::{CheckoutStep, OrderState},
};
use serde_json::json;

use super::world::{CARD, DECLINED, PRICE, World, receipts, templates};
use crate::{checkout_summary, confirm_return, jobs, ledger::Account, order_status, start_checkout};

#[tokio::test]
async fn a_purchase_is_settled_by_the_webhook() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let summary = checkout_summary(&world.db, &ada, &course.slug).await.unwrap().unwrap();
    assert_eq!((summary.price, summary.enrolled), (PRICE, None));

    let (order, url) = world.buy(&ada, &course).await;
    assert_eq!(world.order(&ada, order).await.pay_url.as_ref(), Some(&url));
    let back = world.pay(&url, CARD).await.unwrap();
    assert!(back.ends_with(&format!("/orders/{order}?paid=1")), "{back}");
    world.events("checkout.session.completed", 1).await;
    assert_eq!(world.state(&ada, order).await, OrderState::Pending);
    let mails = world.work().await;

    let view = world.order(&ada, order).await;
    assert_eq!((view.state, view.total, view.pay_url), (OrderState::Paid, PRICE, None));
    assert_eq!(view.lines[0].enrollment, world.enrolled(&ada, &course).await);
    assert!(view.lines[0].enrollment.is_some());
    assert_eq!(receipts(&mails), [PRICE]);
    let books = world.books().await;
    assert_eq!(books.of(Account::Gateway), PRICE);
    assert_eq!(books.of(Account::Held(world.provider)), Money::gbp(-PRICE.pence));
    let summary = checkout_summary(&world.db, &ada, &course.slug).await.unwrap().unwrap();
    assert_eq!(summary.enrolled, view.lines[0].enrollment);
}

#[tokio::test]
async fn webhooks_may_come_twice_late_and_out_of_order() {
    let world = World::new().await;
    world.control(json!({"webhook_duplicate": true, "webhook_shuffle": true, "webhook_delay_ms": 300})).await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    // The person is back before the webhook.
    let view = confirm_return(&world.db, &world.stripe, &ada, order).await.unwrap().unwrap();
    assert_eq!(view.state, OrderState::Paid);
    let enrollment = view.lines[0].enrollment;
    world.events("checkout.session.completed", 1).await;
    world.events("payment_intent.succeeded", 1).await;
    let mails = world.work().await;
    assert_eq!(receipts(&mails), [PRICE]);
    assert_eq!(world.enrolled(&ada, &course).await, enrollment);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test]
async fn a_lost_webhook_is_caught_by_the_return_page() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    // A page that keeps asking leaves Stripe alone for some seconds.
    let view = order_status(&world.db, &world.stripe, &ada, order).await.unwrap().unwrap();
    assert_eq!(view.state, OrderState::Pending);
    world.advance(TimeDelta::seconds(6));
    let view = order_status(&world.db, &world.stripe, &ada, order).await.unwrap().unwrap();
    assert_eq!(view.state, OrderState::Paid);
    assert!(world.enrolled(&ada, &course).await.is_some());
}

#[tokio::test]
async fn a_lost_webhook_and_a_closed_browser_are_caught_by_the_reconciler() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Pending, "too young to be asked for");
    world.advance(TimeDelta::minutes(3));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
    assert!(world.enrolled(&ada, &course).await.is_some());
    assert_eq!(receipts(&world.work().await), [PRICE]);
}

#[tokio::test]
async fn a_declined_card_and_then_a_good_one() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    assert_eq!(world.pay(&url, DECLINED).await, None);
    world.events("payment_intent.payment_failed", 1).await;
    assert!(world.work().await.is_empty());
    assert_eq!(world.state(&ada, order).await, OrderState::Pending);
    assert_eq!(world.enrolled(&ada, &course).await, None);
    // Back, and "Pay" again: the same page.
    assert_eq!(world.buy(&ada, &course).await, (order, url.clone()));
    world.pay(&url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test]
async fn an_abandoned_checkout_expires_and_can_be_begun_anew() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.advance(TimeDelta::minutes(70));
    world.events("checkout.session.expired", 1).await;
    world.work().await;
    let view = world.order(&ada, order).await;
    assert_eq!((view.state, view.pay_url), (OrderState::Expired, None));
    assert_eq!(world.enrolled(&ada, &course).await, None);
    let (second, second_url) = world.buy(&ada, &course).await;
    assert!(second != order && second_url != url);
    // The old page takes no money.
    assert_eq!(world.pay(&url, CARD).await, None);
    world.pay(&second_url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.state(&ada, second).await, OrderState::Paid);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test]
async fn a_page_about_to_close_is_not_handed_out_again() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (old, old_url) = world.buy(&ada, &course).await;
    world.advance(TimeDelta::minutes(54));
    assert_eq!(world.buy(&ada, &course).await, (old, old_url.clone()));
    world.advance(TimeDelta::minutes(3));
    let (order, url) = world.buy(&ada, &course).await;
    assert!(order != old && url != old_url);
    assert_eq!(world.state(&ada, old).await, OrderState::Cancelled);
    assert_eq!(world.pay(&old_url, CARD).await, None);
    world.work().await;
    world.pay(&url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
}

#[tokio::test]
async fn an_address_that_stripe_does_not_take_keeps_nobody_from_paying() {
    let world = World::new().await;
    let (ada, course) = (world.person_at("a,b@example.test".to_owned()).await, world.course(PRICE).await);
    let order = world.purchase(&ada, &course).await;
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
}

#[tokio::test]
async fn an_abandoned_checkout_is_ended_by_the_reconciler_when_no_webhook_says_so() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, _) = world.buy(&ada, &course).await;
    world.advance(TimeDelta::minutes(70));
    jobs::reconcile(&world.db, &world.stripe).await.unwrap();
    assert_eq!(world.state(&ada, order).await, OrderState::Expired);
}

#[tokio::test]
async fn a_double_click_and_the_back_button_lead_to_one_page() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let first = world.buy(&ada, &course).await;
    let second = world.buy(&ada, &course).await;
    assert_eq!(first, second);
    assert_eq!(crate::orders(&world.db, &ada).await.unwrap().len(), 1);
    // Paid, and back with the button before anything else heard of it: "Pay" finds out.
    world.lose_webhooks().await;
    world.pay(&first.1, CARD).await.unwrap();
    let step = world.try_to_buy(&ada, &course).await.unwrap();
    let enrollment = world.enrolled(&ada, &course).await.unwrap();
    assert_eq!(step, CheckoutStep::Enrolled { enrollment });
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tabs_at_once_come_to_one_page() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let clicks = futures::future::join_all((0..6).map(|_| world.buy(&ada, &course))).await;
    assert!(clicks.iter().all(|click| *click == clicks[0]), "{clicks:?}");
    assert_eq!(crate::orders(&world.db, &ada).await.unwrap().len(), 1);
    let open = world.stripe_list("checkout/sessions?status=open").await;
    assert_eq!(open.len(), 1);
    // Two tabs send the payment too.
    let (one, two) = tokio::join!(world.pay(&clicks[0].1, CARD), world.pay(&clicks[0].1, CARD));
    assert!(one.is_some() && two.is_some());
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn webhook_return_and_reconciler_at_once_settle_once() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    world.pay(&url, CARD).await.unwrap();
    world.advance(TimeDelta::minutes(3));
    world.events("checkout.session.completed", 1).await;
    let look = || confirm_return(&world.db, &world.stripe, &ada, order);
    let (a, b, c, mails, d) =
        tokio::join!(look(), look(), look(), world.work(), jobs::reconcile(&world.db, &world.stripe));
    a.unwrap();
    b.unwrap();
    c.unwrap();
    d.unwrap();
    let mut mails = mails;
    mails.extend(world.work().await);
    assert_eq!(receipts(&mails), [PRICE]);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
}

#[tokio::test]
async fn nobody_pays_for_what_they_have() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.purchase(&ada, &course).await;
    let enrollment = world.enrolled(&ada, &course).await.unwrap();
    assert_eq!(world.try_to_buy(&ada, &course).await.unwrap(), CheckoutStep::Enrolled { enrollment });
    assert_eq!(crate::orders(&world.db, &ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_price_is_shown_before_anything_is_paid() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (old, old_url) = world.buy(&ada, &course).await;
    let dearer = Money::gbp(PRICE.pence + 1_000);
    world.set_price(&course, dearer).await;
    assert_eq!(world.try_to_buy(&ada, &course).await.unwrap(), CheckoutStep::PriceChanged { price: dearer });
    // Agreed: the page with the old price is closed first.
    let step = start_checkout(&world.db, &world.stripe, &ada, &course.slug, dearer).await.unwrap();
    let CheckoutStep::Pay { order, url } = step else { panic!("{step:?}") };
    assert!(order != old && url != old_url);
    assert_eq!(world.state(&ada, old).await, OrderState::Cancelled);
    assert_eq!(world.pay(&old_url, CARD).await, None);
    world.pay(&url, CARD).await.unwrap();
    confirm_return(&world.db, &world.stripe, &ada, order).await.unwrap();
    assert_eq!(world.books().await.of(Account::Gateway), dearer);
}

#[tokio::test]
async fn a_course_that_became_free_costs_nothing() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.set_price(&course, Money::ZERO).await;
    let step = world.try_to_buy(&ada, &course).await.unwrap();
    let enrollment = world.enrolled(&ada, &course).await.unwrap();
    assert_eq!(step, CheckoutStep::Enrolled { enrollment });
    assert_eq!(world.try_to_buy(&ada, &course).await.unwrap(), step);
    assert_eq!(templates(&world.work().await), ["enrolled"]);
    assert_eq!(world.books().await.of(Account::Gateway), Money::ZERO);
}

#[tokio::test]
async fn what_costs_something_is_not_had_for_free() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let refused = guildhall_enrollment::enroll_free(&world.db, &ada, &course.slug).await.unwrap_err().told();
    assert!(matches!(refused, Error::Conflict { .. }));
    let nobody =
        guildhall_enrollment::enroll_free(&world.db, &Actor::Anonymous, &course.slug).await.unwrap_err().told();
    assert_eq!(nobody, Error::SignInRequired);
    // Nor past the ops: the database refuses what the person's own transaction tries.
    let mut tx = world.db.begin(&ada).await.unwrap();
    let user = ada.user_id().unwrap();
    guildhall_enrollment::grant(&mut tx, &world.db, user, course.id, None).await.unwrap_err();
    drop(tx);
    let (order, _) = world.buy(&ada, &course).await;
    let mut tx = world.db.begin(&ada).await.unwrap();
    let moved = sqlx::query("update orders set state = 'paid', paid_at = now() where id = $1")
        .bind(order.0)
        .execute(&mut *tx)
        .await;
    assert_eq!(moved.unwrap().rows_affected(), 0);
    drop(tx);
    assert_eq!(world.enrolled(&ada, &course).await, None);
}

#[tokio::test]
async fn two_orders_both_paid_are_one_course_and_one_payment_back() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (first, first_url) = world.buy(&ada, &course).await;
    // The first order is given up here while its page is still open at Stripe.
    sqlx::query("update orders set state = 'expired' where id = $1")
        .bind(first.0)
        .execute(&world.test.owner)
        .await
        .unwrap();
    sqlx::query("update order_lines set state = 'closed' where order_id = $1")
        .bind(first.0)
        .execute(&world.test.owner)
        .await
        .unwrap();
    let (second, second_url) = world.buy(&ada, &course).await;
    world.pay(&second_url, CARD).await.unwrap();
    confirm_return(&world.db, &world.stripe, &ada, second).await.unwrap();
    world.control(json!({"webhook_drop": false})).await;
    world.pay(&first_url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    let mails = world.work().await;

    assert_eq!(world.state(&ada, second).await, OrderState::Paid);
    assert_eq!(world.state(&ada, first).await, OrderState::Refunded);
    assert!(world.enrolled(&ada, &course).await.is_some());
    assert_eq!(templates(&mails), ["receipt", "refunded"]);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
    let refunds = world.stripe_list("refunds").await;
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"], PRICE.pence);
}

#[tokio::test]
async fn money_for_an_order_that_was_given_up_still_counts() {
    let world = World::new().await;
    world.lose_webhooks().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, url) = world.buy(&ada, &course).await;
    sqlx::query("update orders set state = 'cancelled' where id = $1")
        .bind(order.0)
        .execute(&world.test.owner)
        .await
        .unwrap();
    sqlx::query("update order_lines set state = 'closed' where order_id = $1")
        .bind(order.0)
        .execute(&world.test.owner)
        .await
        .unwrap();
    world.control(json!({"webhook_drop": false})).await;
    world.pay(&url, CARD).await.unwrap();
    world.events("checkout.session.completed", 1).await;
    world.work().await;
    assert_eq!(world.state(&ada, order).await, OrderState::Paid);
    assert!(world.enrolled(&ada, &course).await.is_some());
}

#[tokio::test]
async fn orders_are_their_buyers_alone() {
    let world = World::new().await;
    let (ada, bob, course) = (world.person().await, world.person().await, world.course(PRICE).await);
    let (order, _) = world.buy(&ada, &course).await;
    assert_eq!(crate::order(&world.db, &bob, order).await.unwrap(), None);
    assert_eq!(confirm_return(&world.db, &world.stripe, &bob, order).await.unwrap(), None);
    assert!(crate::orders(&world.db, &bob).await.unwrap().is_empty());
    let nobody = crate::order(&world.db, &Actor::Anonymous, order).await.unwrap_err().told();
    assert_eq!(nobody, Error::SignInRequired);
    let nobody = world.try_to_buy(&Actor::Anonymous, &course).await.unwrap_err().told();
    assert_eq!(nobody, Error::SignInRequired);
    // Bob's purchase of the same course is his own.
    let (other, _) = world.buy(&bob, &course).await;
    assert_ne!(other, order);
}

#[tokio::test]
async fn what_is_not_on_offer_can_not_be_bought() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    sqlx::query("update courses set state = 'archived' where id = $1")
        .bind(course.id.0)
        .execute(&world.test.owner)
        .await
        .unwrap();
    assert_eq!(world.try_to_buy(&ada, &course).await.unwrap_err().told(), Error::NotFound);
    assert_eq!(checkout_summary(&world.db, &ada, &course.slug).await.unwrap(), None);
    for slug in ["no-such-course", "", "No Such", "a\0b", "'; drop table orders; --", &"x".repeat(10_000)] {
        let missing = start_checkout(&world.db, &world.stripe, &ada, slug, PRICE).await;
        assert_eq!(missing.unwrap_err().told(), Error::NotFound);
        let missing = guildhall_enrollment::enroll_free(&world.db, &ada, slug).await;
        assert_eq!(missing.unwrap_err().told(), Error::NotFound);
        assert_eq!(checkout_summary(&world.db, &ada, slug).await.unwrap(), None);
    }
}
