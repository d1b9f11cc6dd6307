//! The slow way past a lost second factor.

use chrono::TimeDelta;
use guildhall_identity::factors::{
    RemoveFactors, ask_for_removal, keep_factors, keep_factors_by_link, run_removal, second_step, security,
    send_removal_code, sign_in_with_code,
};
use guildhall_kernel::mail::Mail;
use guildhall_types::Error;

use crate::{
    factors::with_app,
    stage::{PASSWORD, Stage, told},
};

const ADA: &str = "ada@example.com";

/// Asks for the code and hands it back.
async fn mailed(stage: &Stage, token: &str) -> String {
    stage.work().await;
    send_removal_code(&stage.db, &stage.throttle, &stage.client, token).await.unwrap();
    match &stage.work().await[0].mail {
        Mail::FactorRemovalCode { code, .. } => code.clone(),
        other => panic!("{other:?}"),
    }
}

/// Asks for the removal; the token of the link that says no.
async fn ask(stage: &Stage) -> String {
    let token = stage.first_step(ADA).await;
    let code = mailed(stage, &token).await;
    ask_for_removal(&stage.db, &stage.factors, &token, &code).await.unwrap();
    match &stage.work().await[0].mail {
        Mail::FactorRemovalAsked { link_path, .. } => link_path.split_once("token=").unwrap().1.to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_factor_goes_after_a_day_and_not_before() {
    let stage = Stage::new().await;
    let (actor, session) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    let token = stage.first_step(ADA).await;
    let code = mailed(&stage, &token).await;
    assert!(code.len() == 8 && second_step(&stage.db, &stage.factors, &token).await.unwrap().unwrap().mail_code_sent);
    ask_for_removal(&stage.db, &stage.factors, &token, &format!(" {code}")).await.unwrap();
    assert!(second_step(&stage.db, &stage.factors, &token).await.unwrap().is_none(), "it signs in nobody");
    assert!(security(&stage.db, &stage.factors, &actor).await.unwrap().removal_due_at.is_some());
    assert_eq!(stage.work().await[0].mail.template(), "factor_removal_asked");

    let job = stage.take::<RemoveFactors>().await.remove(0);
    stage.wait(TimeDelta::hours(24) - TimeDelta::seconds(1));
    run_removal(&stage.db, &job).await.unwrap();
    stage.first_step(ADA).await;
    stage.wait(TimeDelta::seconds(1));
    run_removal(&stage.db, &job).await.unwrap();
    run_removal(&stage.db, &job).await.unwrap();
    let mails = stage.work().await;
    assert_eq!((mails.len(), mails[0].mail.template()), (1, "factor_removed"));
    assert!(stage.actor(&session).await.user_id().is_none(), "every session ends");
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    assert_eq!(stage.count("select count(*) from recovery_codes").await, 0);
}

#[tokio::test]
async fn the_person_can_say_no_by_link_signed_in_or_by_signing_in() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    for way in 0..3 {
        let link = ask(&stage).await;
        match way {
            0 => {
                keep_factors_by_link(&stage.db, &link).await.unwrap();
                keep_factors_by_link(&stage.db, &link).await.unwrap();
            }
            1 => {
                keep_factors(&stage.db, &actor).await.unwrap();
                assert_eq!(told(keep_factors(&stage.db, &actor).await), Error::NotFound);
            }
            _ => {
                let token = stage.first_step(ADA).await;
                let code = app.code(&stage, 0);
                sign_in_with_code(&stage.db, &stage.factors, &stage.throttle, &stage.client, &token, &code)
                    .await
                    .unwrap();
            }
        }
        stage.wait(TimeDelta::hours(25));
        for job in stage.take::<RemoveFactors>().await {
            run_removal(&stage.db, &job).await.unwrap();
        }
        stage.first_step(ADA).await;
    }
    let link = ask(&stage).await;
    stage.wait(TimeDelta::hours(25));
    run_removal(&stage.db, &stage.take::<RemoveFactors>().await[0]).await.unwrap();
    assert!(matches!(told(keep_factors_by_link(&stage.db, &link).await), Error::Conflict { .. }));
    for bad in ["", "x", "' or 1=1 --"] {
        assert!(matches!(told(keep_factors_by_link(&stage.db, bad).await), Error::Conflict { .. }));
    }
}

#[tokio::test]
async fn the_mailed_code_is_for_one_sign_in_short_lived_and_not_to_be_guessed() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    let (token, other) = (stage.first_step(ADA).await, stage.first_step(ADA).await);
    let nothing_sent = told(ask_for_removal(&stage.db, &stage.factors, &token, "").await);
    assert!(nothing_sent.message_for("mail_code").is_some());
    let code = mailed(&stage, &token).await;
    assert!(ask_for_removal(&stage.db, &stage.factors, &other, &code).await.is_err());
    for _ in 0..4 {
        let wrong = if code == "00000000" { "00000001" } else { "00000000" };
        assert!(
            told(ask_for_removal(&stage.db, &stage.factors, &token, wrong).await).message_for("mail_code").is_some()
        );
    }
    assert!(matches!(told(ask_for_removal(&stage.db, &stage.factors, &token, &code).await), Error::Conflict { .. }));
    for _ in 0..3 {
        mailed(&stage, &other).await;
    }
    let fourth = send_removal_code(&stage.db, &stage.throttle, &stage.client, &other).await;
    assert!(matches!(told(fourth), Error::Conflict { .. }));
    let late = stage.first_step(ADA).await;
    let code = mailed(&stage, &late).await;
    stage.wait(TimeDelta::minutes(10));
    assert!(ask_for_removal(&stage.db, &stage.factors, &late, &code).await.is_err());
    assert_eq!(stage.count("select count(*) from factor_resets").await, 0);
}

#[tokio::test]
async fn one_removal_at_a_time() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    ask(&stage).await;
    let token = stage.first_step(ADA).await;
    let code = mailed(&stage, &token).await;
    assert!(matches!(told(ask_for_removal(&stage.db, &stage.factors, &token, &code).await), Error::Conflict { .. }));
    assert_eq!(stage.take::<RemoveFactors>().await.len(), 1);
}
