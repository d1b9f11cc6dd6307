//! Authenticator apps and recovery codes.

use chrono::TimeDelta;
use guildhall_identity::{
    Client, SignedIn, Throttle,
    factors::{
        Proof, confirm_totp, keep_recovery_codes, make_recovery_codes, must_set_up, prove_again, read_recovery_codes,
        read_totp, remove_totp, second_step, security, sign_in_with_code, start_totp,
    },
    sign_in, sign_in_federated,
};
use guildhall_kernel::Actor;
use guildhall_types::{Error, factors::TotpView};
use hmac::{Hmac, Mac};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::stage::{PASSWORD, Stage, told};

const ADA: &str = "ada@example.com";

/// An app: the secret as the page shows it, and what it makes of the time.
pub struct App(Vec<u8>);

impl App {
    fn of(shown: &str) -> Self {
        let (mut bits, mut buffer, mut secret) = (0, 0_u32, Vec::new());
        for c in shown.bytes().filter(|c| *c != b' ') {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|letter| *letter == c).unwrap();
            buffer = (buffer << 5 | u32::try_from(value).unwrap()) & 0xfff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                secret.push(u8::try_from(buffer >> bits & 0xff).unwrap());
            }
        }
        assert_eq!(secret.len(), 20);
        Self(secret)
    }

    pub fn code(&self, stage: &Stage, drift: i64) -> String {
        let step = stage.db.clock().now().timestamp() / 30 + drift;
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] & 0xf);
        let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// Sets an app up; half a minute later the next code is good.
pub async fn with_app(stage: &Stage, actor: &Actor) -> App {
    start_totp(&stage.db, &stage.factors, actor, &stage.proof(PASSWORD)).await.unwrap();
    let TotpView::Started { secret, uri, qr } = read_totp(&stage.db, &stage.factors, actor).await.unwrap() else {
        panic!("not started")
    };
    assert!(uri.contains(&secret.replace(' ', "")) && qr.starts_with("<svg"));
    let app = App::of(&secret);
    confirm_totp(&stage.db, &stage.factors, actor, &app.code(stage, 0)).await.unwrap();
    stage.wait(TimeDelta::seconds(30));
    app
}

async fn codes(stage: &Stage, actor: &Actor) -> Vec<String> {
    read_recovery_codes(&stage.db, &stage.factors, actor).await.unwrap().codes.unwrap()
}

async fn second(stage: &Stage, token: &str, code: &str) -> Result<(), Error> {
    sign_in_with_code(&stage.db, &stage.factors, &stage.throttle, &stage.client, token, code)
        .await
        .map(|_| ())
        .map_err(guildhall_db::OpError::told)
}

#[tokio::test]
async fn an_app_is_set_up_by_its_first_code_and_asked_for_from_then_on() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let wrong = told(start_totp(&stage.db, &stage.factors, &actor, &stage.proof("not her password")).await);
    assert!(wrong.message_for("password").is_some());
    start_totp(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await.unwrap();
    for bad in ["", "12345", "000000", "not a code"] {
        assert!(told(confirm_totp(&stage.db, &stage.factors, &actor, bad).await).message_for("code").is_some());
    }
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    let app = with_app(&stage, &actor).await;
    assert_eq!(stage.work().await[0].mail.template(), "factor_added");
    assert!(matches!(read_totp(&stage.db, &stage.factors, &actor).await.unwrap(), TotpView::On { .. }));
    let again = told(start_totp(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await);
    assert!(matches!(again, Error::Conflict { .. }), "the secret in use is never replaced, nor shown");

    let token = stage.first_step(ADA).await;
    assert!(stage.actor(&token).await.user_id().is_none(), "the first step alone is no session");
    let view = second_step(&stage.db, &stage.factors, &token).await.unwrap().unwrap();
    assert!(view.has_totp && !view.has_passkey && !view.mail_code_sent);
    let session = sign_in_with_code(
        &stage.db,
        &stage.factors,
        &stage.throttle,
        &stage.client,
        &token,
        &format!(" {} ", app.code(&stage, 0)),
    )
    .await
    .unwrap();
    assert_eq!(stage.actor(&session.refresh_token).await.user_id(), actor.user_id());
    assert!(second_step(&stage.db, &stage.factors, &token).await.unwrap().is_none(), "the first step is used up");
    let stored: Vec<u8> =
        sqlx::query_scalar("select secret from totp_factors").fetch_one(&stage.test.owner).await.unwrap();
    assert!(!stored.windows(20).any(|window| window == app.0), "sealed");
}

#[tokio::test]
async fn a_code_is_good_once_and_a_step_either_side() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    stage.wait(TimeDelta::minutes(5));
    let older = app.code(&stage, -1);
    for drift in [-2, 2] {
        let token = stage.first_step(ADA).await;
        assert!(second(&stage, &token, &app.code(&stage, drift)).await.is_err());
    }
    for drift in [0, 1] {
        let token = stage.first_step(ADA).await;
        second(&stage, &token, &app.code(&stage, drift)).await.unwrap();
        let token = stage.first_step(ADA).await;
        assert!(second(&stage, &token, &app.code(&stage, drift)).await.is_err(), "not twice");
        assert!(second(&stage, &token, &older).await.is_err(), "nor one from before");
    }
}

#[tokio::test]
async fn of_two_who_enter_a_code_at_once_one_gets_in() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    let (one, two) = (stage.first_step(ADA).await, stage.first_step(ADA).await);
    let code = app.code(&stage, 0);
    let (one, two) = tokio::join!(second(&stage, &one, &code), second(&stage, &two, &code));
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
}

#[tokio::test]
async fn the_first_step_lasts_ten_minutes_and_ends_with_the_password() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    let late = stage.first_step(ADA).await;
    stage.wait(TimeDelta::minutes(10));
    assert!(matches!(second(&stage, &late, &app.code(&stage, 0)).await, Err(Error::Conflict { .. })));
    let changed = stage.first_step(ADA).await;
    stage.owner_sql("update users set password_hash = password_hash || ' '").await;
    assert!(matches!(second(&stage, &changed, &app.code(&stage, 0)).await, Err(Error::Conflict { .. })));
    stage.owner_sql("update users set password_hash = trim(password_hash)").await;
    let suspended = stage.first_step(ADA).await;
    stage.owner_sql("update users set suspended_at = now()").await;
    assert!(matches!(second(&stage, &suspended, &app.code(&stage, 0)).await, Err(Error::Conflict { .. })));
    for bad in ["", "x", &"a".repeat(10_000), "' or 1=1 --"] {
        assert!(matches!(second(&stage, bad, "123456").await, Err(Error::Conflict { .. })));
        assert!(second_step(&stage.db, &stage.factors, bad).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn guessing_waits_ever_longer_and_is_told_while_recovery_codes_still_work() {
    let mut stage = Stage::new().await;
    stage.throttle = Throttle::off();
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    let recovery = codes(&stage, &actor).await;
    stage.work().await;
    let token = stage.first_step(ADA).await;
    let wrong = if app.code(&stage, 0) == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert!(second(&stage, &token, wrong).await.unwrap_err().message_for("code").is_some());
    }
    let told = second(&stage, &token, &app.code(&stage, 0)).await.unwrap_err();
    assert_eq!(told, Error::TooMany { retry_after_seconds: 30 });
    assert_eq!(stage.work().await[0].mail.template(), "wrong_codes");
    second(&stage, &token, &recovery[0]).await.unwrap();
    let token = stage.first_step(ADA).await;
    stage.wait(TimeDelta::seconds(30));
    second(&stage, &token, &app.code(&stage, 0)).await.unwrap();
}

#[tokio::test]
async fn ten_recovery_codes_are_shown_once_and_each_is_good_once() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    let shown = codes(&stage, &actor).await;
    assert_eq!(shown.len(), 10);
    keep_recovery_codes(&stage.db, &actor).await.unwrap();
    let view = read_recovery_codes(&stage.db, &stage.factors, &actor).await.unwrap();
    assert_eq!((view.codes, view.left), (None, 10));
    stage.work().await;

    let token = stage.first_step(ADA).await;
    second(&stage, &token, &shown[3].to_uppercase()).await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "recovery_code_used");
    let token = stage.first_step(ADA).await;
    assert!(second(&stage, &token, &shown[3]).await.unwrap_err().message_for("code").is_some());

    make_recovery_codes(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await.unwrap();
    assert!(second(&stage, &token, &shown[4]).await.is_err(), "the older set is void");
    let anew = codes(&stage, &actor).await;
    second(&stage, &token, &anew[0]).await.unwrap();
    stage.wait(TimeDelta::minutes(15));
    let view = read_recovery_codes(&stage.db, &stage.factors, &actor).await.unwrap();
    assert_eq!((view.codes, view.left), (None, 9), "forgotten after a quarter of an hour");
}

#[tokio::test]
async fn a_removed_app_is_not_asked_for_and_its_codes_are_gone() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    stage.work().await;
    assert!(
        told(remove_totp(&stage.db, &stage.factors, &actor, &stage.proof("wrong")).await)
            .message_for("password")
            .is_some()
    );
    remove_totp(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await.unwrap();
    assert_eq!(stage.work().await[0].mail.template(), "factor_removed");
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    assert_eq!(stage.count("select count(*) from recovery_codes").await, 0);
    assert_eq!(told(remove_totp(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await), Error::NotFound);
    let refused = told(make_recovery_codes(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await);
    assert!(matches!(refused, Error::Conflict { .. }));
}

#[tokio::test]
async fn a_password_and_an_open_session_do_not_change_the_factors_of_who_has_one() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    stage.wait(TimeDelta::minutes(11));
    let (db, factors, proof) = (&stage.db, &stage.factors, stage.proof(PASSWORD));
    assert_eq!(told(start_totp(db, factors, &actor, &proof).await), Error::ConfirmRequired);
    assert_eq!(told(remove_totp(db, factors, &actor, &proof).await), Error::ConfirmRequired);
    assert_eq!(told(make_recovery_codes(db, factors, &actor, &proof).await), Error::ConfirmRequired);
}

#[tokio::test]
async fn an_organisations_word_is_no_fresh_proof_of_who_has_a_factor_of_their_own() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let through = async || {
        let mut tx = stage.db.begin(&Actor::System("test")).await.unwrap();
        let id = actor.user_id().unwrap();
        let session =
            sign_in_federated(&stage.db, &mut tx, id, &Client::default(), &["sso"], Some(stage.db.clock().now()))
                .await
                .unwrap();
        tx.commit().await.unwrap();
        session.signed.actor.confirmed_recently(stage.db.clock())
    };
    assert_eq!(through().await, Ok(()));
    with_app(&stage, &actor).await;
    assert_eq!(through().await, Err(Error::ConfirmRequired));
}

#[tokio::test]
async fn admins_and_owners_of_providers_must_and_nobody_else() {
    let stage = Stage::new().await;
    let (actor, token) = stage.signed_in(ADA).await;
    assert!(!must_set_up(&stage.db, &stage.factors, &actor).await.unwrap());
    stage
        .owner_sql(
            "with made as (insert into organizations (id, kind, slug, name, created_at) values (gen_random_uuid(), 'provider', 'acme', 'Acme', now()) returning id)
             insert into memberships (organization_id, user_id, role, created_at) select made.id, users.id, 'editor', now() from made, users",
        )
        .await;
    assert!(!must_set_up(&stage.db, &stage.factors, &stage.actor(&token).await).await.unwrap(), "an editor need not");
    for make in ["update memberships set role = 'owner'", "update users set is_admin = true; delete from organizations"]
    {
        sqlx::raw_sql(make).execute(&stage.test.owner).await.unwrap();
        let actor = stage.actor(&token).await;
        assert!(must_set_up(&stage.db, &stage.factors, &actor).await.unwrap(), "{make}");
        assert!(security(&stage.db, &stage.factors, &actor).await.unwrap().must_set_up);
    }
    let actor = stage.actor(&token).await;
    with_app(&stage, &actor).await;
    assert!(!must_set_up(&stage.db, &stage.factors, &actor).await.unwrap());
    let kept = told(remove_totp(&stage.db, &stage.factors, &actor, &stage.proof(PASSWORD)).await);
    assert!(matches!(kept, Error::Conflict { .. }), "the last one stays");
    assert!(!must_set_up(&stage.db, &stage.factors, &actor).await.unwrap());
    assert!(!must_set_up(&stage.db, &stage.factors, &Actor::Anonymous).await.unwrap());
}

#[tokio::test]
async fn whoever_is_signed_in_proves_again_with_all_that_the_account_has() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    let prove = async |actor: &Actor, password: &str, code: &str| {
        let proof = Proof::Typed { password, code };
        prove_again(&stage.db, &stage.passwords, &stage.factors, &stage.throttle, &stage.client, actor, proof).await
    };
    assert_eq!(prove(&actor, PASSWORD, "").await.unwrap(), ["pwd"]);
    assert!(told(prove(&actor, "", "").await).message_for("password").is_some());
    let app = with_app(&stage, &actor).await;
    let recovery = codes(&stage, &actor).await;
    // A password alone is no longer enough, nor a code.
    let alone = told(prove(&actor, PASSWORD, " ").await);
    assert!(alone.message_for("code").is_some() && alone.message_for("password").is_none());
    assert!(told(prove(&actor, "", &app.code(&stage, 0)).await).message_for("password").is_some());
    let wrong = told(prove(&actor, "wrong", &app.code(&stage, 0)).await);
    assert!(wrong.message_for("password").is_some() && wrong.message_for("code").is_none());
    assert!(told(prove(&actor, PASSWORD, "000000").await).message_for("code").is_some());
    assert_eq!(prove(&actor, PASSWORD, &app.code(&stage, 0)).await.unwrap(), ["pwd", "otp", "mfa"]);
    assert!(told(prove(&actor, PASSWORD, &app.code(&stage, 0)).await).message_for("code").is_some(), "not twice");
    assert_eq!(prove(&actor, PASSWORD, &recovery[0]).await.unwrap(), ["pwd", "otp", "mfa"]);
    assert!(told(prove(&actor, PASSWORD, &recovery[0]).await).message_for("code").is_some(), "not twice");
    assert!(matches!(told(prove(&Actor::Anonymous, PASSWORD, "").await), Error::SignInRequired));
    // Whoever came through their organisation may know no password: the code does.
    let Actor::User(mut user) = actor else { panic!("nobody") };
    user.amr = vec!["sso".to_owned()];
    let vouched = Actor::User(user);
    assert_eq!(prove(&vouched, "", &recovery[1]).await.unwrap(), ["otp"]);
    assert!(told(prove(&vouched, "", "").await).message_for("code").is_some());
    assert!(told(prove(&vouched, "wrong", &recovery[2]).await).message_for("password").is_some());
}

#[tokio::test]
async fn another_person_s_factors_are_out_of_reach() {
    let stage = Stage::new().await;
    let (ada, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &ada).await;
    let recovery = codes(&stage, &ada).await;
    stage.work().await;
    let (bob, _) = stage.signed_in("bob@example.com").await;
    assert!(matches!(read_totp(&stage.db, &stage.factors, &bob).await.unwrap(), TotpView::None));
    assert!(read_recovery_codes(&stage.db, &stage.factors, &bob).await.unwrap().codes.is_none());
    with_app(&stage, &bob).await;
    let token = stage.first_step("bob@example.com").await;
    for code in [app.code(&stage, 0), recovery[0].clone()] {
        assert!(second(&stage, &token, &code).await.unwrap_err().message_for("code").is_some());
    }
    stage
        .owner_sql("delete from totp_factors t using users u where u.id = t.user_id and u.email = 'bob@example.com'")
        .await;
    stage
        .owner_sql("delete from recovery_codes t using users u where u.id = t.user_id and u.email = 'bob@example.com'")
        .await;
    stage
        .owner_sql(
            "delete from recovery_code_sheets t using users u where u.id = t.user_id and u.email = 'bob@example.com'",
        )
        .await;
    stage.owner_sql("delete from pending_sign_ins").await;

    // By direct SQL too; not even an admin reads them.
    stage.owner_sql("update users set is_admin = true where email = 'bob@example.com'").await;
    let admin = stage.sign_in_as("bob@example.com", PASSWORD).await.unwrap();
    let admin = stage.actor(&admin.refresh_token).await;
    for actor in [&bob, &admin, &Actor::Anonymous] {
        for table in [
            "totp_factors",
            "recovery_codes",
            "recovery_code_sheets",
            "pending_sign_ins",
            "webauthn_challenges",
            "factor_resets",
            "passkeys",
        ] {
            let mut tx = stage.db.begin(actor).await.unwrap();
            let seen: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
                .fetch_one(&mut *tx)
                .await
                .unwrap();
            assert_eq!(seen, 0, "{table}");
            let deleted =
                sqlx::query(sqlx::AssertSqlSafe(format!("delete from {table}"))).execute(&mut *tx).await.unwrap();
            assert_eq!(deleted.rows_affected(), 0, "{table}");
        }
    }
    assert_eq!(stage.count("select count(*) from totp_factors").await, 1);
}

#[tokio::test]
async fn a_cheaper_hash_is_made_anew_at_the_next_sign_in() {
    let mut stage = Stage::new().await;
    stage.person(ADA).await;
    stage.passwords = guildhall_identity::Passwords::with_cost(stage.db.chance(), 128, 2).unwrap();
    assert!(stage.sign_in_as(ADA, "wrong").await.is_err());
    let hash = async || -> String {
        sqlx::query_scalar("select password_hash from users").fetch_one(&stage.test.owner).await.unwrap()
    };
    assert!(hash().await.contains("m=64,t=1"));
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    let anew = hash().await;
    assert!(anew.contains("m=128,t=2"), "{anew}");
    stage.sign_in_as(ADA, PASSWORD).await.unwrap();
    assert_eq!(hash().await, anew, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn mangled_codes_and_tokens_never_get_in() {
    let mut stage = Stage::new().await;
    stage.throttle = Throttle::off();
    let (actor, _) = stage.signed_in(ADA).await;
    let app = with_app(&stage, &actor).await;
    let token = stage.first_step(ADA).await;
    let right: Vec<String> = (-1..=1).map(|drift| app.code(&stage, drift)).collect();
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        TestRunner::new(ProptestConfig { cases: 40, ..ProptestConfig::default() })
            .run(&(any::<String>(), any::<prop::sample::Index>(), any::<char>()), |(text, at, c)| {
                let mut mangled: Vec<char> = token.chars().collect();
                let at = at.index(mangled.len());
                mangled[at] = c;
                let mangled: String = mangled.into_iter().collect();
                runtime.block_on(async {
                    if mangled != token {
                        prop_assert!(second(&stage, &mangled, &right[1]).await.is_err());
                    }
                    if !right.iter().any(|code| text.contains(code)) {
                        prop_assert!(second(&stage, &token, &text.replace('\0', "")).await.is_err());
                    }
                    Ok(())
                })
            })
            .unwrap();
    });
}

#[tokio::test]
async fn the_answer_to_a_wrong_password_does_not_tell_of_a_second_factor() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in(ADA).await;
    with_app(&stage, &actor).await;
    let tell = async |email: &str| {
        told(
            sign_in(&stage.db, &stage.passwords, &stage.throttle, &stage.client, email, "wrong")
                .await
                .map(|found| matches!(found, SignedIn::SecondStep(_))),
        )
    };
    assert_eq!(tell(ADA).await, tell("nobody@example.com").await);
}
