//! Signing in and out, and knowing who asks.

use chrono::TimeDelta;
use guildhall_identity::{Client, SignedIn, sign_in, sign_out};
use guildhall_kernel::{Actor, token};
use guildhall_types::Error;

use crate::stage::{PASSWORD, Stage, told};

#[tokio::test]
async fn a_session_knows_its_person_and_organisations() {
    let stage = Stage::new().await;
    let (_, token) = stage.signed_in("ada@example.com").await;
    stage
        .owner_sql(
            "with made as (insert into organizations (id, kind, slug, name, created_at)
                 values (gen_random_uuid(), 'provider', 'acme', 'Acme', now()), (gen_random_uuid(), 'enterprise', 'gone', 'Gone', now()) returning id)
             insert into memberships (organization_id, user_id, role, created_at) select made.id, users.id, 'owner', now() from made, users",
        )
        .await;
    stage.owner_sql("update organizations set suspended_at = now() where slug = 'gone'").await;
    let actor = stage.actor(&token).await;
    let user = actor.user().unwrap();
    assert_eq!((user.name.as_str(), user.email.as_str()), ("Ada Lovelace", "ada@example.com"));
    assert!(user.is_provider && user.email_confirmed && !user.is_admin);
    assert_eq!(user.organizations.len(), 1, "a suspended organisation gives no rights");
    let stored: Vec<u8> =
        sqlx::query_scalar("select token_hash from refresh_tokens").fetch_one(&stage.test.owner).await.unwrap();
    assert_eq!(stored, token::hash(&token).unwrap());
}

#[tokio::test]
async fn unknown_address_and_wrong_password_are_told_and_done_alike() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let before = stage.passwords.verifications();
    let wrong = told(stage.sign_in_as("ada@example.com", "not her password").await);
    let unknown = told(stage.sign_in_as("nobody@example.com", "not her password").await);
    assert_eq!(wrong, unknown);
    assert_eq!(stage.passwords.verifications() - before, 2, "a password is verified for the unknown address too");
    assert!(stage.sign_in_as("ada@example.com", &"x".repeat(1_000_000)).await.is_err());
    assert!(told(stage.sign_in_as("ada@example.com", "").await).message_for("password").is_some());
    assert!(told(stage.sign_in_as("ada", "x").await).message_for("email").is_some());
}

#[tokio::test]
async fn an_unconfirmed_account_is_told_like_an_unknown_one() {
    let stage = Stage::new().await;
    stage.sign_up_as("Ada", "ada@example.com", PASSWORD).await.unwrap();
    stage.work().await;
    assert_eq!(
        told(stage.sign_in_as("ada@example.com", PASSWORD).await),
        told(stage.sign_in_as("nobody@example.com", PASSWORD).await)
    );
    assert!(stage.work().await.is_empty());
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_ends_the_one_before() {
    let stage = Stage::new().await;
    let (actor, before) = stage.signed_in("ada@example.com").await;
    let client = Client { session: Some(actor.user().unwrap().session), ..stage.client.clone() };
    let after = match sign_in(&stage.db, &stage.passwords, &stage.throttle, &client, "ada@example.com", PASSWORD)
        .await
        .unwrap()
    {
        SignedIn::Session(session) => session,
        other => panic!("{other:?}"),
    };
    assert_ne!(before, after.refresh_token);
    assert!(stage.actor(&before).await.user_id().is_none());
    assert!(stage.actor(&after.refresh_token).await.user_id().is_some());
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in("ada@example.com").await;
    let other = stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    sign_out(&stage.db, &actor).await.unwrap();
    sign_out(&stage.db, &actor).await.unwrap();
    sign_out(&stage.db, &Actor::Anonymous).await.unwrap();
    assert!(stage.actor(&token).await.user_id().is_none());
    assert!(stage.actor(&other.refresh_token).await.user_id().is_some());
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once_and_stays_out() {
    let stage = Stage::new().await;
    let (_, token) = stage.signed_in("ada@example.com").await;
    stage.owner_sql("update users set suspended_at = now()").await;
    assert!(stage.actor(&token).await.user_id().is_none());
    let right = told(stage.sign_in_as("ada@example.com", PASSWORD).await);
    assert!(right.to_string().contains("suspended"));
    let wrong = told(stage.sign_in_as("ada@example.com", "not her password").await);
    assert!(!wrong.to_string().contains("suspended"), "only who knows the password hears of it");
}

#[tokio::test]
async fn trying_again_and_again_is_slowed_for_the_one_who_tries() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    for _ in 0..10 {
        assert!(matches!(told(stage.sign_in_as("ada@example.com", "not her password").await), Error::Invalid { .. }));
    }
    let before = stage.passwords.verifications();
    assert!(matches!(
        told(stage.sign_in_as("ada@example.com", PASSWORD).await),
        Error::TooMany { retry_after_seconds: 90 }
    ));
    assert_eq!(stage.passwords.verifications(), before, "a refused try costs no hashing");
    let elsewhere = Client { address: "192.0.2.2".to_owned(), ..stage.client.clone() };
    sign_in(&stage.db, &stage.passwords, &stage.throttle, &elsewhere, "ada@example.com", PASSWORD).await.unwrap();
    stage.wait(TimeDelta::seconds(90));
    stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
}
