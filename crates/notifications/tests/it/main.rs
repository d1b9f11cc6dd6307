//! Sending against a real database, to the stand-in that speaks SendGrid's protocol and to one that fails on purpose.

#![expect(clippy::unwrap_used, reason = "a stand-in that can't be started is a failed test")]

mod stand_in;

use guildhall_db::testing::database;
use guildhall_kernel::{
    Actor,
    mail::{Mail, SendMail},
};
use guildhall_notifications::{Outcome, send_mail};
use guildhall_types::UserId;

use stand_in::{FailingService, mailer, sandbox};

fn job(key: &str) -> SendMail {
    let mail =
        Mail::ConfirmEmail { name: "Ada <Lovelace>".to_owned(), link_path: "/confirm-email?token=abc".to_owned() };
    SendMail { key: key.to_owned(), user: None, to: "ada@example.com".to_owned(), mail }
}

#[tokio::test]
async fn a_mail_arrives_once_however_often_its_job_runs() {
    let test = database().await;
    let sandbox = sandbox().await;
    let mailer = mailer(&sandbox);
    assert_eq!(send_mail(&test.db, &mailer, &job("confirm-email:1")).await.unwrap(), Outcome::Sent);
    assert_eq!(send_mail(&test.db, &mailer, &job("confirm-email:1")).await.unwrap(), Outcome::SentBefore);
    assert_eq!(send_mail(&test.db, &mailer, &job("confirm-email:2")).await.unwrap(), Outcome::Sent);

    let outbox: serde_json::Value =
        reqwest::get(format!("{sandbox}/sandbox/outbox.json")).await.unwrap().json().await.unwrap();
    let mails = outbox.as_array().unwrap();
    assert_eq!(mails.len(), 2);
    let mail = &mails[1];
    assert_eq!(mail["to"], "ada@example.com");
    assert_eq!(mail["from"], "Guildhall <hello@guildhall.test>");
    assert_eq!(mail["subject"], "Confirm your email address");
    assert_eq!(mail["custom_args"]["key"], "confirm-email:1");
    assert!(mail["text"].as_str().unwrap().contains("\nhttps://guildhall.test/confirm-email?token=abc\n"));
    assert!(mail["html"].as_str().unwrap().contains("Ada &lt;Lovelace&gt;"));
}

#[tokio::test]
async fn two_runs_at_once_send_one_mail() {
    let test = database().await;
    let service = FailingService::start(vec![202, 202], 100).await;
    let mailer = mailer(&service.url);
    let job = job("confirm-email:1");
    let (one, two) = tokio::join!(send_mail(&test.db, &mailer, &job), send_mail(&test.db, &mailer, &job));
    let mut outcomes = [one.unwrap(), two.unwrap()];
    outcomes.sort_by_key(|outcome| *outcome != Outcome::Sent);
    assert_eq!(outcomes, [Outcome::Sent, Outcome::SentBefore]);
    assert_eq!(service.asked(), 1);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_is_refused_is_not() {
    let test = database().await;
    let service = FailingService::start(vec![500, 503, 429, 401, 202, 400], 0).await;
    let mailer = mailer(&service.url);
    for _ in 0..4 {
        assert!(send_mail(&test.db, &mailer, &job("a")).await.is_err(), "the queue tries again");
    }
    assert_eq!(send_mail(&test.db, &mailer, &job("a")).await.unwrap(), Outcome::Sent);
    assert_eq!(send_mail(&test.db, &mailer, &job("b")).await.unwrap(), Outcome::GivenUp);
    assert_eq!(service.asked(), 6);
    let rows: Vec<(String, bool)> =
        sqlx::query_as("select dedupe_key, sent_at is not null from notifications order by dedupe_key")
            .fetch_all(&test.owner)
            .await
            .unwrap();
    assert_eq!(rows, [("a".to_owned(), true), ("b".to_owned(), false)]);
}

#[tokio::test]
async fn a_service_out_of_reach_loses_nothing() {
    let test = database().await;
    let gone = mailer("http://127.0.0.1:9");
    let error = send_mail(&test.db, &gone, &job("a")).await.unwrap_err();
    assert!(error.is_passing());
    assert!(!format!("{error:?}").contains("ada@example.com"));
    let sandbox = sandbox().await;
    assert_eq!(send_mail(&test.db, &mailer(&sandbox), &job("a")).await.unwrap(), Outcome::Sent);
}

#[tokio::test]
async fn nothing_is_sent_to_a_person_who_is_gone() {
    let test = database().await;
    let service = FailingService::start(Vec::new(), 0).await;
    let user: UserId = test.db.id();
    let job = SendMail { user: Some(user), ..job("a") };
    assert_eq!(send_mail(&test.db, &mailer(&service.url), &job).await.unwrap(), Outcome::GivenUp);
    assert_eq!(service.asked(), 0);
}

#[tokio::test]
async fn a_person_sees_their_own_notifications_and_writes_none() {
    let test = database().await;
    sqlx::query(
        "insert into users (id, email, name, password_hash, created_at, updated_at)
         select gen_random_uuid(), name || '@example.com', name, 'x', now(), now() from unnest(array['ada', 'bob']) name",
    )
    .execute(&test.owner)
    .await
    .unwrap();
    let people: Vec<(uuid::Uuid,)> =
        sqlx::query_as("select id from users order by name").fetch_all(&test.owner).await.unwrap();
    let (ada, bob) = (UserId(people[0].0), UserId(people[1].0));
    let sandbox = sandbox().await;
    let job = SendMail { user: Some(ada), ..job("a") };
    assert_eq!(send_mail(&test.db, &mailer(&sandbox), &job).await.unwrap(), Outcome::Sent);

    for (actor, seen) in [(stand_in::acting(ada), 1), (stand_in::acting(bob), 0), (Actor::Anonymous, 0)] {
        let mut tx = test.db.begin(&actor).await.unwrap();
        let count: i64 = sqlx::query_scalar("select count(*) from notifications").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(count, seen);
        assert_eq!(
            sqlx::query("update notifications set sent_at = null").execute(&mut *tx).await.unwrap().rows_affected(),
            0
        );
        assert_eq!(sqlx::query("delete from notifications").execute(&mut *tx).await.unwrap().rows_affected(), 0);
    }
}
