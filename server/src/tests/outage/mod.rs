//! PostgreSQL goes away in the middle of a purchase, and comes back: nothing is lost, nothing is doubled, nothing is told that
//! is nobody's business, and everything goes on by itself.

mod town;
mod wire;

use std::time::Duration;

use chrono::TimeDelta;
use guildhall_kernel::Actor;
use guildhall_types::Money;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::json;

use town::{COURSE, Town, eventually};

const PAID: &str = "select count(*) from orders where state = 'paid'";
const WAITING_JOBS: &str = "select count(*) from graphile_worker._private_jobs where run_at <= now()";

/// Says in a sentence what is so and when to come again, and nothing of the inside.
async fn said_plainly(answer: Response, kind: &str) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", answer.url());
    assert!(answer.headers()[RETRY_AFTER].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert!(answer.headers()[CONTENT_TYPE].to_str().unwrap().starts_with(kind), "{:?}", answer.headers());
    let body = answer.text().await.unwrap();
    assert!(body.contains("Nothing was lost: try again in a minute."), "{body}");
    for secret in ["postgres", "sqlx", "sql", "pool", "refused", "os error", "127.0.0.1", "panicked"] {
        assert!(!body.to_lowercase().contains(secret), "{secret}: {body}");
    }
}

/// One purchase, whole, once.
async fn bought_once(town: &Town) {
    assert_eq!(town.count("select count(*) from orders").await, 1);
    assert_eq!(town.count(PAID).await, 1);
    assert_eq!(town.count("select count(*) from enrollments").await, 1);
    assert_eq!(town.count("select count(*) from ledger_transactions").await, 1);
    let books = guildhall_payments::ledger::trial_balance(&town.site.test.db, &Actor::System("test")).await.unwrap();
    assert_eq!(books.off_by(), Money::ZERO);
    assert_eq!(books.of(guildhall_payments::ledger::Account::Gateway), Money::gbp(24_900));
    assert_eq!(town.receipts().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_outlives_the_loss_of_the_database() {
    let town = Town::open().await;
    let page = town.buy().await;
    town.control(json!({ "webhook_delay_ms": 100 })).await;
    let back = town.pay(&page).await;
    town.wire.cut().await;
    // Somebody else's node changes a course meanwhile; nobody is here to hear of it.
    sqlx::query("update courses set title = 'Weigh a model before you buy it' where slug = $1")
        .bind(COURSE)
        .execute(&town.site.test.owner)
        .await
        .unwrap();

    let (order, catalogue, api, health) = tokio::join!(
        town.get(&back),
        town.ask("/courses"),
        town.ask("/api/v1/courses/nothing"),
        town.ask("/health/ready")
    );
    said_plainly(order, "text/html").await;
    said_plainly(catalogue, "text/html").await;
    said_plainly(api, "application/problem+json").await;
    assert_eq!(health.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(town.ask("/health/live").await.status(), StatusCode::OK);
    eventually("a webhook that is sent away", async || town.webhook_answers().await.contains(&503)).await;
    assert_eq!(town.count(PAID).await, 0);

    town.wire.mend().await;
    // The first request already finds the database: what the pool holds of before is not handed out.
    for _ in 0..10 {
        assert_eq!(town.ask("/health/ready").await.status(), StatusCode::OK);
    }
    eventually("the webhook's next attempt", async || town.webhook_answers().await.contains(&200)).await;
    eventually("an order that is paid by the worker", async || town.count(PAID).await == 1).await;
    eventually("the receipt", async || town.receipts().await == 1).await;
    eventually("the course in the search, as it is called now", async || {
        town.ask("/api/v1/courses?q=weigh").await.text().await.unwrap().contains(COURSE)
    })
    .await;

    // Each way to a payment again: the page that the person is on, the reconciler, and the worker.
    assert!(town.get(&back).await.text().await.unwrap().contains("/learn/"));
    town.advance(TimeDelta::minutes(3));
    for _ in 0..2 {
        guildhall_payments::jobs::reconcile(&town.site.state.db, &town.site.state.stripe).await.unwrap();
    }
    eventually("an empty queue", async || town.count(WAITING_JOBS).await == 0).await;
    bought_once(&town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_worker_had_taken_is_done_by_the_next() {
    let town = Town::open().await;
    // Nobody tells of this payment: the reconciler has to ask.
    town.control(json!({ "webhook_drop": true })).await;
    town.pay(&town.buy().await).await;
    town.advance(TimeDelta::minutes(3));
    // As if the worker were at the job when its connection went, and could not say that it had failed.
    let mut tx = town.site.test.owner.begin().await.unwrap();
    let job: i64 = sqlx::query_scalar("select id from graphile_worker.add_job(identifier => 'reconcile_payments')")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    sqlx::query("update graphile_worker._private_jobs set locked_by = $2, locked_at = now() where id = $1")
        .bind(job)
        .bind(&town.worker)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let waits = async || {
        let there = "select exists (select from graphile_worker._private_jobs where id = $1)";
        sqlx::query_scalar::<_, bool>(there).bind(job).fetch_one(&town.site.test.owner).await.unwrap()
    };
    town.wire.cut().await;
    // Longer than the pool waits for a connection: the worker is given up.
    tokio::time::sleep(Duration::from_millis(7_500)).await;
    assert!(waits().await);
    town.wire.mend().await;
    eventually("the job done by the worker's successor", async || !waits().await).await;
    eventually("the order paid", async || town.count(PAID).await == 1).await;
    eventually("the receipt", async || town.receipts().await == 1).await;
    bought_once(&town).await;
}
