//! Release and refund: what ends the holding of funds.

use chrono::TimeDelta;
use guildhall_db::JobOptions;
use guildhall_enrollment::jobs::CourseCompleted;
use guildhall_kernel::Actor;
use guildhall_types::{Error, Money, checkout::OrderState};

use super::world::{PRICE, World, templates};
use crate::{jobs, ledger::Account, policy, refund, release};

const ADMIN: Actor = Actor::System("test");

#[tokio::test]
async fn completing_the_course_pays_the_provider() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let order = world.purchase(&ada, &course).await;
    let enrollment = world.enrolled(&ada, &course).await.unwrap();
    let mut tx = world.db.begin(&ADMIN).await.unwrap();
    guildhall_db::enqueue(&mut tx, &CourseCompleted { enrollment }, JobOptions::default()).await.unwrap();
    tx.commit().await.unwrap();
    world.work().await;
    let books = world.books().await;
    assert_eq!(books.of(Account::Held(world.provider)), Money::ZERO);
    assert_eq!(books.of(Account::Payable(world.provider)), Money::gbp(-21_165));
    assert_eq!(books.of(Account::Commission), Money::gbp(-3_735));
    let line = world.line(order).await;
    assert!(!release(&world.db, line).await.unwrap());
    let error = refund(&world.db, &ADMIN, line).await.unwrap_err().told();
    assert!(matches!(error, Error::Conflict { .. }));
    assert!(world.enrolled(&ada, &course).await.is_some());
}

#[tokio::test]
async fn held_funds_are_released_after_eighty_days() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    world.purchase(&ada, &course).await;
    world.advance(TimeDelta::days(policy::HOLD_DAYS) - TimeDelta::seconds(1));
    jobs::release_due(&world.db).await.unwrap();
    assert_eq!(world.books().await.of(Account::Held(world.provider)), Money::gbp(-PRICE.pence));
    world.advance(TimeDelta::seconds(1));
    jobs::release_due(&world.db).await.unwrap();
    jobs::release_due(&world.db).await.unwrap();
    let books = world.books().await;
    assert_eq!(books.of(Account::Held(world.provider)), Money::ZERO);
    assert_eq!(books.of(Account::Payable(world.provider)).pence + books.of(Account::Commission).pence, -PRICE.pence);
}

#[tokio::test]
async fn a_refund_takes_away_its_course_and_no_other() {
    let world = World::new().await;
    let ada = world.person().await;
    let (one, two) = (world.course(PRICE).await, world.course(PRICE).await);
    let (first, second) = (world.purchase(&ada, &one).await, world.purchase(&ada, &two).await);
    let line = world.line(first).await;
    assert_eq!(refund(&world.db, &ada, line).await.unwrap_err().told(), Error::Forbidden);
    refund(&world.db, &ADMIN, line).await.unwrap();
    refund(&world.db, &ADMIN, line).await.unwrap();
    let mails = world.work().await;

    assert_eq!(templates(&mails), ["receipt", "receipt", "refunded"]);
    assert_eq!(world.enrolled(&ada, &one).await, None);
    assert!(world.enrolled(&ada, &two).await.is_some());
    assert_eq!(world.state(&ada, first).await, OrderState::Refunded);
    assert_eq!(world.state(&ada, second).await, OrderState::Paid);
    let refunds = world.stripe_list("refunds").await;
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"], PRICE.pence);
    let told: Vec<(String, String)> =
        sqlx::query_as("select actor_role, after from audit_inbox where action = 'payment.refunded'")
            .fetch_all(&world.test.owner)
            .await
            .unwrap();
    let amount = format!(r#"{{"currency":"GBP","pence":{}}}"#, PRICE.pence);
    assert_eq!(told.len(), 1, "refunding again changes nothing, so there is nothing to tell");
    assert_eq!(told[0].1, amount);
    assert_eq!(world.books().await.of(Account::Gateway), PRICE);
    // The sandbox tells of the refund too: known already.
    world.events("charge.refunded", 1).await;
    assert!(world.work().await.is_empty());
    // The course can be bought again.
    world.purchase(&ada, &one).await;
    assert_eq!(world.books().await.of(Account::Gateway), Money::gbp(2 * PRICE.pence));
}

#[tokio::test]
async fn a_refund_in_stripes_own_pages_is_booked() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let order = world.purchase(&ada, &course).await;
    world.work().await;
    let payment: String = sqlx::query_scalar("select payment_intent_id from orders where id = $1")
        .bind(order.0)
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    let answer = world
        .http
        .post(format!("{}/v1/refunds", world.sandbox))
        .bearer_auth("sk_test_12345678")
        .form(&[("payment_intent", payment.as_str())])
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    world.events("charge.refunded", 1).await;
    assert_eq!(templates(&world.work().await), ["refunded"]);
    assert_eq!(world.state(&ada, order).await, OrderState::Refunded);
    assert_eq!(world.enrolled(&ada, &course).await, None);
    assert_eq!(world.books().await.of(Account::Gateway), Money::ZERO);
    assert_eq!(world.stripe_list("refunds").await.len(), 1);
}

#[tokio::test]
async fn only_what_was_paid_can_be_refunded() {
    let world = World::new().await;
    let (ada, course) = (world.person().await, world.course(PRICE).await);
    let (order, _) = world.buy(&ada, &course).await;
    let line = world.line(order).await;
    assert!(matches!(refund(&world.db, &ADMIN, line).await.unwrap_err().told(), Error::Conflict { .. }));
    assert_eq!(refund(&world.db, &ADMIN, world.db.id()).await.unwrap_err().told(), Error::NotFound);
    assert!(!release(&world.db, line).await.unwrap());
}
