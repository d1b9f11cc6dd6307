//! Signing up, confirming, forgotten passwords.

use chrono::TimeDelta;
use guildhall_identity::{SignUp, confirm_email, request_reset, resend_confirmation, reset_password, sign_up};
use guildhall_kernel::mail::Mail;
use guildhall_types::Error;

use crate::stage::{PASSWORD, Stage, token, told};

#[tokio::test]
async fn signing_up_sends_a_link_that_confirms_the_address_once() {
    let stage = Stage::new().await;
    stage.sign_up_as("  Ada  Lovelace ", " Ada@Example.com", PASSWORD).await.unwrap();
    let mails = stage.work().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), mails[0].mail.template()), ("ada@example.com", "confirm_email"));

    assert!(stage.sign_in_as("ada@example.com", PASSWORD).await.is_err(), "not before the address is confirmed");
    confirm_email(&stage.db, &token(&mails[0])).await.unwrap();
    confirm_email(&stage.db, &token(&mails[0])).await.unwrap();
    let session = stage.sign_in_as("ADA@example.com ", PASSWORD).await.unwrap();
    assert_eq!(session.signed.actor.name, "Ada Lovelace");
    let stored: String =
        sqlx::query_scalar("select password_hash from users").fetch_one(&stage.test.owner).await.unwrap();
    assert!(stored.starts_with("$argon2id$"));
}

#[tokio::test]
async fn the_link_leads_on_to_where_one_wanted_to_go_on_this_site_only() {
    let stage = Stage::new().await;
    for (email, next, link) in [
        ("ada@example.com", "/checkout/prompting?a=b", "&next=%2Fcheckout%2Fprompting%3Fa%3Db"),
        ("bob@example.com", "//evil.test", ""),
    ] {
        let form = SignUp { name: "Ada", email, password: PASSWORD, next, agreed: true, versions: "" };
        sign_up(&stage.db, &stage.passwords, &stage.throttle, &stage.client, form).await.unwrap();
        let mails = stage.work().await;
        let Mail::ConfirmEmail { link_path, .. } = &mails[0].mail else { panic!("{mails:?}") };
        assert_eq!(*link_path, format!("/confirm-email?token={}{link}", token(&mails[0])));
    }
}

#[tokio::test]
async fn an_address_that_looks_like_another_opens_nothing_of_it() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from users").fetch_one(&stage.test.owner).await.unwrap();
    // Letters of other alphabets, and characters that can't be seen.
    for alike in ["\u{430}da@example.com", "ada@ex\u{430}mple.com", "ad\u{200b}a@example.com", "ada@example\u{3002}com"]
    {
        let refused = told(stage.sign_up_as("Mallory", alike, "another fine passphrase").await);
        assert!(refused.message_for("email").is_some(), "{alike}");
        assert!(told(stage.sign_in_as(alike, PASSWORD).await).message_for("email").is_some(), "{alike}");
        let reset = request_reset(&stage.db, &stage.throttle, &stage.client, alike).await;
        assert!(told(reset).message_for("email").is_some(), "{alike}");
    }
    // Another mailbox, or the same one by another name: an account of its own, proved by a mail of its own.
    stage.sign_up_as("Mallory", "Ada+1@example.com", "another fine passphrase").await.unwrap();
    let mails = stage.work().await;
    assert_eq!((mails[0].to.as_str(), mails[0].mail.template()), ("ada+1@example.com", "confirm_email"));
    confirm_email(&stage.db, &token(&mails[0])).await.unwrap();
    assert!(stage.sign_in_as("ada@example.com", "another fine passphrase").await.is_err());
    let other = stage.sign_in_as("ada+1@example.com", "another fine passphrase").await.unwrap();
    assert_ne!(other.user().0, id);
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada+1@example.com").await.unwrap();
    assert_eq!(stage.work().await[0].to, "ada+1@example.com");
    // In capitals it is the same one.
    stage.sign_up_as("Mallory", "ADA@EXAMPLE.COM", "another fine passphrase").await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "already_registered");
    assert_eq!(stage.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn every_wrong_field_of_the_form_is_named() {
    let stage = Stage::new().await;
    let error = told(stage.sign_up_as(" ", "ada@example", "short").await);
    let fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["name", "email", "password"]);
    assert!(stage.work().await.is_empty());
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer_and_a_notice() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    stage.sign_up_as("Mallory", "ada@example.com", "another fine passphrase").await.unwrap();
    let mails = stage.work().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), mails[0].mail.template()), ("ada@example.com", "already_registered"));
    stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    assert!(stage.sign_in_as("ada@example.com", "another fine passphrase").await.is_err());
    assert_eq!(stage.count("select count(*) from users").await, 1);

    stage.sign_up_as("Mallory", "ada@example.com", "another fine passphrase").await.unwrap();
    assert_eq!(stage.work().await[0].key, mails[0].key, "within the hour it is the same notice");
}

#[tokio::test]
async fn the_later_of_two_unconfirmed_sign_ups_counts() {
    let stage = Stage::new().await;
    stage.sign_up_as("Mallory", "ada@example.com", "another fine passphrase").await.unwrap();
    let first = stage.work().await;
    stage.wait(TimeDelta::seconds(5));
    stage.sign_up_as("Ada", "ada@example.com", PASSWORD).await.unwrap();
    let second = stage.work().await;
    assert!(matches!(told(confirm_email(&stage.db, &token(&first[0])).await), Error::Conflict { .. }));
    confirm_email(&stage.db, &token(&second[0])).await.unwrap();
    assert_eq!(stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap().signed.actor.name, "Ada");
    assert!(stage.sign_in_as("ada@example.com", "another fine passphrase").await.is_err());
}

#[tokio::test]
async fn a_confirming_link_lasts_two_days_and_can_be_had_again() {
    let stage = Stage::new().await;
    stage.sign_up_as("Ada", "ada@example.com", PASSWORD).await.unwrap();
    let first = stage.work().await;
    stage.wait(TimeDelta::hours(48));
    assert!(matches!(told(confirm_email(&stage.db, &token(&first[0])).await), Error::Conflict { .. }));
    resend_confirmation(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let again = stage.work().await;
    confirm_email(&stage.db, &token(&again[0])).await.unwrap();
    resend_confirmation(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    assert!(stage.work().await.is_empty(), "nothing to confirm any more");
    resend_confirmation(&stage.db, &stage.throttle, &stage.client, "nobody@example.com").await.unwrap();
    assert!(stage.work().await.is_empty());
}

#[tokio::test]
async fn links_of_one_kind_do_not_flood_a_mailbox() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let mut sent = 0;
    for _ in 0..12 {
        request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
        request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap_or_default();
        sent += stage.work().await.len();
        stage.wait(TimeDelta::minutes(4));
    }
    assert_eq!(sent, 5);
}

#[tokio::test]
async fn tokens_that_are_none_do_nothing() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let (unknown, _) = guildhall_kernel::token::issue(stage.db.chance());
    for bad in ["", "x", "' or 1=1 --", "ÿÿÿÿ", &unknown, &"a".repeat(10_000)] {
        assert!(matches!(told(confirm_email(&stage.db, bad).await), Error::Conflict { .. }));
        assert!(matches!(
            told(reset_password(&stage.db, &stage.passwords, bad, "another fine passphrase").await),
            Error::Conflict { .. }
        ));
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_and_every_session_ends() {
    let stage = Stage::new().await;
    let (_, session) = stage.signed_in("ada@example.com").await;
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let link = token(&stage.work().await[0]);

    let error = told(reset_password(&stage.db, &stage.passwords, &link, "password1234").await);
    assert!(error.message_for("password").is_some(), "a bad choice does not use the link up");
    reset_password(&stage.db, &stage.passwords, &link, "another fine passphrase").await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "password_changed");

    assert!(stage.actor(&session).await.user_id().is_none());
    assert!(stage.sign_in_as("ada@example.com", PASSWORD).await.is_err());
    stage.sign_in_as("ada@example.com", "another fine passphrase").await.unwrap();
    assert!(matches!(
        told(reset_password(&stage.db, &stage.passwords, &link, "yet one more passphrase").await),
        Error::Conflict { .. }
    ));
}

#[tokio::test]
async fn a_reset_link_lasts_an_hour_and_confirms_the_address() {
    let stage = Stage::new().await;
    stage.sign_up_as("Ada", "ada@example.com", PASSWORD).await.unwrap();
    let confirm = token(&stage.work().await[0]);
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let late = token(&stage.work().await[0]);
    assert!(matches!(told(confirm_email(&stage.db, &late).await), Error::Conflict { .. }), "a link has one purpose");
    assert!(matches!(
        told(reset_password(&stage.db, &stage.passwords, &confirm, "another fine passphrase").await),
        Error::Conflict { .. }
    ));
    stage.wait(TimeDelta::hours(1));
    assert!(matches!(
        told(reset_password(&stage.db, &stage.passwords, &late, "another fine passphrase").await),
        Error::Conflict { .. }
    ));

    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let link = token(&stage.work().await[0]);
    reset_password(&stage.db, &stage.passwords, &link, "another fine passphrase").await.unwrap();
    stage.sign_in_as("ada@example.com", "another fine passphrase").await.unwrap();
}

#[tokio::test]
async fn two_who_press_at_once_use_a_link_once() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let link = token(&stage.work().await[0]);
    let (one, two) = tokio::join!(
        reset_password(&stage.db, &stage.passwords, &link, "the first fine passphrase"),
        reset_password(&stage.db, &stage.passwords, &link, "the second fine passphrase"),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
}

#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_and_the_same_rows() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        request_reset(&stage.db, &stage.throttle, &stage.client, email).await.unwrap();
        resend_confirmation(&stage.db, &stage.throttle, &stage.client, email).await.unwrap();
        stage.sign_up_as("Ada", email, PASSWORD).await.unwrap();
        assert_eq!(
            stage.count("select count(*) from graphile_worker._private_jobs").await,
            3,
            "the op itself does the same for both"
        );
        assert_eq!(stage.count("select count(*) from one_time_tokens where purpose = 'reset_password'").await, 0);
        stage.owner_sql("delete from graphile_worker._private_jobs").await;
    }
}

#[tokio::test]
async fn asking_for_mail_is_throttled_by_address() {
    let stage = Stage::new().await;
    for _ in 0..20 {
        request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    }
    let error = told(request_reset(&stage.db, &stage.throttle, &stage.client, "bob@example.com").await);
    assert!(matches!(error, Error::TooMany { retry_after_seconds: 1..=180 }));
    assert!(matches!(told(stage.sign_up_as("Bob", "bob@example.com", PASSWORD).await), Error::TooMany { .. }));
}

#[tokio::test]
async fn suspended_people_get_no_links() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    stage.owner_sql("update users set suspended_at = now()").await;
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    assert!(stage.work().await.is_empty());
}

#[tokio::test]
async fn a_new_password_by_mail_takes_back_every_organisations_word() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    stage.person("bob@example.com").await;
    for sql in [
        "insert into organizations (id, kind, slug, name, created_at) values (gen_random_uuid(), 'enterprise', 'acme', 'Acme', now())",
        "insert into sso_connections (id, organization_id, kind, name, issuer, client_id, auth_method, secret_sealed, created_at, updated_at)
             select gen_random_uuid(), id, 'generic', 'A', 'https://login.example', 'c', 'client_secret_basic', '', now(), now() from organizations where slug = 'acme'",
        "insert into sso_identities (connection_id, issuer, subject, user_id, created_at, last_used_at)
             select c.id, c.issuer, u.email, u.id, now(), now() from sso_connections c, users u",
    ] {
        stage.owner_sql(sql).await;
    }
    request_reset(&stage.db, &stage.throttle, &stage.client, "ada@example.com").await.unwrap();
    let mails = stage.work().await;
    reset_password(&stage.db, &stage.passwords, &token(&mails[0]), "another fine passphrase").await.unwrap();
    let left = "select count(*) from sso_identities where subject = 'bob@example.com'";
    assert_eq!(stage.count("select count(*) from sso_identities").await, 1);
    assert_eq!(stage.count(left).await, 1, "another person's stays");
}
