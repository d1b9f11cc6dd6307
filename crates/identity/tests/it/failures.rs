//! What the audit trail is told of tries that failed.

use chrono::TimeDelta;
use guildhall_identity::{
    Client, Throttle, change_password,
    factors::{finish_passkey_sign_in, start_passkey_sign_in},
    failures::run_telling,
};
use serde_json::{Value, json};

use crate::{
    authenticator::Authenticator,
    factors::with_app,
    stage::{PASSWORD, Stage, told},
};

const ADA: &str = "ada@example.com";

/// What was told since the last time: the action, whether it is Ada's, and what was said.
async fn told_of(stage: &Stage) -> Vec<(String, bool, Value)> {
    let told = run_telling(&stage.db).await.unwrap();
    let rows: Vec<(String, bool, String)> = sqlx::query_as(
        "select action, acting_for_id is not distinct from (select id from users where email = 'ada@example.com'), after
         from audit_inbox where action in ('user.sign_in_failed', 'sign_in.failed') order by place desc limit $1",
    )
    .bind(i64::try_from(told).unwrap())
    .fetch_all(&stage.test.owner)
    .await
    .unwrap();
    let mut rows: Vec<_> =
        rows.into_iter().map(|(action, hers, after)| (action, hers, serde_json::from_str(&after).unwrap())).collect();
    rows.sort_by_key(|(action, _, after): &(String, bool, Value)| format!("{action} {}", after["reason"]));
    rows
}

#[tokio::test]
async fn failed_tries_are_summed_up_for_the_account_and_for_nobody() {
    let mut stage = Stage::new().await;
    stage.throttle = Throttle::off();
    stage.person(ADA).await;
    for _ in 0..40 {
        stage.sign_in_as(ADA, "not her password").await.unwrap_err();
    }
    stage.wait(TimeDelta::seconds(90));
    stage.client.address = "198.51.100.7".to_owned();
    stage.sign_in_as(ADA, "not her password").await.unwrap_err();
    for number in 0..200 {
        stage.sign_in_as(&format!("nobody-{number}@secret.example"), "x").await.unwrap_err();
    }
    assert!(stage.count("select count(*) from failed_sign_ins").await <= 65, "however many tries");
    let written: String = sqlx::query_scalar("select string_agg(f::text, ' ') from failed_sign_ins f")
        .fetch_one(&stage.test.owner)
        .await
        .unwrap();
    assert!(!written.contains("secret.example") && !written.contains("password;"), "nothing that was typed");

    let events = told_of(&stage).await;
    assert_eq!(events.len(), 2, "{events:?}");
    let (action, _, strangers) = &events[0];
    assert_eq!((action.as_str(), &strangers["tries"]), ("sign_in.failed", &json!(200)));
    let (action, hers, ada) = &events[1];
    assert_eq!((action.as_str(), *hers), ("user.sign_in_failed", true));
    assert_eq!((&ada["reason"], &ada["tries"]), (&json!("password"), &json!(41)));
    assert_eq!(ada["from"], json!(["192.0.2.1", "198.51.100.7"]));
    assert_ne!(ada["first"], ada["last"]);
    assert!(told_of(&stage).await.is_empty(), "once");
}

#[tokio::test]
async fn the_addresses_beside_an_account_are_few() {
    let mut stage = Stage::new().await;
    stage.throttle = Throttle::off();
    stage.person(ADA).await;
    for number in 0..20 {
        stage.client.address = format!("192.0.2.{number}");
        stage.sign_in_as(ADA, "not her password").await.unwrap_err();
    }
    let events = told_of(&stage).await;
    assert_eq!((events.len(), events[0].2["from"].as_array().unwrap().len()), (1, 5));
    assert_eq!(events[0].2["tries"], json!(20));
}

#[tokio::test]
async fn every_way_to_fail_is_told_by_its_reason() {
    let stage = Stage::new().await;
    let (ada, _) = stage.signed_in(ADA).await;
    with_app(&stage, &ada).await;
    let token = stage.first_step(ADA).await;
    let code = guildhall_identity::factors::sign_in_with_code(
        &stage.db,
        &stage.factors,
        &stage.throttle,
        &stage.client,
        &token,
        "x7k2-9qfe-4m0t-w3ha",
    );
    assert!(told(code.await).message_for("code").is_some());
    let new = "another kettle 43 harbour";
    change_password(&stage.db, &stage.passwords, &stage.throttle, &stage.client, &ada, "wrong", new).await.unwrap_err();
    let ceremony = start_passkey_sign_in(&stage.db, &stage.factors, &stage.throttle, &stage.client).await.unwrap();
    let credential = Authenticator::new(1).get(&ceremony);
    finish_passkey_sign_in(&stage.db, &stage.factors, &stage.client, &ceremony.token, &credential).await.unwrap_err();
    stage.owner_sql("update users set suspended_at = now()").await;
    stage.sign_in_as(ADA, PASSWORD).await.unwrap_err();
    stage.owner_sql("update users set suspended_at = null, email_confirmed_at = null").await;
    stage.sign_in_as(ADA, PASSWORD).await.unwrap_err();
    let told: Vec<(String, bool, String)> = told_of(&stage)
        .await
        .into_iter()
        .map(|(action, hers, after)| (action, hers, after["reason"].as_str().unwrap().to_owned()))
        .collect();
    let told: Vec<(&str, bool, &str)> =
        told.iter().map(|(action, hers, reason)| (action.as_str(), *hers, reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("sign_in.failed", false, "passkey"),
            ("user.sign_in_failed", true, "code"),
            ("user.sign_in_failed", true, "not_confirmed"),
            ("user.sign_in_failed", true, "password"),
            ("user.sign_in_failed", true, "suspended"),
        ]
    );
}

#[tokio::test]
async fn what_succeeds_is_not_told_as_failed() {
    let stage = Stage::new().await;
    stage.signed_in(ADA).await;
    assert!(told_of(&stage).await.is_empty());
    let client = Client { address: "a\u{0}b\u{7}".to_owned(), ..Client::default() };
    let odd = guildhall_identity::sign_in(&stage.db, &stage.passwords, &stage.throttle, &client, ADA, "x").await;
    odd.unwrap_err();
    assert_eq!(told_of(&stage).await[0].2["from"], json!(["ab"]));
}
