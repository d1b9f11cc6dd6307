//! What an organisation's word is not good for, and how it is taken back.

use chrono::TimeDelta;
use guildhall_federation::{
    connections::{make_scim_token, switch, try_connection},
    flow::{finish_link, link_token, own_links, unlink},
    scim::{Answer, Request, answer},
};
use guildhall_identity::{Client, NewSession, SignedIn, session_actor};
use guildhall_kernel::Actor;
use guildhall_types::{Error, SessionId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stage::{Stage, actor, cookie, link_first, signed_in, told, who};

impl Stage {
    /// Bob's account, and the session that [`actor`] names.
    async fn bob(&self) -> (Uuid, Actor) {
        let id = self.db.id::<Uuid>();
        self.person(id, "bob@b.example").await;
        self.sql(&format!("insert into sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at) values ('{}', '{id}', sha256('s'), now(), now(), now() + '1 day')", Uuid::nil())).await;
        (id, actor(self.db.clock(), id, &[], "bob@b.example"))
    }

    async fn is_in(&self, session: SessionId) -> bool {
        session_actor(&self.db, session).await.unwrap().is_some()
    }

    async fn password_session(&self, email: &str) -> NewSession {
        self.password(email).await;
        match self.by_password(email, &Client::default()).await.unwrap() {
            SignedIn::Session(session) => session,
            SignedIn::SecondStep(_) => panic!("a second step"),
        }
    }

    async fn mails(&self, words: &str) -> i64 {
        self.count(&format!("select count(*) from graphile_worker._private_jobs where payload::text like '%{words}%'"))
            .await
    }
}

#[tokio::test]
async fn one_organisation_leads_nobody_past_what_another_enforces() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    let (_, bob) = stage.bob().await;
    let link = async || {
        let set = link_first(stage.sign_in(connection, who("bob@b.example")).await);
        link_token(cookie(&set), false).unwrap().to_owned()
    };
    let waits = link().await;
    finish_link(&stage.db, &bob, &link().await).await.unwrap();
    signed_in(stage.sign_in(connection, who("bob@b.example")).await);
    let b = "00000000-0000-7000-8000-0000000000bb";
    stage
        .sql(&format!(
            "insert into organizations (id, kind, slug, name, created_at) values ('{b}', 'enterprise', 'b', 'B', now());
             insert into organization_domains (organization_id, domain, verification, created_at, verified_at, verified_by)
                 values ('{b}', 'b.example', 'a text that stands in the record', now(), now(), 'dns');
             insert into sso_connections (id, organization_id, kind, name, issuer, client_id, auth_method, secret_sealed, enabled, enforced, created_at, updated_at)
                 select gen_random_uuid(), '{b}', kind, 'B', issuer, client_id, auth_method, secret_sealed, true, true, now(), now() from sso_connections"
        ))
        .await;
    let sessions = stage.count("select count(*) from sessions").await;
    let refused = told(stage.sign_in(connection, who("bob@b.example")).await);
    assert!(refused.to_string().contains("their own organisation"), "{refused:?}");
    let refused = told(finish_link(&stage.db, &bob, &waits).await);
    assert!(refused.to_string().contains("their own organisation"), "{refused:?}");
    assert_eq!(stage.count("select count(*) from sessions").await, sessions);
    // What is not enforced, or by nobody who may, stops nobody.
    stage.sql(&format!("update organizations set suspended_at = now() where id = '{b}'")).await;
    signed_in(stage.sign_in(connection, who("bob@b.example")).await);
}

#[tokio::test]
async fn linking_asks_for_proof_tells_the_person_and_can_be_undone() {
    let stage = Stage::new().await;
    let connection = stage.usual().await;
    let (_, fresh) = stage.bob().await;
    let Actor::User(mut long_ago) = fresh.clone() else { panic!("{fresh:?}") };
    long_ago.authenticated_at -= TimeDelta::minutes(11);
    let bob = Actor::User(long_ago);
    let set = link_first(stage.sign_in(connection, who("bob@b.example")).await);
    let token = link_token(cookie(&set), false).unwrap().to_owned();
    assert_eq!(told(finish_link(&stage.db, &bob, &token).await), Error::ConfirmRequired);
    assert_eq!(stage.count("select count(*) from sso_identities").await, 0);
    finish_link(&stage.db, &fresh, &token).await.unwrap();
    assert_eq!(stage.mails("factor_added").await, 1);
    assert_eq!(stage.mails("signing in through Acme").await, 1);
    let session = signed_in(stage.sign_in(connection, who("bob@b.example")).await);

    let links = own_links(&stage.db, &fresh).await.unwrap();
    assert_eq!((links.len(), links[0].connection, links[0].organization.as_str()), (1, connection, "Acme"));
    assert!(own_links(&stage.db, &stage.owner).await.unwrap().is_empty(), "another's are not shown");
    assert_eq!(told(own_links(&stage.db, &Actor::Anonymous).await), Error::SignInRequired);
    assert_eq!(told(unlink(&stage.db, &bob, connection).await), Error::ConfirmRequired);
    let stranger = actor(stage.db.clock(), stage.db.id(), &[], "stranger@home.example");
    assert_eq!(told(unlink(&stage.db, &stranger, connection).await), Error::NotFound);
    unlink(&stage.db, &fresh, connection).await.unwrap();
    assert!(own_links(&stage.db, &fresh).await.unwrap().is_empty());
    assert!(!stage.is_in(session.id()).await, "what it opened is over");
    assert_eq!(stage.mails("factor_removed").await, 1);
    link_first(stage.sign_in(connection, who("bob@b.example")).await);
    assert_eq!(told(unlink(&stage.db, &fresh, connection).await), Error::NotFound);
}

#[tokio::test]
async fn whoever_came_in_another_way_is_out_once_it_is_enforced() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let robin = signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    let robins_password = stage.password_session("robin@acme.example").await;
    let owner = stage.password_session("owner@acme.example").await;
    let owners_other = stage.password_session("owner@acme.example").await;
    stage.person(stage.db.id(), "ada@home.example").await;
    let ada = stage.password_session("ada@home.example").await;
    let asks = Actor::User(Box::new(owner.signed.actor.clone()));
    try_connection(&stage.db, &stage.federation, &asks, "acme", connection).await.unwrap();
    switch(&stage.db, &asks, "acme", connection, true, true).await.unwrap();
    for (session, stays, why) in [
        (&owner, true, "who asks"),
        (&owners_other, false, "a password"),
        (&robins_password, false, "a password"),
        (&robin, true, "through the organisation"),
        (&ada, true, "another domain"),
    ] {
        assert_eq!(stage.is_in(session.id()).await, stays, "{why}");
    }
}

struct Directory<'a> {
    stage: &'a Stage,
    token: String,
}

impl Directory<'_> {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, path, query, token: Some(&self.token), body: &body };
        answer(&self.stage.db, &self.stage.federation, request).await
    }

    async fn active(&self, id: &str, active: bool) -> u16 {
        let body = json!({ "Operations": [{ "op": "replace", "path": "active", "value": active }] });
        self.ask("PATCH", &format!("Users/{id}"), body).await.status
    }
}

async fn directory(stage: &Stage) -> Directory<'_> {
    Directory { stage, token: make_scim_token(&stage.db, &stage.owner, "acme", "Directory").await.unwrap() }
}

#[tokio::test]
async fn a_directory_rules_over_nobody_whose_domain_is_lost() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let directory = directory(&stage).await;
    let made = directory.ask("POST", "Users", json!({ "userName": "robin@acme.example" })).await.body.unwrap();
    let id = made["id"].as_str().unwrap();
    let through = signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    let own = stage.password_session("robin@acme.example").await;
    stage.sql("delete from organization_domains").await;
    assert_eq!(directory.active(id, false).await, 200);
    let role = "select role from memberships m join users u on u.id = m.user_id where u.email = 'robin@acme.example'";
    assert_eq!(stage.text(role).await, None);
    assert!(!stage.is_in(through.id()).await);
    assert!(stage.is_in(own.id()).await, "the person's own");
    assert_eq!(directory.active(id, true).await, 400);
    assert_eq!(stage.text(role).await, None);
    // Of those at its domains it decides, but for the platform's own staff.
    stage.verify("acme.example").await;
    assert_eq!(directory.active(id, true).await, 200);
    stage.sql("update users set is_admin = true where email = 'robin@acme.example'").await;
    assert_eq!(directory.active(id, false).await, 200);
    assert!(stage.is_in(own.id()).await, "staff");
    assert_eq!(directory.active(id, true).await, 400);
}

#[tokio::test]
async fn groups_are_not_listed_beyond_what_memory_should_hold() {
    let stage = Stage::new().await;
    let directory = directory(&stage).await;
    let organization = stage.organization;
    stage
        .sql(&format!(
            "insert into users (id, email, name, password_hash, created_at, updated_at)
                 select gen_random_uuid(), 'p' || n || '@acme.example', 'P', 'x', now(), now() from generate_series(1, 10001) n;
             insert into scim_users (id, organization_id, user_id, user_name, active, created_at, updated_at)
                 select id, '{organization}', id, email, true, now(), now() from users where email like 'p%';
             insert into scim_groups (id, organization_id, display_name, created_at, updated_at)
                 select ('00000000-0000-7000-8000-00000000000' || n)::uuid, '{organization}', 'G' || n, now(), now() from generate_series(1, 3) n;
             insert into scim_group_members (group_id, scim_user_id, organization_id)
                 select g.id, u.id, '{organization}' from scim_groups g cross join scim_users u
                 where g.display_name < 'G3' and u.user_name <> 'p10001@acme.example' or g.display_name = 'G3' and u.user_name = 'p10001@acme.example'"
        ))
        .await;
    let refused = directory.ask("GET", "Groups", Value::Null).await;
    assert_eq!((refused.status, &refused.body.unwrap()["scimType"]), (400, &json!("tooMany")));
    for fits in ["Groups?count=2", "Groups?excludedAttributes=members"] {
        assert_eq!(directory.ask("GET", fits, Value::Null).await.status, 200, "{fits}");
    }
    let last = stage.text("select id::text from scim_users where user_name = 'p10001@acme.example'").await.unwrap();
    let add = json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": last }] }] });
    let refused = directory.ask("PATCH", "Groups/00000000-0000-7000-8000-000000000001", add).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.unwrap()["detail"].as_str().unwrap().contains("at most 10000"));
}
