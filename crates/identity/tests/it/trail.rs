//! What the audit trail is told of accounts.

use guildhall_db::from_request;
use guildhall_identity::{
    Proof, change_password,
    factors::{make_recovery_codes, read_recovery_codes, remove_totp},
    reauthenticate, request_reset, reset_password, sign_out,
};
use guildhall_kernel::RequestOrigin;

use crate::{
    factors::with_app,
    stage::{PASSWORD, Stage, token},
};

#[tokio::test]
async fn signing_up_in_and_out_and_every_password_are_told() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let here = RequestOrigin { address: Some([192, 0, 2, 1].into()), ..RequestOrigin::default() };
    let session = from_request(here, stage.sign_in_as("ada@example.com", PASSWORD)).await.unwrap();
    stage.sign_in_as("ada@example.com", "not her password").await.unwrap_err();
    let ada = stage.actor(&session.refresh_token).await;
    let new = "another kettle 43 harbour";
    change_password(&stage.db, &stage.passwords, &stage.throttle, &stage.client, &ada, PASSWORD, new).await.unwrap();
    sign_out(&stage.db, &ada).await.unwrap();
    stage.work().await;
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let mails = stage.work().await;
    reset_password(&stage.db, &stage.passwords, &token(&mails[0]), PASSWORD).await.unwrap();

    let told: Vec<(String, String, bool, Option<String>)> = sqlx::query_as(
        "select action, actor_role, (select id from users) in (actor_id, acting_for_id), address from audit_inbox order by place",
    )
    .fetch_all(&stage.test.owner)
    .await
    .unwrap();
    let told: Vec<(&str, &str, bool, Option<&str>)> = told
        .iter()
        .map(|(action, role, is_ada, address)| (action.as_str(), role.as_str(), *is_ada, address.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("user.email_confirmed", "system", true, None),
            ("user.signed_in", "system", true, Some("192.0.2.1")),
            ("user.password_changed", "user", true, None),
            ("user.signed_out", "user", true, None),
            ("user.password_reset", "system", true, None),
        ]
    );
}

#[tokio::test]
async fn what_becomes_of_second_factors_is_told() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let session = stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    let ada = stage.actor(&session.refresh_token).await;
    with_app(&stage, &ada).await;
    make_recovery_codes(&stage.db, &stage.factors, &ada, &stage.proof(PASSWORD)).await.unwrap();
    let codes = read_recovery_codes(&stage.db, &stage.factors, &ada).await.unwrap().codes.unwrap();
    reauthenticate(
        &stage.db,
        &stage.passwords,
        &stage.factors,
        &stage.throttle,
        &stage.client,
        &ada,
        Proof::Typed { password: PASSWORD, code: &codes[0] },
    )
    .await
    .unwrap();
    remove_totp(&stage.db, &stage.factors, &ada, &stage.proof(PASSWORD)).await.unwrap();

    let told: Vec<(String, String)> = sqlx::query_as(
        "select action, coalesce(before, after, '') from audit_inbox
         where action not in ('user.email_confirmed', 'user.signed_in') order by place",
    )
    .fetch_all(&stage.test.owner)
    .await
    .unwrap();
    let told: Vec<(&str, &str)> = told.iter().map(|(action, what)| (action.as_str(), what.as_str())).collect();
    assert_eq!(
        told,
        [
            ("user.factor_added", r#"{"factor":"an authenticator app"}"#),
            ("user.factor_added", r#"{"factor":"a new set of recovery codes"}"#),
            ("user.recovery_code_used", ""),
            ("user.proved_again", r#"{"methods":["pwd","otp","mfa"]}"#),
            ("user.factor_removed", r#"{"factor":"an authenticator app"}"#),
        ]
    );
}
