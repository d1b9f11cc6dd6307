//! Proving again who one is at one's organisation, before what matters: the provider must have asked just now.

use chrono::TimeDelta;
use guildhall_db::OpResult;
use guildhall_federation::{
    connections::page,
    flow::{self, Begun, Outcome},
};
use guildhall_identity::{Client, NewSession};
use guildhall_kernel::{Actor, STEP_UP};
use guildhall_sandbox::DEFAULT_CLIENT_SECRET;
use guildhall_types::{ConnectionId, Error, federation::ConnectionFields};
use uuid::Uuid;

use crate::{
    saml,
    stage::{Person, Stage, actor, as_actor, confirmed, cookie, not_confirmed, signed_in, told, who},
};

const ROBIN: &str = "robin@acme.example";
const NEXT: &str = "/account/security";

async fn stage() -> (Stage, ConnectionId, NewSession) {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let session = signed_in(stage.sign_in(connection, who(ROBIN)).await);
    (stage, connection, session)
}

async fn begin_again(stage: &Stage, session: &NewSession) -> Begun {
    flow::begin_again(&stage.db, &stage.federation, &as_actor(session), NEXT).await.unwrap()
}

/// The whole way, as the provider's page was told.
async fn again(stage: &Stage, session: &NewSession, person: &Person<'_>) -> OpResult<Outcome> {
    let begun = begin_again(stage, session).await;
    let back = stage.visit(&begun, person).await;
    stage.arrive_in(Some(session.id()), &back, cookie(&begun.cookie)).await
}

#[tokio::test]
async fn the_provider_asks_and_the_session_counts_as_proved_since_then() {
    let (stage, _, session) = stage().await;
    stage.sql("update sessions set authenticated_at = authenticated_at - interval '20 minutes'").await;
    let begun = begin_again(&stage, &session).await;
    for asked in ["prompt=login", "max_age=0", "login_hint=robin%40acme.example"] {
        assert!(begun.url.contains(asked), "{asked}: {}", begun.url);
    }
    let back = stage.visit(&begun, &who(ROBIN)).await;
    let user = confirmed(stage.arrive_in(Some(session.id()), &back, cookie(&begun.cookie)).await);
    assert_eq!((user.id, user.session), (session.user(), session.id()));
    assert!(user.recently_authenticated(stage.db.clock(), STEP_UP));
    assert_eq!(user.amr, ["sso"]);
    assert_eq!(stage.count("select count(*) from sessions").await, 1, "it is the same session");
    let told_of = "select count(*) from audit_inbox where action = 'user.proved_again' and after like '%sso%'";
    assert_eq!(stage.count(told_of).await, 1);
    // An ordinary way there does not ask.
    let begun = flow::begin(&stage.db, &stage.federation, stage.usual().await, NEXT, None).await.unwrap();
    assert!(!begun.url.contains("prompt") && !begun.url.contains("max_age"), "{}", begun.url);
}

#[tokio::test]
async fn an_answer_that_is_old_or_silent_about_its_time_confirms_nothing() {
    let (stage, _, session) = stage().await;
    stage.sql("update sessions set authenticated_at = authenticated_at - interval '20 minutes'").await;
    let since = stage.text("select authenticated_at::text from sessions").await;
    for (forge, expected) in [("auth_time", "did not ask you"), ("no_auth_time", "auth_time")] {
        stage.forge(forge).await;
        let why = not_confirmed(again(&stage, &session, &who(ROBIN)).await);
        assert!(why.contains(expected), "{forge}: {why}");
    }
    for forge in ["signature", "nonce", "expired"] {
        stage.forge(forge).await;
        not_confirmed(again(&stage, &session, &who(ROBIN)).await);
    }
    stage.forge("nothing").await;
    let denied = Person { email: ROBIN, more: &[("answer", "deny")] };
    assert!(not_confirmed(again(&stage, &session, &denied).await).contains("did not sign in"));
    assert_eq!(stage.text("select authenticated_at::text from sessions").await, since);
    confirmed(again(&stage, &session, &who(ROBIN)).await);
}

#[tokio::test]
async fn nobody_elses_answer_confirms_and_none_signs_in() {
    let (stage, connection, session) = stage().await;
    let sam = signed_in(stage.sign_in(connection, who("sam@acme.example")).await);
    let sessions = stage.count("select count(*) from sessions").await;
    // Another person at the same provider; one whom nobody knows here.
    for email in ["sam@acme.example", "nobody@acme.example"] {
        let why = not_confirmed(again(&stage, &session, &who(email)).await);
        assert!(why.contains("somebody else"), "{why}");
    }
    // In the browser of somebody else, of nobody, and twice.
    let begun = begin_again(&stage, &session).await;
    let back = stage.visit(&begun, &who(ROBIN)).await;
    assert!(
        not_confirmed(stage.arrive_in(Some(sam.id()), &back, cookie(&begun.cookie)).await).contains("somebody else")
    );
    let begun = begin_again(&stage, &session).await;
    let back = stage.visit(&begun, &who(ROBIN)).await;
    assert_eq!(not_confirmed(stage.arrive(&back, cookie(&begun.cookie)).await), Error::SignInRequired.to_string());
    let again = stage.arrive_in(Some(session.id()), &back, cookie(&begun.cookie)).await;
    assert!(matches!(told(again), Error::Conflict { .. }), "used up");
    // Whom the organisation has let go.
    stage.sql("update users set suspended_at = now() where email = 'robin@acme.example'").await;
    let begun = begin_again(&stage, &session).await;
    let back = stage.visit(&begun, &who(ROBIN)).await;
    not_confirmed(stage.arrive_in(Some(session.id()), &back, cookie(&begun.cookie)).await);
    assert_eq!(stage.count("select count(*) from sessions").await, sessions);
    assert_eq!(stage.count("select count(*) from users where email = 'nobody@acme.example'").await, 0);
}

#[tokio::test]
async fn who_came_by_password_is_not_sent_there() {
    let (stage, ..) = stage().await;
    let here = flow::begin_again(&stage.db, &stage.federation, &stage.owner, NEXT).await;
    assert!(matches!(told(here), Error::Conflict { message } if message.contains("password")));
    let nobody = flow::begin_again(&stage.db, &stage.federation, &Actor::Anonymous, NEXT).await;
    assert_eq!(told(nobody), Error::SignInRequired);
    let stranger = actor(stage.db.clock(), stage.db.id::<Uuid>(), &[], "stranger@home.example");
    assert!(matches!(
        told(flow::begin_again(&stage.db, &stage.federation, &stranger, NEXT).await),
        Error::Conflict { .. }
    ));
}

#[tokio::test]
async fn who_has_a_second_factor_of_their_own_shows_that() {
    let (stage, _, session) = stage().await;
    stage
        .sql("insert into totp_factors (user_id, secret, created_at, confirmed_at) select id, sha256('t'), now(), now() from users where email = 'robin@acme.example'")
        .await;
    let why = not_confirmed(again(&stage, &session, &who(ROBIN)).await);
    assert!(why.contains("second factor of its own"), "{why}");
}

#[tokio::test]
async fn a_sign_in_counts_from_when_the_provider_asked_and_for_nothing_where_it_does_not_say() {
    let (stage, connection, session) = stage().await;
    let now = stage.db.clock().now();
    assert!(session.signed.actor.recently_authenticated(stage.db.clock(), TimeDelta::minutes(1)));
    stage.forge("auth_time").await;
    let hour_ago = signed_in(stage.sign_in(connection, who(ROBIN)).await).signed.actor.authenticated_at;
    assert!((now - hour_ago - TimeDelta::hours(1)).abs() < TimeDelta::minutes(1), "{hour_ago}");
    stage.forge("no_auth_time").await;
    let silent = signed_in(stage.sign_in(connection, who(ROBIN)).await);
    let owner = silent.signed.actor;
    assert_eq!(owner.confirmed_recently(stage.db.clock()), Err(Error::ConfirmRequired));
    // As GOV.UK One Login does it.
    stage.forge("nothing").await;
    let fields = ConnectionFields { kind: "one_login".to_owned(), ..stage.fields() };
    let one_login = stage.connect(&fields, DEFAULT_CLIENT_SECRET).await;
    let citizen = signed_in(stage.sign_in(one_login, who("citizen@people.example")).await);
    confirmed(again(&stage, &citizen, &who("citizen@people.example")).await);
}

/// Sends somebody who is signed in to prove again who they are, and back.
async fn again_by_saml(
    stage: &Stage,
    connection: ConnectionId,
    session: &NewSession,
    email: &str,
    more: saml::More<'_>,
) -> OpResult<Outcome> {
    let begun = flow::begin_again(&stage.db, &stage.federation, &as_actor(session), "/account/security").await?;
    let response = saml::visit(stage, &begun, email, more).await;
    let token = saml::receive(stage, connection, &response, "").await?;
    let client = Client { session: Some(session.id()), ..saml::client() };
    flow::arrive_with(&stage.db, &stage.federation, &client, connection, &token, cookie(&begun.cookie)).await.0
}

#[tokio::test]
async fn whoever_proves_again_who_they_are_was_asked_just_now() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = saml::connect(&stage, &saml::fields(&stage)).await;
    let robin = "robin@acme.example";
    let session = signed_in(saml::sign_in(&stage, connection, robin, &[("minutes_ago", "20")]).await);
    let before = session.signed.actor.authenticated_at;
    assert!(before < stage.db.clock().now() - TimeDelta::minutes(19), "since the provider asked");
    for stale in ["2", "20", "9000"] {
        let why = not_confirmed(again_by_saml(&stage, connection, &session, robin, &[("minutes_ago", stale)]).await);
        assert!(why.contains("did not ask you"), "{why}");
    }
    // The owner is told.
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    let (_, why) = shown.connections[0].saml.as_ref().unwrap().refused.clone().unwrap();
    assert!(why.contains("AuthnInstant"), "{why}");
    assert!(
        not_confirmed(again_by_saml(&stage, connection, &session, "sam@acme.example", &[]).await)
            .contains("somebody else")
    );
    let user = confirmed(again_by_saml(&stage, connection, &session, robin, &[]).await);
    assert!(user.session == session.id() && user.authenticated_at > before);
    assert_eq!(stage.count("select count(*) from sessions").await, 1);
    assert_eq!(stage.count("select count(*) from users where email = 'sam@acme.example'").await, 0);
}

#[tokio::test]
async fn the_request_tells_the_provider_to_ask() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = saml::connect(&stage, &saml::fields(&stage)).await;
    let session = signed_in(saml::sign_in(&stage, connection, "robin@acme.example", &[]).await);
    assert!(!saml::request_text(&saml::begin(&stage, connection).await).contains("ForceAuthn"));
    let begun = flow::begin_again(&stage.db, &stage.federation, &as_actor(&session), "").await.unwrap();
    assert!(saml::request_text(&begun).contains(" ForceAuthn=\"true\""));
}
