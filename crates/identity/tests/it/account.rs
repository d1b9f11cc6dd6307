//! One's own account, and nobody else's.

use guildhall_identity::{Client, account, change_password, end_other_sessions, end_session, rename, sessions};
use guildhall_kernel::Actor;
use guildhall_types::{Error, SessionId};

use crate::stage::{PASSWORD, Stage, told};

const NEW: &str = "another fine passphrase";

#[tokio::test]
async fn the_account_lists_where_one_is_signed_in_this_browser_first() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    stage.wait(chrono::TimeDelta::hours(1));
    let phone = Client { user_agent: "Mozilla/5.0 (iPhone) Safari/604.1\u{7}".to_owned(), ..stage.client.clone() };
    guildhall_identity::sign_in(&stage.db, &stage.passwords, &stage.throttle, &phone, "ada@example.com", PASSWORD)
        .await
        .unwrap();
    let view = account(&stage.db, &actor).await.unwrap();
    assert_eq!(
        (view.name.as_str(), view.email.as_str(), view.email_confirmed),
        ("Ada Lovelace", "ada@example.com", true)
    );
    let list = sessions(&stage.db, &actor).await.unwrap();
    let devices: Vec<(&str, bool)> = list.iter().map(|session| (session.device.as_str(), session.is_this)).collect();
    assert_eq!(devices, [("Firefox on Linux", true), ("Safari on iPhone", false)]);
    assert_eq!((list[0].address.as_str(), list[0].place.as_deref()), ("192.0.2.1", None));
}

#[tokio::test]
async fn only_who_is_signed_in_has_an_account() {
    let stage = Stage::new().await;
    for actor in [Actor::Anonymous, Actor::System("test")] {
        assert_eq!(told(account(&stage.db, &actor).await), Error::SignInRequired);
        assert_eq!(told(sessions(&stage.db, &actor).await), Error::SignInRequired);
        assert_eq!(told(rename(&stage.db, &actor, "X").await), Error::SignInRequired);
        assert_eq!(told(end_other_sessions(&stage.db, &actor).await), Error::SignInRequired);
        let change =
            change_password(&stage.db, &stage.passwords, &stage.throttle, &stage.client, &actor, PASSWORD, NEW).await;
        assert_eq!(told(change), Error::SignInRequired);
    }
}

#[tokio::test]
async fn a_name_can_be_changed_for_another_that_may_be() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in("ada@example.com").await;
    rename(&stage.db, &actor, " Countess <Ada> ").await.unwrap();
    assert_eq!(stage.actor(&token).await.user().unwrap().name, "Countess <Ada>");
    assert!(told(rename(&stage.db, &actor, "\u{0}").await).message_for("name").is_some());
}

#[tokio::test]
async fn changing_the_password_needs_the_current_one_and_ends_the_other_sessions() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in("ada@example.com").await;
    let other = stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    let change = async |current: &str, new: &str| {
        change_password(&stage.db, &stage.passwords, &stage.throttle, &stage.client, &actor, current, new).await
    };
    assert!(told(change("not it at all", NEW).await).message_for("current_password").is_some());
    assert!(told(change(PASSWORD, PASSWORD).await).message_for("new_password").is_some());
    let both = told(change("", "short").await);
    assert_eq!(both.fields().len(), 2);
    change(PASSWORD, NEW).await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "password_changed");
    assert!(stage.actor(&token).await.user_id().is_some());
    assert!(stage.actor(&other.refresh_token).await.user_id().is_none());
    stage.sign_in_as("ada@example.com", NEW).await.unwrap();
}

#[tokio::test]
async fn two_changes_at_once_are_one() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let change = async |new: &str| {
        change_password(&stage.db, &stage.passwords, &stage.throttle, &stage.client, &actor, PASSWORD, new).await
    };
    let (one, two) = tokio::join!(change("the first fine passphrase"), change("the second fine passphrase"));
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all_others() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in("ada@example.com").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap());
    }
    end_session(&stage.db, &actor, others[0].id()).await.unwrap();
    assert!(stage.actor(&others[0].refresh_token).await.user_id().is_none());
    assert!(stage.actor(&others[1].refresh_token).await.user_id().is_some());
    assert_eq!(told(end_session(&stage.db, &actor, others[0].id()).await), Error::NotFound);
    assert_eq!(end_other_sessions(&stage.db, &actor).await.unwrap(), 2);
    assert!(stage.actor(&others[2].refresh_token).await.user_id().is_none());
    assert!(stage.actor(&token).await.user_id().is_some());
}

#[tokio::test]
async fn nobody_reaches_another_person_s_rows() {
    let stage = Stage::new().await;
    let (ada, ada_token) = stage.signed_in("ada@example.com").await;
    let (bob, _) = stage.signed_in("bob@example.com").await;
    let session: SessionId = ada.user().unwrap().session;
    assert_eq!(told(end_session(&stage.db, &bob, session).await), Error::NotFound);
    assert!(stage.actor(&ada_token).await.user_id().is_some());

    // By direct SQL too, as the program's role with Bob acting, and with nobody acting.
    for actor in [&bob, &Actor::Anonymous] {
        let mut tx = stage.db.begin(actor).await.unwrap();
        let ada_id = ada.user_id().unwrap().0;
        for count in [
            "select count(*) from users where id = $1",
            "select count(*) from sessions where user_id = $1",
            "select count(*) from person_claims where user_id = $1",
            "select count(*) from refresh_tokens join sessions on sessions.id = session_id where user_id = $1",
            "select count(*) from one_time_tokens where user_id = $1",
        ] {
            let seen: i64 = sqlx::query_scalar(count).bind(ada_id).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(seen, 0, "{count}");
        }
        for change in [
            "update users set name = 'Mallory' where id = $1",
            "update sessions set revoked_at = now() where user_id = $1",
            "delete from users where id = $1",
            "delete from sessions where user_id = $1",
            "delete from one_time_tokens where user_id = $1",
        ] {
            assert_eq!(
                sqlx::query(change).bind(ada_id).execute(&mut *tx).await.unwrap().rows_affected(),
                0,
                "{change}"
            );
        }
        let planted = sqlx::query(
            "insert into sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at)
             values (gen_random_uuid(), $1, decode(repeat('00', 32), 'hex'), now(), now(), now() + interval '1 day')",
        )
        .bind(ada_id)
        .execute(&mut *tx)
        .await;
        assert!(planted.is_err());
    }
    let mut tx = stage.db.begin(&bob).await.unwrap();
    assert!(
        sqlx::query("update users set is_admin = true").execute(&mut *tx).await.is_err(),
        "nobody makes themselves an admin"
    );
}
