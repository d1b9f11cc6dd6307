//! Staying signed in, and being signed out at once everywhere.

use std::time::Duration;

use chrono::TimeDelta;
use guildhall_identity::{
    Client, Proof, Tokens, end_session, reauthenticate, refresh, session_actor, sessions, sign_in, sign_out,
};
use guildhall_kernel::{Clock, mail::SendMail};
use guildhall_types::Error;

use crate::stage::{PASSWORD, Stage, told};

const KEY: [u8; 32] = [7; 32];
const ISSUER: &str = "https://guildhall.test";

fn tokens(stage: &Stage) -> Tokens {
    Tokens::new(&stage.db, &KEY, ISSUER)
}

/// A node that hears.
async fn node(stage: &Stage) -> Tokens {
    let tokens = tokens(stage);
    tokens.prepare().await.unwrap();
    tokio::spawn(tokens.clone().follow());
    until(async || tokens.is_following()).await;
    tokens
}

async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came");
}

#[tokio::test]
async fn a_refresh_token_is_used_once_for_the_next() {
    let stage = Stage::new().await;
    let (_, first) = stage.signed_in("ada@example.com").await;
    let tokens = tokens(&stage);
    stage.wait(TimeDelta::minutes(20));
    let second = refresh(&stage.db, &tokens, &first).await.unwrap().unwrap();
    assert_ne!(first, second.refresh_token);
    assert_eq!(second.signed.actor.name, "Ada Lovelace");
    let third = refresh(&stage.db, &tokens, &second.refresh_token).await.unwrap().unwrap();
    assert_eq!(third.id(), second.id());
    let plain: i64 = stage.count("select count(*) from refresh_tokens where rotated_at is null").await;
    assert_eq!(plain, 1);
    let view = sessions(&stage.db, &stage.actor(&third.refresh_token).await).await.unwrap();
    assert_eq!(view[0].last_seen_at - view[0].signed_in_at, TimeDelta::minutes(20));
}

#[tokio::test]
async fn many_tabs_at_once_are_given_one_successor() {
    let stage = Stage::new().await;
    let (_, first) = stage.signed_in("ada@example.com").await;
    let tokens = tokens(&stage);
    let mut answers = Vec::new();
    let tabs: Vec<_> = (0..8)
        .map(|_| {
            let (db, tokens, first) = (stage.db.clone(), tokens.clone(), first.clone());
            tokio::spawn(async move { refresh(&db, &tokens, &first).await.unwrap().unwrap().refresh_token })
        })
        .collect();
    for tab in tabs {
        answers.push(tab.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(stage.count("select count(*) from refresh_tokens").await, 2);

    // One that comes late within the grace is led to the end of the line, however far it has gone.
    let second = refresh(&stage.db, &tokens, &answers[0]).await.unwrap().unwrap();
    stage.wait(TimeDelta::seconds(30));
    let late = refresh(&stage.db, &tokens, &first).await.unwrap().unwrap();
    assert_eq!(late.refresh_token, second.refresh_token);
    assert!(stage.work().await.is_empty());
}

#[tokio::test]
async fn reuse_ends_the_session_and_tells_the_person_once() {
    let stage = Stage::new().await;
    let (_, first) = stage.signed_in("ada@example.com").await;
    let other = stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    let tokens = tokens(&stage);
    let second = refresh(&stage.db, &tokens, &first).await.unwrap().unwrap();
    stage.wait(TimeDelta::seconds(31));
    assert!(refresh(&stage.db, &tokens, &first).await.unwrap().is_none());
    assert!(refresh(&stage.db, &tokens, &first).await.unwrap().is_none());
    assert!(refresh(&stage.db, &tokens, &second.refresh_token).await.unwrap().is_none(), "the whole family is out");
    assert!(refresh(&stage.db, &tokens, &other.refresh_token).await.unwrap().is_some(), "other sessions go on");
    let mails = stage.work().await;
    let templates: Vec<&str> = mails.iter().map(|mail| mail.mail.template()).collect();
    assert_eq!(templates, ["refresh_reuse"]);
}

#[tokio::test]
async fn a_session_lasts_seven_days_from_its_last_use() {
    let stage = Stage::new().await;
    let (_, mut token) = stage.signed_in("ada@example.com").await;
    let tokens = tokens(&stage);
    for _ in 0..3 {
        stage.wait(TimeDelta::days(7) - TimeDelta::seconds(1));
        token = refresh(&stage.db, &tokens, &token).await.unwrap().unwrap().refresh_token;
    }
    stage.wait(TimeDelta::days(7));
    assert!(refresh(&stage.db, &tokens, &token).await.unwrap().is_none());
    assert!(stage.work().await.is_empty(), "being late is no theft");
}

#[tokio::test]
async fn an_organisations_word_lasts_seven_days_however_much_it_is_used() {
    let stage = Stage::new().await;
    let (_, mut token) = stage.signed_in("ada@example.com").await;
    stage.owner_sql("update sessions set amr = '{sso}'").await;
    let tokens = tokens(&stage);
    for _ in 0..6 {
        stage.wait(TimeDelta::days(1));
        token = refresh(&stage.db, &tokens, &token).await.unwrap().unwrap().refresh_token;
    }
    // Nor does proving again who one is, in some other way, make it last.
    stage.owner_sql("update sessions set amr = '{sso,pwd}', authenticated_at = now() + interval '6 days'").await;
    stage.wait(TimeDelta::days(1));
    assert!(refresh(&stage.db, &tokens, &token).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_nobody() {
    let stage = Stage::new().await;
    let tokens = tokens(&stage);
    let unknown = guildhall_kernel::token::issue(stage.db.chance()).0;
    for bad in ["", "abc", "'; drop table sessions;--", &"A".repeat(100_000), "é", &unknown] {
        assert!(refresh(&stage.db, &tokens, bad).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_session_that_ends_stops_working_on_every_node_at_once() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in("ada@example.com").await;
    let (here, there) = (node(&stage).await, node(&stage).await);
    let signed = session_actor(&stage.db, actor.user().unwrap().session).await.unwrap().unwrap();
    let access = here.issue(&signed).await.unwrap();
    assert!(there.actor(&access).await.unwrap().is_some());
    sign_out(&stage.db, &actor).await.unwrap();
    for node in [&here, &there] {
        until(async || node.actor(&access).await.unwrap().is_none()).await;
    }
    assert!(refresh(&stage.db, &here, &token).await.unwrap().is_none());
    // A node that starts later has heard nothing, and reads it.
    assert!(node(&stage).await.actor(&access).await.unwrap().is_none());
    // One that does not hear asks.
    assert!(tokens(&stage).actor(&access).await.unwrap().is_none());
}

#[tokio::test]
async fn whatever_changes_about_a_person_makes_their_tokens_stale() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let session = actor.user().unwrap().session;
    stage
        .owner_sql("insert into organizations (id, kind, slug, name, created_at) values (gen_random_uuid(), 'provider', 'acme', 'Acme', now())")
        .await;
    let node = node(&stage).await;
    for change in [
        "update users set name = 'Countess Ada'",
        "update users set email = 'countess@example.com'",
        "update users set is_admin = true",
        "insert into memberships (organization_id, user_id, role, created_at) select o.id, u.id, 'editor', now() from organizations o, users u",
        "update memberships set role = 'analyst'",
        "update organizations set suspended_at = now()",
        "update organizations set suspended_at = null",
        "delete from memberships",
    ] {
        let signed = session_actor(&stage.db, session).await.unwrap().unwrap();
        let access = node.issue(&signed).await.unwrap();
        assert!(node.actor(&access).await.unwrap().is_some(), "{change}");
        stage.owner_sql("update users set updated_at = now()").await;
        stage.owner_sql(change).await;
        until(async || node.actor(&access).await.unwrap().is_none()).await;
    }
    stage.owner_sql("update users set suspended_at = now()").await;
    assert!(session_actor(&stage.db, session).await.unwrap().is_none());
}

#[tokio::test]
async fn the_member_s_own_change_marks_them_too() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let before = stage.count("select version from person_claims").await;
    guildhall_identity::rename(&stage.db, &actor, "Countess Ada").await.unwrap();
    assert_eq!(stage.count("select version from person_claims").await, before + 1);
}

#[tokio::test]
async fn a_node_that_stops_hearing_asks_until_it_hears_again() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let node = node(&stage).await;
    let signed = session_actor(&stage.db, actor.user().unwrap().session).await.unwrap().unwrap();
    let access = node.issue(&signed).await.unwrap();
    stage
        .owner_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()",
        )
        .await;
    until(async || !node.is_following()).await;
    assert!(node.actor(&access).await.unwrap().is_some(), "the database says that it holds");
    end_session(&stage.db, &actor, actor.user().unwrap().session).await.unwrap();
    assert!(node.actor(&access).await.unwrap().is_none(), "and that it does not");
    until(async || node.is_following()).await;
    assert!(node.actor(&access).await.unwrap().is_none());
}

#[tokio::test]
async fn rotating_the_key_reaches_every_node_and_signs_nobody_out() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let node = node(&stage).await;
    let signed = session_actor(&stage.db, actor.user().unwrap().session).await.unwrap().unwrap();
    let before = node.issue(&signed).await.unwrap();
    // As `guildhall keys rotate` does, in a process of its own.
    tokens(&stage).rotate().await.unwrap();
    until(async || node.jwks().await.unwrap()["keys"].as_array().unwrap().len() == 2).await;
    let after = node.issue(&signed).await.unwrap();
    assert_ne!(before.split('.').next(), after.split('.').next());
    assert!(node.actor(&before).await.unwrap().is_some() && node.actor(&after).await.unwrap().is_some());
}

#[tokio::test]
async fn a_new_device_is_told_of_but_not_the_first() {
    let stage = Stage::new().await;
    stage.person("ada@example.com").await;
    let from = async |user_agent: &str, address: &str| -> Vec<SendMail> {
        let client = Client { user_agent: user_agent.to_owned(), address: address.to_owned(), ..Client::default() };
        sign_in(&stage.db, &stage.passwords, &stage.throttle, &client, "ada@example.com", PASSWORD).await.unwrap();
        stage.work().await
    };
    assert!(from("Firefox/140.0 (X11; Linux)", "192.0.2.1").await.is_empty(), "the first ever");
    assert!(from("Firefox/141.0 (X11; Linux)", "192.0.2.200").await.is_empty(), "an update, and the next address");
    let mails = from("Mozilla/5.0 (iPhone) Safari/604.1", "192.0.2.1").await;
    assert_eq!(mails[0].mail.template(), "new_device");
    assert!(from("Mozilla/5.0 (iPhone) Safari/604.1", "192.0.2.1").await.is_empty());
    assert_eq!(from("Firefox/140.0 (X11; Linux)", "198.51.100.1").await.len(), 1, "another network");
    stage.wait(TimeDelta::days(91));
    assert_eq!(from("Firefox/140.0 (X11; Linux)", "192.0.2.1").await.len(), 1, "not seen in 90 days");
}

#[tokio::test]
async fn proving_it_again_counts_from_now() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    let clock: &Clock = stage.db.clock();
    let user = actor.user().unwrap();
    assert_eq!(user.amr, ["pwd"]);
    assert!(user.confirmed_recently(clock).is_ok() && !user.second_factor());
    stage.wait(TimeDelta::minutes(11));
    assert_eq!(user.confirmed_recently(clock), Err(Error::ConfirmRequired));
    let again = async |password: &str| {
        reauthenticate(
            &stage.db,
            &stage.passwords,
            &stage.factors,
            &stage.throttle,
            &stage.client,
            &actor,
            Proof::Typed { password, code: "" },
        )
        .await
    };
    assert!(told(again("").await).message_for("password").is_some());
    assert!(told(again("not her password").await).message_for("password").is_some());
    let signed = again(PASSWORD).await.unwrap();
    assert!(signed.actor.confirmed_recently(clock).is_ok());
    sign_out(&stage.db, &actor).await.unwrap();
    assert_eq!(told(again(PASSWORD).await), Error::SignInRequired);
}
