//! Passkeys, with an authenticator in software.

use std::sync::Arc;

use chrono::TimeDelta;
use guildhall_db::Db;
use guildhall_identity::factors::{
    Proof, finish_passkey, finish_passkey_sign_in, finish_second_step_by_passkey, prove_again, read_recovery_codes,
    remove_passkey, rename_passkey, security, start_passkey, start_passkey_sign_in, start_proof,
    start_second_step_by_passkey,
};
use guildhall_kernel::{Actor, Chance};
use guildhall_types::{Error, factors::Ceremony};
use proptest::{prelude::*, test_runner::TestRunner};
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    authenticator::Authenticator,
    stage::{PASSWORD, Stage, told},
};

const ADA: &str = "ada@example.com";

async fn register(stage: &Stage, actor: &Actor, authenticator: &mut Authenticator, name: &str) {
    let ceremony = start_passkey(&stage.db, &stage.factors, actor, &stage.proof(PASSWORD), name).await.unwrap();
    let credential = authenticator.create(&ceremony);
    finish_passkey(&stage.db, &stage.factors, actor, &ceremony.token, &credential, name).await.unwrap();
}

async fn ask(stage: &Stage) -> Ceremony {
    start_passkey_sign_in(&stage.db, &stage.factors, &stage.throttle, &stage.client).await.unwrap()
}

async fn answer(stage: &Stage, ceremony: &Ceremony, credential: &str) -> Result<String, Error> {
    finish_passkey_sign_in(&stage.db, &stage.factors, &stage.client, &ceremony.token, credential)
        .await
        .map(|session| session.refresh_token)
        .map_err(guildhall_db::OpError::told)
}

#[tokio::test]
async fn a_passkey_signs_in_by_itself() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, " Work  laptop ").await;
    assert_eq!(stage.work().await[0].mail.template(), "factor_added");
    let view = security(&stage.db, &stage.factors, &actor).await.unwrap();
    assert_eq!((view.passkeys[0].name.as_str(), view.passkeys[0].last_used_at), ("Work laptop", None));
    assert!(read_recovery_codes(&stage.db, &stage.factors, &actor).await.unwrap().codes.is_some());

    let ceremony = ask(&stage).await;
    assert!(ceremony.options.contains("\"allowCredentials\":[]"), "nobody is named: {}", ceremony.options);
    let credential = key.get(&ceremony);
    let token = answer(&stage, &ceremony, &credential).await.unwrap();
    assert_eq!(stage.actor(&token).await.user_id(), actor.user_id());
    assert!(answer(&stage, &ceremony, &credential).await.is_err(), "a challenge is good once");
    assert!(security(&stage.db, &stage.factors, &actor).await.unwrap().passkeys[0].last_used_at.is_some());
}

#[tokio::test]
async fn a_passkey_is_the_second_step_after_a_password() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    let pending = stage.first_step(ADA).await;
    let ceremony = start_second_step_by_passkey(&stage.db, &stage.factors, &pending).await.unwrap();
    assert!(!ceremony.options.contains("\"allowCredentials\":[]"), "{}", ceremony.options);
    let credential = key.get(&ceremony);
    assert!(answer(&stage, &ceremony, &credential).await.is_err(), "a challenge is for one purpose");

    let ceremony = start_second_step_by_passkey(&stage.db, &stage.factors, &pending).await.unwrap();
    let credential = key.get(&ceremony);
    let session =
        finish_second_step_by_passkey(&stage.db, &stage.factors, &stage.client, &pending, &ceremony.token, &credential)
            .await
            .unwrap();
    assert_eq!(stage.actor(&session.refresh_token).await.user_id(), actor.user_id());
    assert!(start_second_step_by_passkey(&stage.db, &stage.factors, &pending).await.is_err(), "used up");
}

#[tokio::test]
async fn another_person_s_passkey_proves_nothing() {
    let stage = Stage::new().await;
    let (ada, _) = stage.signed_in(ADA).await;
    let (bob, _) = stage.signed_in("bob@example.com").await;
    let (mut hers, mut his) = (Authenticator::new(1), Authenticator::new(2));
    register(&stage, &ada, &mut hers, "Hers").await;
    register(&stage, &bob, &mut his, "His").await;

    let pending = stage.first_step(ADA).await;
    let ceremony = start_second_step_by_passkey(&stage.db, &stage.factors, &pending).await.unwrap();
    let credential = his.get(&ceremony);
    let refused =
        finish_second_step_by_passkey(&stage.db, &stage.factors, &stage.client, &pending, &ceremony.token, &credential);
    assert!(matches!(told(refused.await), Error::Conflict { .. }));

    // His passkey, claiming to be hers.
    let ceremony = ask(&stage).await;
    his.owner = hers.owner.clone();
    let credential = his.get(&ceremony);
    assert!(answer(&stage, &ceremony, &credential).await.is_err());

    let ceremony = start_proof(&stage.db, &stage.factors, &ada).await.unwrap();
    let credential = hers.get(&ceremony);
    let proof = Proof::Passkey { token: &ceremony.token, credential: &credential };
    let prove = async |actor: &Actor| {
        prove_again(&stage.db, &stage.passwords, &stage.factors, &stage.throttle, &stage.client, actor, proof).await
    };
    assert!(prove(&bob).await.is_err());

    let (id, name) = {
        let view = security(&stage.db, &stage.factors, &ada).await.unwrap();
        (view.passkeys[0].id, view.passkeys[0].name.clone())
    };
    assert_eq!(told(rename_passkey(&stage.db, &bob, id, "Mine").await), Error::NotFound);
    let removed = remove_passkey(&stage.db, &stage.factors, &bob, &stage.proof(PASSWORD), id).await;
    assert_eq!(told(removed), Error::NotFound);
    assert_eq!(security(&stage.db, &stage.factors, &ada).await.unwrap().passkeys[0].name, name);

    let start = start_passkey(&stage.db, &stage.factors, &bob, &stage.proof(PASSWORD), "Copy").await.unwrap();
    let credential = hers.create(&start);
    let copy = finish_passkey(&stage.db, &stage.factors, &bob, &start.token, &credential, "Copy").await;
    assert!(matches!(told(copy), Error::Conflict { .. }), "an authenticator is registered once");
    let start = start_passkey(&stage.db, &stage.factors, &bob, &stage.proof(PASSWORD), "Other").await.unwrap();
    let credential = Authenticator::new(3).create(&start);
    let other = finish_passkey(&stage.db, &stage.factors, &ada, &start.token, &credential, "Other").await;
    assert!(matches!(told(other), Error::Conflict { .. }), "what one began another can't finish");
}

#[tokio::test]
async fn whoever_is_signed_in_proves_again_by_passkey() {
    let stage = Stage::new().await;
    let (ada, _) = stage.signed_in(ADA).await;
    assert!(matches!(told(start_proof(&stage.db, &stage.factors, &ada).await), Error::Conflict { .. }));
    let mut key = Authenticator::new(1);
    register(&stage, &ada, &mut key, "Phone").await;
    let ceremony = start_proof(&stage.db, &stage.factors, &ada).await.unwrap();
    let credential = key.get(&ceremony);
    let proof = Proof::Passkey { token: &ceremony.token, credential: &credential };
    let prove = async || {
        prove_again(&stage.db, &stage.passwords, &stage.factors, &stage.throttle, &stage.client, &ada, proof).await
    };
    assert_eq!(prove().await.unwrap(), ["hwk", "mfa"]);
    assert!(prove().await.is_err(), "once");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_told() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    key.counter = 40;
    let ceremony = ask(&stage).await;
    let credential = key.get(&ceremony);
    answer(&stage, &ceremony, &credential).await.unwrap();
    stage.work().await;
    for counter in [40, 10] {
        key.counter = counter;
        let ceremony = ask(&stage).await;
        let credential = key.get(&ceremony);
        assert!(answer(&stage, &ceremony, &credential).await.is_err());
        assert_eq!(stage.work().await[0].mail.template(), "copied_passkey");
    }
    key.counter = 41;
    let ceremony = ask(&stage).await;
    let credential = key.get(&ceremony);
    answer(&stage, &ceremony, &credential).await.unwrap();
}

#[tokio::test]
async fn what_is_not_for_this_site_or_not_verified_is_refused() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    for (origin, flags) in [
        ("http://localhost:4000", 0x05),
        ("https://evil.test", 0x05),
        // Present but not verified: a found key alone does not sign in.
        ("http://localhost:3000", 0x01),
        ("http://localhost:3000", 0x04),
    ] {
        key.origin = origin.to_owned();
        key.flags = flags;
        let ceremony = ask(&stage).await;
        let credential = key.get(&ceremony);
        assert!(answer(&stage, &ceremony, &credential).await.is_err(), "{origin} {flags}");
    }
    (key.origin, key.flags) = ("http://localhost:3000".to_owned(), 0x05);
    let late = ask(&stage).await;
    stage.wait(TimeDelta::minutes(5));
    let credential = key.get(&late);
    assert!(answer(&stage, &late, &credential).await.is_err(), "five minutes are over");
    for suspended in ["suspended_at = now()", "suspended_at = null, email_confirmed_at = null"] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("update users set {suspended}")))
            .execute(&stage.test.owner)
            .await
            .unwrap();
        let ceremony = ask(&stage).await;
        let credential = key.get(&ceremony);
        assert!(answer(&stage, &ceremony, &credential).await.is_err(), "{suspended}");
    }
}

#[tokio::test]
async fn a_removed_passkey_signs_in_nobody() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    let id = security(&stage.db, &stage.factors, &actor).await.unwrap().passkeys[0].id;
    rename_passkey(&stage.db, &actor, id, "Old phone").await.unwrap();
    stage.work().await;
    let wrong = remove_passkey(&stage.db, &stage.factors, &actor, &stage.proof("wrong"), id).await;
    assert!(told(wrong).message_for("password").is_some());
    remove_passkey(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD), id).await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "factor_removed");
    let ceremony = ask(&stage).await;
    let credential = key.get(&ceremony);
    assert!(answer(&stage, &ceremony, &credential).await.is_err());
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    assert_eq!(stage.count("select count(*) from recovery_codes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_answers_at_once_need_no_more_connections_than_there_are() {
    let mut stage = Stage::new().await;
    stage.throttle = guildhall_identity::Throttle::off();
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    // With one connection whatever asks for a second one while it holds the first waits for ever.
    for connections in [1, 10] {
        let pool = Db::connect(&stage.test.owner_url, None, connections).await.unwrap();
        let pool = pool.with(stage.db.clock().clone(), Chance::system());
        let mut wrong = Vec::new();
        for number in 0..24_u8 {
            let ceremony = ask(&stage).await;
            let credential = match number % 2 {
                // Of an authenticator that nobody has registered, and to another question.
                0 => Authenticator::new(100 + number).get(&ceremony),
                _ => key.get(&ask(&stage).await),
            };
            wrong.push((ceremony.token, credential));
        }
        let start = Arc::new(Barrier::new(wrong.len()));
        let mut answers = JoinSet::new();
        for (token, credential) in wrong {
            let (db, factors, client, start) =
                (pool.clone(), stage.factors.clone(), stage.client.clone(), start.clone());
            answers.spawn(async move {
                start.wait().await;
                finish_passkey_sign_in(&db, &factors, &client, &token, &credential).await.map(|_| ())
            });
        }
        while let Some(answered) = answers.join_next().await {
            assert!(matches!(told(answered.unwrap()), Error::Conflict { .. }), "refused, not timed out");
        }
        let ceremony = ask(&stage).await;
        let credential = key.get(&ceremony);
        finish_passkey_sign_in(&pool, &stage.factors, &stage.client, &ceremony.token, &credential).await.unwrap();
        pool.close().await;
    }
    let counted = "select coalesce(sum(tries), 0)::bigint from failed_sign_ins where reason = 'passkey'";
    assert_eq!(stage.count(counted).await, 48);
}

#[tokio::test(flavor = "multi_thread")]
async fn mangled_answers_never_get_in_and_never_panic() {
    let mut stage = Stage::new().await;
    stage.throttle = guildhall_identity::Throttle::off();
    let (actor, _) = stage.signed_in(ADA).await;
    let mut key = Authenticator::new(1);
    register(&stage, &actor, &mut key, "Phone").await;
    let key = std::sync::Mutex::new(key);
    let runtime = tokio::runtime::Handle::current();
    let fields = ["authenticatorData", "clientDataJSON", "signature", "userHandle", "rawId"];
    tokio::task::block_in_place(|| {
        let strategy = (0..fields.len(), any::<prop::sample::Index>(), 1_u8..=255, any::<bool>());
        TestRunner::new(ProptestConfig { cases: 80, ..ProptestConfig::default() })
            .run(&strategy, |(field, at, by, cut)| {
                runtime.block_on(async {
                    let ceremony = ask(&stage).await;
                    let credential = mangle(&key.lock().unwrap().get(&ceremony), fields[field], at, by, cut);
                    prop_assert!(answer(&stage, &ceremony, &credential).await.is_err(), "{credential}");
                    Ok(())
                })
            })
            .unwrap();
        let strategy = (0..2_usize, any::<prop::sample::Index>(), 1_u8..=255, any::<bool>());
        TestRunner::new(ProptestConfig { cases: 80, ..ProptestConfig::default() })
            .run(&strategy, |(field, at, by, cut)| {
                runtime.block_on(async {
                    let start =
                        start_passkey(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD), "X").await.unwrap();
                    let fields = ["attestationObject", "clientDataJSON"];
                    let credential = mangle(&Authenticator::new(9).create(&start), fields[field], at, by, cut);
                    // Some bytes may be anything (the model's id): what matters is that nothing panics.
                    let _ = finish_passkey(&stage.db, &stage.factors, &actor, &start.token, &credential, "X").await;
                    Ok(())
                })
            })
            .unwrap();
    });
}

/// Changes one byte of a field, or cuts it there.
fn mangle(credential: &str, field: &str, at: prop::sample::Index, by: u8, cut: bool) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut value: serde_json::Value = serde_json::from_str(credential).unwrap();
    let place = if field == "rawId" { &mut value["rawId"] } else { &mut value["response"][field] };
    let mut bytes = URL_SAFE_NO_PAD.decode(place.as_str().unwrap()).unwrap();
    let at = at.index(bytes.len());
    if cut {
        bytes.truncate(at);
    } else {
        bytes[at] ^= by;
    }
    *place = URL_SAFE_NO_PAD.encode(bytes).into();
    value.to_string()
}
