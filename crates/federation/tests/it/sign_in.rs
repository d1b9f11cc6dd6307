//! Away to the provider and back.

use chrono::TimeDelta;
use guildhall_federation::flow::{self, link_token};
use guildhall_identity::{Client, SignedIn, Throttle, factors::sign_in_with_code, request_reset};
use guildhall_sandbox::DEFAULT_CLIENT_SECRET;
use guildhall_types::{Error, federation::ConnectionFields};
use serde_json::json;
use uuid::Uuid;

use crate::stage::{PEM, Person, Stage, actor, cookie, link_first, signed_in, told, who};

#[tokio::test]
async fn a_person_of_a_verified_domain_comes_in_at_once_with_the_claims_role() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let head = Person { email: "Robin@Acme.example", more: &[("groups", "Staff,Heads")] };
    let session = signed_in(stage.sign_in(connection, head).await);
    let user = &session.signed.actor;
    assert_eq!(
        (user.email.as_str(), user.name.as_str(), user.email_confirmed),
        ("robin@acme.example", "Robin Example", true)
    );
    assert_eq!(user.organizations.len(), 1);
    let role = "select role from memberships m join users u on u.id = m.user_id where u.email = 'robin@acme.example'";
    assert_eq!(stage.text(role).await.as_deref(), Some("manager"));
    // Next time without the group: the same account, with less.
    let again = signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    assert_eq!(again.user(), session.user());
    assert_eq!(stage.text(role).await.as_deref(), Some("learner"));
}

#[tokio::test]
async fn every_forged_token_is_refused() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let fields = ConnectionFields { kind: "one_login".to_owned(), ..stage.fields() };
    let connection = stage.connect(&fields, DEFAULT_CLIENT_SECRET).await;
    for wrong in [
        "signature",
        "payload",
        "alg_none",
        "alg_confusion",
        "unknown_key",
        "audience",
        "authorized_party",
        "issuer",
        "nonce",
        "no_nonce",
        "expired",
        "not_yet",
        "old",
        "from_the_future",
        "vot",
        "access_token_hash",
        "no_subject",
    ] {
        stage.forge(wrong).await;
        let error = told(stage.sign_in(connection, who("robin@acme.example")).await);
        assert!(matches!(error, Error::BadRequest { .. }), "{wrong}: {error:?}");
    }
    assert_eq!(stage.count("select count(*) from sessions").await, 0);
    assert_eq!(stage.count("select count(*) from users").await, 1, "no account was made");
    stage.forge("nothing").await;
    signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
}

#[tokio::test]
async fn the_wrong_tenant_stays_out() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let fields = ConnectionFields { kind: "entra".to_owned(), ..stage.fields() };
    let connection = stage.connect(&fields, DEFAULT_CLIENT_SECRET).await;
    for tid in ["", "00000000-0000-4000-8000-00000000dead"] {
        let person = Person { email: "robin@acme.example", more: &[("tid", tid)] };
        assert!(matches!(told(stage.sign_in(connection, person).await), Error::BadRequest { .. }));
    }
}

#[tokio::test]
async fn an_answer_is_good_once_in_one_browser_for_a_while() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let begin = || async { flow::begin(&stage.db, &stage.federation, connection, "/learn", None).await.unwrap() };
    let (mine, other) = (begin().await, begin().await);
    let back = stage.visit(&mine, &who("robin@acme.example")).await;
    // Another browser, another attempt's cookie, a made-up one.
    let (name, _) = cookie(&mine.cookie).split_once('=').unwrap();
    let (_, foreign) = cookie(&other.cookie).split_once('=').unwrap();
    for wrong in ["", cookie(&other.cookie), &format!("{name}={foreign}"), &format!("{name}=x")] {
        assert!(matches!(told(stage.arrive(&back, wrong).await), Error::Conflict { .. }), "{wrong}");
    }
    // Another provider's answer.
    let mixed: Vec<(String, String)> = back
        .iter()
        .map(|(name, value)| {
            (name.clone(), if name == "iss" { "https://evil.example".to_owned() } else { value.clone() })
        })
        .collect();
    assert!(matches!(told(stage.arrive(&mixed, cookie(&mine.cookie)).await), Error::Conflict { .. }));
    // That used the attempt up.
    assert!(matches!(told(stage.arrive(&back, cookie(&mine.cookie)).await), Error::Conflict { .. }));
    let back = stage.visit(&other, &who("robin@acme.example")).await;
    signed_in(stage.arrive(&back, cookie(&other.cookie)).await);
    assert!(matches!(told(stage.arrive(&back, cookie(&other.cookie)).await), Error::Conflict { .. }));
    let late = begin().await;
    let back = stage.visit(&late, &who("robin@acme.example")).await;
    stage.db.clock().advance(TimeDelta::minutes(15));
    assert!(matches!(told(stage.arrive(&back, cookie(&late.cookie)).await), Error::Conflict { .. }));
    assert_eq!(stage.count("select count(*) from sessions").await, 1);
}

#[tokio::test]
async fn refusing_at_the_provider_changes_nothing() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    let person = Person { email: "robin@acme.example", more: &[("answer", "deny")] };
    assert!(told(stage.sign_in(connection, person).await).to_string().contains("did not sign in"));
    assert_eq!(stage.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn one_login_signs_with_es256_and_tells_the_address_apart() {
    let stage = Stage::new().await;
    stage.post_json("clients", &json!({ "client_id": "guildhall", "jwks": { "keys": [public_key()] } })).await;
    let fields =
        ConnectionFields { kind: "one_login".to_owned(), auth_method: "private_key_jwt".to_owned(), ..stage.fields() };
    let connection = stage.connect(&fields, PEM).await;
    // The government checked the address: no domain is needed.
    signed_in(stage.sign_in(connection, who("citizen@people.example")).await);
    let begun = flow::begin(&stage.db, &stage.federation, connection, "/learn", None).await.unwrap();
    assert!(begun.url.contains("vtr=%5B%22Cl.Cm%22%5D"), "{}", begun.url);
    let keys = guildhall_federation::connections::public_client_keys(&stage.db, None).await.unwrap();
    assert_eq!(keys, [public_key()]);
}

fn public_key() -> serde_json::Value {
    guildhall_federation::token::ClientKey::from_pem(PEM).unwrap().public().clone()
}

#[tokio::test]
async fn a_wrong_secret_is_the_organisations_to_mend() {
    let stage = Stage::new().await;
    let connection = stage.connect(&stage.fields(), "not the secret").await;
    assert!(matches!(told(stage.sign_in(connection, who("robin@acme.example")).await), Error::Unavailable { .. }));
}

#[tokio::test]
async fn an_address_that_the_organisation_does_not_hold_is_linked_by_its_owner_alone() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    let ada = stage.db.id::<Uuid>();
    stage.person(ada, "ada@home.example").await;
    // The provider says so, but anybody can run a provider. Whether there is an account makes no difference.
    let set = link_first(stage.sign_in(connection, who("ada@home.example")).await);
    link_first(stage.sign_in(connection, who("nobody@home.example")).await);
    assert_eq!(stage.count("select count(*) from users").await, 2);
    let token = link_token(cookie(&set), false).unwrap().to_owned();
    let stranger = actor(stage.db.clock(), stage.db.id(), &[], "stranger@home.example");
    let owner = actor(stage.db.clock(), ada, &[], "ada@home.example");
    assert!(!flow::pending_link(&stage.db, &stranger, &token).await.unwrap().unwrap().is_yours);
    assert!(matches!(told(flow::finish_link(&stage.db, &stranger, &token).await), Error::Conflict { .. }));
    assert!(flow::pending_link(&stage.db, &owner, &token).await.unwrap().unwrap().is_yours);
    // A session row for the link to name.
    stage.sql(&format!("insert into sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at) values ('{}', '{ada}', sha256('s'), now(), now(), now() + '1 day')", Uuid::nil())).await;
    assert_eq!(flow::finish_link(&stage.db, &owner, &token).await.unwrap(), "/learn");
    assert!(matches!(told(flow::finish_link(&stage.db, &owner, &token).await), Error::Conflict { .. }), "good once");
    let session = signed_in(stage.sign_in(connection, who("ada@home.example")).await);
    assert_eq!(session.user().0, ada);
}

#[tokio::test]
async fn staff_the_suspended_and_those_without_a_role_stay_out() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let fields = ConnectionFields { default_role: String::new(), ..stage.fields() };
    let connection = stage.connect(&fields, DEFAULT_CLIENT_SECRET).await;
    let told_no = |person| async { told(stage.sign_in(connection, person).await).to_string() };
    assert!(told_no(who("robin@acme.example")).await.contains("not given you a role"));
    assert_eq!(stage.count("select count(*) from users").await, 1, "nothing was kept of it");
    let head = || Person { email: "robin@acme.example", more: &[("groups", "Heads")] };
    signed_in(stage.sign_in(connection, head()).await);
    stage.sql("update users set suspended_at = now() where email = 'robin@acme.example'").await;
    assert!(told_no(head()).await.contains("suspended"));
    stage.sql("update users set suspended_at = null, is_admin = true where email = 'robin@acme.example'").await;
    assert!(told_no(head()).await.contains("staff"));
    stage.sql("update organizations set suspended_at = now()").await;
    assert_eq!(told(stage.sign_in(connection, head()).await), Error::NotFound);
}

#[tokio::test]
async fn an_enforced_domain_signs_in_through_its_organisation() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    let stage = &stage;
    stage.password("owner@acme.example").await;
    let by_password = async |email: &str, link: Option<&str>| {
        let client = Client { link: link.and_then(guildhall_kernel::token::hash), ..Client::default() };
        stage.by_password(email, &client).await
    };
    let is_sent_away = async |email: &str, link: Option<&str>| match by_password(email, link).await {
        Err(error) => error.message_for("email").is_some_and(|message| message.contains("sign in through Acme")),
        Ok(_) => false,
    };
    let switch = || guildhall_federation::connections::switch(&stage.db, &stage.owner, "acme", connection, true, true);
    assert!(told(switch().await).to_string().contains("Test the connection"));
    let steps = guildhall_federation::connections::try_connection(
        &stage.db,
        &stage.federation,
        &stage.owner,
        "acme",
        connection,
    )
    .await
    .unwrap();
    assert!(steps.iter().all(|step| step.passed), "{steps:?}");
    assert!(told(switch().await).to_string().contains("Verify a domain"));
    stage.verify("acme.example").await;
    by_password("owner@acme.example", None).await.unwrap();
    switch().await.unwrap();
    for email in ["owner@acme.example", "NOBODY@acme.example"] {
        assert!(is_sent_away(email, None).await, "whether there is an account or not");
    }
    for email in ["owner@sub.acme.example", "not an address"] {
        assert!(!is_sent_away(email, None).await, "{email}");
    }
    assert_eq!(flow::connection_for_email(&stage.db, "robin@acme.example").await.unwrap(), connection);
    let begun = flow::begin(&stage.db, &stage.federation, connection, "", Some("robin@acme.example")).await.unwrap();
    assert!(begun.url.contains("login_hint=robin%40acme.example"));
    let nobody = told(flow::connection_for_email(&stage.db, "robin@elsewhere.example").await);
    assert!(nobody.message_for("email").is_some());
    // An account that was there proves itself by its password, in the browser that came from the provider alone.
    let set = link_first(stage.sign_in(connection, who("owner@acme.example")).await);
    let token = link_token(cookie(&set), false).unwrap();
    by_password("owner@acme.example", Some(token)).await.unwrap();
    assert!(is_sent_away("robin@acme.example", Some(token)).await, "for that address alone");
    stage.db.clock().advance(TimeDelta::minutes(60));
    assert!(is_sent_away("owner@acme.example", Some(token)).await, "for an hour");
    // When the provider is out of order, the operator opens the way again.
    assert_eq!(guildhall_federation::connections::release(&stage.db, "acme").await.unwrap(), 1);
    by_password("owner@acme.example", None).await.unwrap();
}

#[tokio::test]
async fn no_other_way_leads_past_an_enforced_sign_in() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    stage.verify("acme.example").await;
    stage.password("owner@acme.example").await;
    let client = Client::default();
    let throttle = Throttle::off();
    // Begun before it was enforced: the second step must not end in a session.
    let factors = stage.factors();
    let codes = stage.with_recovery_codes(&factors, "owner@acme.example").await;
    let pending = match stage.by_password("owner@acme.example", &client).await.unwrap() {
        SignedIn::SecondStep(pending) => pending.token,
        SignedIn::Session(_) => panic!("no second step"),
    };
    stage.sql("update sso_connections set enforced = true").await;
    let refused = sign_in_with_code(&stage.db, &factors, &throttle, &client, &pending, &codes[0]).await;
    assert!(told(refused).to_string().contains("sign in through Acme"));
    // Nor is a new password given out.
    for email in ["owner@acme.example", "nobody@acme.example"] {
        let refused = request_reset(&stage.db, &throttle, &client, email).await;
        assert!(told(refused).to_string().contains("sign in through Acme"), "{email}");
    }
    request_reset(&stage.db, &throttle, &client, "ada@home.example").await.unwrap();
    assert_eq!(stage.count("select count(*) from sessions").await, 0);
    // Through the organisation it goes on as before.
    signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    // A suspended organisation enforces nothing.
    stage.sql("update organizations set suspended_at = now()").await;
    sign_in_with_code(&stage.db, &factors, &throttle, &client, &pending, &codes[1]).await.unwrap();
}

#[tokio::test]
async fn an_account_that_somebody_else_began_is_taken_over() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    stage
        .sql("insert into users (id, email, name, password_hash, created_at, updated_at) values (gen_random_uuid(), 'robin@acme.example', 'Squatter', 'known to the squatter', now(), now())")
        .await;
    signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    let kept = stage.text("select name || password_hash from users where email = 'robin@acme.example'").await.unwrap();
    assert!(!kept.contains("squatter") && !kept.contains("Squatter"), "{kept}");
}
