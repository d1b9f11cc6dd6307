//! What owners may do, and the test button.

use guildhall_federation::connections::{self, page, remove, save, switch, try_connection};
use guildhall_sandbox::DEFAULT_CLIENT_SECRET;
use guildhall_types::{Error, federation::ConnectionFields, organization::Role};
use uuid::Uuid;

use crate::stage::{Stage, actor, signed_in, told, who};

#[tokio::test]
async fn owners_alone_reach_their_connections() {
    let stage = Stage::new().await;
    let id = stage.usual().await;
    let manager = stage.db.id::<Uuid>();
    stage.person(manager, "manager@acme.example").await;
    stage.sql(&format!("insert into memberships (organization_id, user_id, role, created_at) values ('{}', '{manager}', 'manager', now())", stage.organization)).await;
    let outsider = stage.db.id::<Uuid>();
    stage.person(outsider, "owner@other.example").await;
    let clock = stage.db.clock();
    let manager = actor(clock, manager, &[(stage.organization, Role::Manager)], "manager@acme.example");
    let stranger = actor(clock, outsider, &[], "owner@other.example");
    for (who, expected) in [
        (&manager, Error::Forbidden),
        (&stranger, Error::NotFound),
        (&guildhall_kernel::Actor::Anonymous, Error::SignInRequired),
    ] {
        let (db, federation) = (&stage.db, &stage.federation);
        assert_eq!(told(page(db, federation, who, "acme").await), expected);
        assert_eq!(told(save(db, federation, who, "acme", None, &stage.fields(), "s").await), expected);
        assert_eq!(told(save(db, federation, who, "acme", Some(id), &stage.fields(), "s").await), expected);
        assert_eq!(told(switch(db, who, "acme", id, true, false).await), expected);
        assert_eq!(told(try_connection(db, federation, who, "acme", id).await), expected);
        assert_eq!(told(remove(db, who, "acme", id).await), expected);
        assert_eq!(told(connections::make_scim_token(db, who, "acme", "t").await), expected);
    }
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    assert_eq!(shown.connections[0].fields.issuer, stage.provider);
    remove(&stage.db, &stage.owner, "acme", id).await.unwrap();
    assert_eq!(told(remove(&stage.db, &stage.owner, "acme", id).await), Error::NotFound);
}

#[tokio::test]
async fn a_secret_is_sealed_and_stays_when_it_is_left_out() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let id = stage.usual().await;
    let sealed: Vec<u8> =
        sqlx::query_scalar("select secret_sealed from sso_connections").fetch_one(&stage.test.owner).await.unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains(DEFAULT_CLIENT_SECRET));
    let renamed = ConnectionFields { name: "Renamed".to_owned(), ..stage.fields() };
    save(&stage.db, &stage.federation, &stage.owner, "acme", Some(id), &renamed, "").await.unwrap();
    signed_in(stage.sign_in(id, who("robin@acme.example")).await);
    // Another provider is another matter: off, and whom the old one knew is forgotten.
    let moved = ConnectionFields { client_id: "another".to_owned(), ..stage.fields() };
    save(&stage.db, &stage.federation, &stage.owner, "acme", Some(id), &moved, "").await.unwrap();
    assert_eq!(told(stage.sign_in(id, who("robin@acme.example")).await), Error::NotFound);
    assert_eq!(stage.count("select count(*) from sso_identities").await, 0);
}

#[tokio::test]
async fn what_hangs_on_keys_asks_again_who_one_is() {
    let stage = Stage::new().await;
    let id = stage.usual().await;
    stage.db.clock().advance(chrono::TimeDelta::minutes(11));
    let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
    assert_eq!(told(save(db, federation, owner, "acme", None, &stage.fields(), "s").await), Error::ConfirmRequired);
    assert_eq!(told(switch(db, owner, "acme", id, false, false).await), Error::ConfirmRequired);
    assert_eq!(told(remove(db, owner, "acme", id).await), Error::ConfirmRequired);
    assert_eq!(told(connections::make_scim_token(db, owner, "acme", "t").await), Error::ConfirmRequired);
    assert_eq!(told(connections::revoke_scim_token(db, owner, "acme", db.id()).await), Error::ConfirmRequired);
    page(db, federation, owner, "acme").await.unwrap();
    let told: Vec<String> =
        sqlx::query_scalar("select action from audit_inbox where acting_for_kind = 'organization' order by action")
            .fetch_all(&stage.test.owner)
            .await
            .unwrap();
    assert_eq!(told, ["sign_on.connection_saved", "sign_on.connection_switched"]);
}

/// Makes one field of a form wrong.
type Spoil = fn(&mut ConnectionFields);

#[tokio::test]
async fn forms_say_what_to_mend() {
    let stage = Stage::new().await;
    let wrong = |change: Spoil, secret: &'static str| {
        let mut fields = stage.fields();
        change(&mut fields);
        let (db, federation, owner) = (&stage.db, &stage.federation, &stage.owner);
        async move { told(save(db, federation, owner, "acme", None, &fields, secret).await) }
    };
    let cases: [(Spoil, &'static str, &str); 12] = [
        (|f| f.name.clear(), "s", "name"),
        (|f| f.issuer = "login.example.com".to_owned(), "s", "issuer"),
        (|f| f.issuer.push_str("/.well-known/openid-configuration"), "s", "issuer"),
        (|f| f.client_id = "a\nb".to_owned(), "s", "client_id"),
        (|_| {}, "", "secret"),
        (|f| f.auth_method = "private_key_jwt".to_owned(), "not a key", "secret"),
        (|f| f.role_map = "Heads = owner".to_owned(), "s", "role_map"),
        (|f| f.role_map = "Heads = editor".to_owned(), "s", "role_map"),
        (|f| f.role_claim.clear(), "s", "role_claim"),
        (|f| f.default_role = "owner".to_owned(), "s", "default_role"),
        (|f| f.tenants = "not-an-id".to_owned(), "s", "tenants"),
        (
            |f| (f.kind, f.issuer) = ("entra".to_owned(), "https://login.microsoftonline.com/common/v2.0".to_owned()),
            "s",
            "tenants",
        ),
    ];
    for (change, secret, field) in cases {
        let error = wrong(change, secret).await;
        assert!(error.message_for(field).is_some(), "{field}: {error:?}");
    }
}

#[tokio::test]
async fn the_test_says_what_is_wrong() {
    let stage = Stage::new().await;
    let failing = |fields: ConnectionFields, secret: &'static str| {
        let stage = &stage;
        async move {
            let id = stage.connect(&fields, secret).await;
            let steps = try_connection(&stage.db, &stage.federation, &stage.owner, "acme", id).await.unwrap();
            steps.into_iter().filter(|step| !step.passed).map(|step| step.detail).collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(failing(stage.fields(), DEFAULT_CLIENT_SECRET).await, "");
    assert!(failing(stage.fields(), "wrong").await.contains("does not know us"));
    let slash = ConnectionFields { issuer: format!("{}/", stage.provider), ..stage.fields() };
    assert!(failing(slash, DEFAULT_CLIENT_SECRET).await.contains("to the letter"));
    let nothing = ConnectionFields { issuer: stage.provider.replace("/oidc", "/nothing"), ..stage.fields() };
    assert!(failing(nothing, DEFAULT_CLIENT_SECRET).await.contains("status 404"));
    let silent = ConnectionFields { issuer: "http://127.0.0.1:1".to_owned(), ..stage.fields() };
    assert!(failing(silent, DEFAULT_CLIENT_SECRET).await.contains("does not answer"));
    stage.post_json("clients", &serde_json::json!({ "client_id": "elsewhere", "client_secret": "s", "redirect_uris": ["https://elsewhere.example/"] })).await;
    let elsewhere = ConnectionFields { client_id: "elsewhere".to_owned(), ..stage.fields() };
    assert!(failing(elsewhere, "s").await.contains("redirect address"));
}
