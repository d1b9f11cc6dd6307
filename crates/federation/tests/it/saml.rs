//! Through a SAML provider: away, and back by a form of another site.

use chrono::TimeDelta;
use guildhall_db::OpResult;
use guildhall_federation::{
    connections::{self, page, switch, try_connection},
    flow::{self, Answer, Begun, Outcome},
    saml_connections::{self, save},
};
use guildhall_identity::Client;
use guildhall_sandbox::saml::Forge;
use guildhall_types::{
    ConnectionId, Error,
    federation::{ConnectionFields, SamlFields},
};
use serde_json::Value;

use crate::stage::{Stage, actor, cookie, link_first, signed_in, told};

/// The fields of a form besides the address.
pub type More<'a> = &'a [(&'a str, &'a str)];

pub fn client() -> Client {
    Client { address: "192.0.2.1".to_owned(), user_agent: "Firefox".to_owned(), session: None, link: None }
}

pub fn base(stage: &Stage) -> &str {
    stage.provider.strip_suffix("/oidc").unwrap()
}

pub fn fields(stage: &Stage) -> SamlFields {
    SamlFields {
        name: "Acme’s accounts".to_owned(),
        metadata: format!("{}/saml/metadata", base(stage)),
        role_claim: "groups".to_owned(),
        role_map: "Heads = manager".to_owned(),
        default_role: "learner".to_owned(),
        jit: true,
        ..SamlFields::default()
    }
}

/// A connection that is switched on, and known to the provider.
pub async fn connect(stage: &Stage, fields: &SamlFields) -> ConnectionId {
    let id = save(&stage.db, &stage.federation, &stage.owner, "acme", None, fields).await.unwrap();
    let ours = saml_connections::metadata(&stage.db, &stage.federation, id).await.unwrap();
    let known = stage.http.post(format!("{}/saml/services", base(stage))).body(ours).send().await.unwrap();
    assert_eq!(known.status(), 200);
    switch(&stage.db, &stage.owner, "acme", id, true, false).await.unwrap();
    id
}

async fn ask(stage: &Stage, form: &[(String, String)], email: &str, more: More<'_>) -> (String, String) {
    let mut form = form.to_vec();
    form.push(("email".to_owned(), email.to_owned()));
    form.push(("name".to_owned(), "Robin Example".to_owned()));
    for (name, value) in more {
        form.retain(|(found, _)| found != name);
        form.push(((*name).to_owned(), (*value).to_owned()));
    }
    let answer = stage.http.post(format!("{}/saml/sso", base(stage))).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let sent: Value = answer.json().await.unwrap();
    let text = |name: &str| sent[name].as_str().unwrap().to_owned();
    (text("SAMLResponse"), text("RelayState"))
}

/// Goes to the provider: what its form sends.
pub async fn visit(stage: &Stage, begun: &Begun, email: &str, more: More<'_>) -> String {
    let url = url::Url::parse(&begun.url).unwrap();
    let form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    ask(stage, &form, email, more).await.0
}

pub async fn begin(stage: &Stage, connection: ConnectionId) -> Begun {
    flow::begin(&stage.db, &stage.federation, connection, "/learn", None).await.unwrap()
}

pub async fn receive(stage: &Stage, connection: ConnectionId, response: &str, relay: &str) -> OpResult<String> {
    flow::receive(&stage.db, &stage.federation, connection, response, relay).await
}

async fn arrive(stage: &Stage, connection: ConnectionId, token: &str, cookies: &str) -> OpResult<Outcome> {
    flow::arrive_with(&stage.db, &stage.federation, &client(), connection, token, cookies).await.0
}

/// The whole way.
pub async fn sign_in(stage: &Stage, connection: ConnectionId, email: &str, more: More<'_>) -> OpResult<Outcome> {
    let begun = begin(stage, connection).await;
    let response = visit(stage, &begun, email, more).await;
    let token = receive(stage, connection, &response, "").await?;
    arrive(stage, connection, &token, cookie(&begun.cookie)).await
}

#[tokio::test]
async fn a_person_of_a_verified_domain_comes_in_at_once_with_the_attributes_role() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = connect(&stage, &fields(&stage)).await;
    let session = signed_in(sign_in(&stage, connection, "Robin@Acme.example", &[("groups", "Staff,Heads")]).await);
    let user = &session.signed.actor;
    assert_eq!((user.email.as_str(), user.name.as_str()), ("robin@acme.example", "Robin Example"));
    let role = "select role from memberships m join users u on u.id = m.user_id where u.email = 'robin@acme.example'";
    assert_eq!(stage.text(role).await.as_deref(), Some("manager"));
    // Whichever part is signed, encrypted or not: the same account, with less.
    for (signs, encrypts) in [("assertion", true), ("response", false), ("response", true), ("both", true)] {
        let mut more = vec![("signs", signs)];
        if encrypts {
            more.push(("encrypts", "true"));
        }
        let again = signed_in(sign_in(&stage, connection, "robin@acme.example", &more).await);
        assert_eq!(again.user(), session.user(), "{signs} {encrypts}");
    }
    assert_eq!(stage.text(role).await.as_deref(), Some("learner"));
}

#[tokio::test]
async fn an_address_of_another_domain_is_linked_by_its_owner_alone() {
    let stage = Stage::new().await;
    let connection = connect(&stage, &fields(&stage)).await;
    link_first(sign_in(&stage, connection, "owner@acme.example", &[]).await);
    assert_eq!(stage.count("select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn every_forged_answer_signs_nobody_in() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = connect(&stage, &fields(&stage)).await;
    for (forge, label) in Forge::ALL {
        if forge == Forge::Nothing {
            continue;
        }
        let mut more = vec![("forge", "")];
        let name = forge.name();
        more[0].1 = &name;
        if matches!(forge, Forge::Cbc | Forge::Pkcs1 | Forge::Ciphertext) {
            more.push(("encrypts", "true"));
        }
        let error = told(sign_in(&stage, connection, "robin@acme.example", &more).await);
        assert!(matches!(error, Error::BadRequest { .. } | Error::Conflict { .. }), "{label}: {error:?}");
    }
    assert_eq!(stage.count("select count(*) from sessions").await, 0);
    assert_eq!(stage.count("select count(*) from users").await, 1, "no account was made");
    // The owner is told of the last.
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    let (_, why) = shown.connections[0].saml.as_ref().unwrap().refused.clone().unwrap();
    assert!(why.contains("did not sign in"), "{why}");
    signed_in(sign_in(&stage, connection, "robin@acme.example", &[]).await);
}

#[tokio::test]
async fn an_answer_is_good_once_in_one_browser_for_a_while() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = connect(&stage, &fields(&stage)).await;
    let (mine, other) = (begin(&stage, connection).await, begin(&stage, connection).await);
    let response = visit(&stage, &mine, "robin@acme.example", &[]).await;
    let token = receive(&stage, connection, &response, "").await.unwrap();
    // Another browser, another attempt's cookie, a made-up one.
    let (name, _) = cookie(&mine.cookie).split_once('=').unwrap();
    let (_, foreign) = cookie(&other.cookie).split_once('=').unwrap();
    for wrong in ["", cookie(&other.cookie), &format!("{name}={foreign}"), &format!("{name}=x")] {
        assert!(matches!(told(arrive(&stage, connection, &token, wrong).await), Error::Conflict { .. }), "{wrong}");
    }
    for broken in ["", "x", &token[1..], &format!("{token}x")] {
        let error = told(arrive(&stage, connection, broken, cookie(&mine.cookie)).await);
        assert!(matches!(error, Error::Conflict { .. }), "{broken}");
    }
    signed_in(arrive(&stage, connection, &token, cookie(&mine.cookie)).await);
    assert!(matches!(told(arrive(&stage, connection, &token, cookie(&mine.cookie)).await), Error::Conflict { .. }));
    // The same answer once more, to the same request.
    let again = receive(&stage, connection, &response, "").await.unwrap();
    assert!(matches!(told(arrive(&stage, connection, &again, cookie(&mine.cookie)).await), Error::Conflict { .. }));
    // Too late on the way from one page to the next.
    let response = visit(&stage, &other, "robin@acme.example", &[]).await;
    let token = receive(&stage, connection, &response, "").await.unwrap();
    stage.db.clock().advance(TimeDelta::minutes(2));
    assert!(matches!(told(arrive(&stage, connection, &token, cookie(&other.cookie)).await), Error::Conflict { .. }));
    assert_eq!(stage.count("select count(*) from sessions").await, 1);
}

#[tokio::test]
async fn one_connections_answer_is_nothing_to_another() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let (first, second) = (connect(&stage, &fields(&stage)).await, connect(&stage, &fields(&stage)).await);
    let begun = begin(&stage, first).await;
    let response = visit(&stage, &begun, "robin@acme.example", &[]).await;
    assert!(matches!(told(receive(&stage, second, &response, "").await), Error::BadRequest { .. }));
    let token = receive(&stage, first, &response, "").await.unwrap();
    assert!(matches!(told(arrive(&stage, second, &token, cookie(&begun.cookie)).await), Error::Conflict { .. }));
    // OpenID Connect's way back does not end what SAML's began.
    let state = cookie_state(&begun);
    let answer = Answer { state: &state, code: "c", error: "", issuer: None };
    let (outcome, _) = flow::complete(&stage.db, &stage.federation, &client(), answer, cookie(&begun.cookie)).await;
    assert!(matches!(told(outcome), Error::Conflict { .. }));
    let oidc = stage.usual().await;
    assert_eq!(told(receive(&stage, oidc, &response, "").await), Error::NotFound);
    assert_eq!(told(saml_connections::metadata(&stage.db, &stage.federation, oidc).await), Error::NotFound);
}

/// The state is the id of the request.
fn cookie_state(begun: &Begun) -> String {
    request_text(begun).split(" ID=\"_").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// The request itself.
pub fn request_text(begun: &Begun) -> String {
    use std::io::Read;

    use base64::{Engine, engine::general_purpose::STANDARD};
    let url = url::Url::parse(&begun.url).unwrap();
    let (_, request) = url.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap();
    let mut text = String::new();
    let packed = STANDARD.decode(request.as_bytes()).unwrap();
    flate2::read::DeflateDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_provider_may_begin_only_where_the_owner_says_so() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let id = connect(&stage, &fields(&stage)).await;
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    let service = shown.connections[0].saml.as_ref().unwrap().metadata_url.clone();
    let unasked = |relay: &'static str| {
        let form = vec![("service".to_owned(), service.clone()), ("RelayState".to_owned(), relay.to_owned())];
        let stage = &stage;
        async move { ask(stage, &form, "robin@acme.example", &[]).await }
    };
    let (response, relay) = unasked("/learn").await;
    assert!(matches!(told(receive(&stage, id, &response, &relay).await), Error::BadRequest { .. }), "off by default");
    let on = SamlFields { idp_initiated: true, metadata: String::new(), ..fields(&stage) };
    save(&stage.db, &stage.federation, &stage.owner, "acme", Some(id), &on).await.unwrap();
    let token = receive(&stage, id, &response, &relay).await.unwrap();
    signed_in(arrive(&stage, id, &token, "").await);
    // Once, however it comes.
    assert!(matches!(told(arrive(&stage, id, &token, "").await), Error::Conflict { .. }));
    let again = receive(&stage, id, &response, &relay).await.unwrap();
    assert!(matches!(told(arrive(&stage, id, &again, "").await), Error::Conflict { .. }));
    // On to our own pages alone.
    let (response, relay) = unasked("https://evil.example/").await;
    let token = receive(&stage, id, &response, &relay).await.unwrap();
    match arrive(&stage, id, &token, "").await.unwrap() {
        Outcome::SignedIn { next, .. } => assert_eq!(next, ""),
        other => panic!("{other:?}"),
    }
    // Switched off between the two pages.
    let (response, relay) = unasked("/learn").await;
    let token = receive(&stage, id, &response, &relay).await.unwrap();
    let off = SamlFields { idp_initiated: false, ..on };
    save(&stage.db, &stage.federation, &stage.owner, "acme", Some(id), &off).await.unwrap();
    assert!(matches!(told(arrive(&stage, id, &token, "").await), Error::Conflict { .. }));
}

#[tokio::test]
async fn owners_alone_keep_them_and_forms_say_what_to_mend() {
    let stage = Stage::new().await;
    let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
    let good = fields(&stage);
    let id = connect(&stage, &good).await;
    let stranger = actor(db.clock(), db.id(), &[], "stranger@elsewhere.example");
    assert_eq!(told(save(db, federation, &stranger, "acme", Some(id), &good).await), Error::NotFound);
    assert_eq!(told(save(db, federation, &stranger, "acme", None, &good).await), Error::NotFound);
    type Change = fn(&mut SamlFields);
    let wrong = |change: Change| {
        let mut fields = good.clone();
        change(&mut fields);
        async move { told(save(db, federation, owner, "acme", None, &fields).await) }
    };
    let cases: [(Change, &str); 9] = [
        (|f| f.name.clear(), "name"),
        (|f| f.metadata.clear(), "metadata"),
        (|f| f.metadata = "login.example.com".to_owned(), "metadata"),
        (|f| f.metadata = "http://127.0.0.1:1/metadata".to_owned(), "metadata"),
        (|f| f.metadata = "<x>".to_owned(), "metadata"),
        (|f| f.metadata.push_str("-not"), "metadata"),
        (|f| f.role_map = "Heads = owner".to_owned(), "role_map"),
        (|f| f.default_role = "owner".to_owned(), "default_role"),
        (|f| f.email_attribute = "a\nb".to_owned(), "email_attribute"),
    ];
    for (change, field) in cases {
        let error = wrong(change).await;
        assert!(error.message_for(field).is_some(), "{field}: {error:?}");
    }
    // Not by the form of the other kind.
    let other = ConnectionFields { kind: "saml".to_owned(), ..stage.fields() };
    assert_eq!(told(connections::save(db, federation, owner, "acme", Some(id), &other, "s").await), Error::NotFound);
    let made = connections::save(db, federation, owner, "acme", None, &other, "s").await.unwrap();
    let shown = page(db, federation, owner, "acme").await.unwrap();
    let found = shown.connections.iter().find(|one| one.id == made).unwrap();
    assert_eq!((found.fields.kind.as_str(), &found.saml), ("generic", &None));
    stage.db.clock().advance(TimeDelta::minutes(11));
    assert_eq!(told(save(db, federation, owner, "acme", Some(id), &good).await), Error::ConfirmRequired);
}

#[tokio::test]
async fn another_provider_is_off_until_it_is_switched_on_and_knows_nobody() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
    let id = connect(&stage, &fields(&stage)).await;
    signed_in(sign_in(&stage, id, "robin@acme.example", &[]).await);
    let renamed = SamlFields { name: "Staff".to_owned(), metadata: String::new(), ..fields(&stage) };
    save(db, federation, owner, "acme", Some(id), &renamed).await.unwrap();
    signed_in(sign_in(&stage, id, "robin@acme.example", &[]).await);
    let text = stage.http.get(format!("{}/saml/metadata", base(&stage))).send().await.unwrap().text().await.unwrap();
    let pasted = text.replace("entityID=\"http", "entityID=\"urn:other:http");
    let moved = SamlFields { metadata: pasted, ..fields(&stage) };
    save(db, federation, owner, "acme", Some(id), &moved).await.unwrap();
    assert_eq!(told(flow::begin(db, federation, id, "", None).await), Error::NotFound, "it is off");
    assert_eq!(stage.count("select count(*) from sso_identities").await, 0);
    let shown = page(db, federation, owner, "acme").await.unwrap();
    assert_eq!(shown.connections[0].saml.as_ref().unwrap().fields.metadata, "", "it was pasted");
}

#[tokio::test]
async fn the_test_says_what_is_wrong() {
    let stage = Stage::new().await;
    let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
    let id = connect(&stage, &fields(&stage)).await;
    let failing = || async {
        let steps = try_connection(db, federation, owner, "acme", id).await.unwrap();
        assert_eq!(steps.len(), 3);
        steps.into_iter().filter(|step| !step.passed).map(|step| step.detail).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(failing().await, "");
    let set = |sql: &'static str| stage.sql(sql);
    set("update saml_connections set sign_on_url = 'http://127.0.0.1:1/sso'").await;
    let found = failing().await;
    assert!(found.contains("have changed") && found.contains("does not answer"), "{found}");
    set("update saml_connections set metadata_url = '', sign_on_url = replace(sign_on_url, '/sso', '/x')").await;
    assert!(failing().await.contains("does not answer"));
    set("update saml_connections set valid_until = now() - interval '1 day'").await;
    assert!(failing().await.contains("has run out"));
    stage
        .sql(&format!("update saml_connections set valid_until = null, sign_on_url = '{}/nothing'", base(&stage)))
        .await;
    assert!(failing().await.contains("refuses our request with 404"));
}

#[tokio::test]
async fn another_key_under_the_same_name_is_another_provider() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
    let id = connect(&stage, &fields(&stage)).await;
    signed_in(sign_in(&stage, id, "robin@acme.example", &[]).await);
    // A key that comes beside the old one is the same provider's.
    stage.sql("update saml_connections set certificates = certificates || our_certificate").await;
    save(db, federation, owner, "acme", Some(id), &fields(&stage)).await.unwrap();
    signed_in(sign_in(&stage, id, "robin@acme.example", &[]).await);
    stage.sql("update saml_connections set certificates = array[our_certificate]").await;
    save(db, federation, owner, "acme", Some(id), &fields(&stage)).await.unwrap();
    assert_eq!(told(flow::begin(db, federation, id, "", None).await), Error::NotFound, "it is off");
    assert_eq!(stage.count("select count(*) from sso_identities").await, 0);
}
