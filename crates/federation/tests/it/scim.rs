//! A directory that keeps the organisation's people.

use guildhall_federation::{
    connections::{make_scim_token, page, revoke_scim_token},
    scim::{Answer, Request, answer},
};
use guildhall_types::SessionId;
use serde_json::{Value, json};

use crate::stage::{Stage, signed_in, told, who};

struct Directory<'a> {
    stage: &'a Stage,
    token: String,
}

impl<'a> Directory<'a> {
    async fn new(stage: &'a Stage) -> Self {
        let token = make_scim_token(&stage.db, &stage.owner, "acme", "Directory").await.unwrap();
        Self { stage, token }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, path, query, token: Some(&self.token), body: &body };
        answer(&self.stage.db, &self.stage.federation, request).await
    }

    async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, body).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.body.unwrap_or_default()
    }

    async fn no(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let answer = self.ask(method, path, body).await;
        let body = answer.body.unwrap();
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(body["status"], answer.status.to_string());
        (answer.status, body["scimType"].as_str().unwrap_or_default().to_owned())
    }
}

fn robin() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Robin@Acme.example", "externalId": "e-1",
        "name": { "givenName": "Robin", "familyName": "Example" }, "active": true,
        "emails": [{ "value": "robin@acme.example", "primary": true }], "title": "Passed over",
    })
}

fn leave(value: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "Replace", "path": "active", "value": value }] })
}

#[tokio::test]
async fn a_joiner_signs_in_and_a_leaver_is_out_at_once() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let directory = Directory::new(&stage).await;
    let made = directory.ask("POST", "Users", robin()).await;
    let body = made.body.unwrap();
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (made.status, made.location.as_deref()),
        (201, Some(format!("http://localhost:3000/scim/v2/Users/{id}").as_str()))
    );
    assert_eq!((&body["userName"], &body["displayName"]), (&json!("robin@acme.example"), &json!("Robin Example")));
    let role = "select role from memberships m join users u on u.id = m.user_id where u.email = 'robin@acme.example'";
    assert_eq!(stage.text(role).await.as_deref(), Some("learner"));
    // The organisation made the account, so its provider may open it.
    let session = signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    let stage = &stage;
    let is_in = |session: SessionId| async move {
        guildhall_identity::session_actor(&stage.db, session).await.unwrap().is_some()
    };
    assert!(is_in(session.id()).await);
    let body = directory.ok("PATCH", &format!("Users/{id}"), leave(json!("False"))).await;
    assert_eq!(body["active"], false);
    assert!(!is_in(session.id()).await);
    assert_eq!(stage.text(role).await, None);
    assert!(told(stage.sign_in(connection, who("robin@acme.example")).await).to_string().contains("ended your access"));
    directory.ok("PATCH", &format!("Users/{id}"), leave(json!(true))).await;
    assert_eq!(stage.text(role).await.as_deref(), Some("learner"));
    directory.ok("DELETE", &format!("Users/{id}"), Value::Null).await;
    assert_eq!(stage.text(role).await, None);
    assert_eq!(directory.no("GET", &format!("Users/{id}"), Value::Null).await, (404, String::new()));
    assert_eq!(
        stage.count("select count(*) from users where email = 'robin@acme.example'").await,
        1,
        "the account is the person's"
    );
}

#[tokio::test]
async fn a_directory_reaches_its_own_domains_and_people_alone() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let directory = Directory::new(&stage).await;
    let mut other = robin();
    other["userName"] = json!("victim@home.example");
    assert_eq!(directory.no("POST", "Users", other).await, (400, "invalidValue".to_owned()));
    let mut owner = robin();
    owner["userName"] = json!("owner@acme.example");
    let body = directory.ok("POST", "Users", owner).await;
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        directory.no("PATCH", &format!("Users/{id}"), leave(json!(false))).await,
        (400, "mutability".to_owned()),
        "the last owner stays"
    );
    // Another organisation's directory.
    stage
        .sql(&format!(
            "insert into organizations (id, kind, slug, name, created_at) values ('00000000-0000-7000-8000-0000000000aa', 'enterprise', 'other', 'Other', now());
             insert into scim_tokens (id, organization_id, name, token_hash, created_at)
                 values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000aa', 'T', sha256(decode('{}', 'hex')), now())",
            "11".repeat(32)
        ))
        .await;
    let theirs = Directory { stage: &stage, token: "ERERERERERERERERERERERERERERERERERERERERERE".to_owned() };
    assert_eq!(theirs.ok("GET", "Users", Value::Null).await["totalResults"], 0);
    for method in ["GET", "DELETE"] {
        assert_eq!(theirs.no(method, &format!("Users/{id}"), Value::Null).await.0, 404);
    }
    assert_eq!(theirs.no("PATCH", &format!("Users/{id}"), leave(json!(false))).await.0, 404);
    let stranger = Directory { stage: &stage, token: "x".to_owned() };
    assert_eq!(stranger.no("GET", "Users", Value::Null).await.0, 401);
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    revoke_scim_token(&stage.db, &stage.owner, "acme", shown.tokens[0].id).await.unwrap();
    assert_eq!(directory.no("GET", "Users", Value::Null).await.0, 401);
}

#[tokio::test]
async fn users_are_found_changed_and_not_doubled() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let directory = Directory::new(&stage).await;
    let id = directory.ok("POST", "Users", robin()).await["id"].as_str().unwrap().to_owned();
    assert_eq!(directory.no("POST", "Users", robin()).await, (409, "uniqueness".to_owned()));
    for (query, found) in [
        ("filter=userName%20eq%20%22ROBIN%40acme.example%22", 1),
        ("filter=externalId+eq+%22e-1%22", 1),
        ("filter=userName%20eq%20%22nobody%40acme.example%22", 0),
        ("startIndex=2&count=1", 1),
    ] {
        assert_eq!(directory.ok("GET", &format!("Users?{query}"), Value::Null).await["totalResults"], found, "{query}");
    }
    let second = directory.ok("GET", "Users?startIndex=2", Value::Null).await;
    assert_eq!((&second["itemsPerPage"], &second["startIndex"]), (&json!(0), &json!(2)));
    assert_eq!(
        directory.no("GET", "Users?filter=title%20eq%20%22x%22", Value::Null).await,
        (400, "invalidFilter".to_owned())
    );
    let mut changed = robin();
    changed["displayName"] = json!("Robin E.");
    changed["externalId"] = json!("e-2");
    let body = directory.ok("PUT", &format!("Users/{id}"), changed).await;
    assert_eq!((&body["displayName"], &body["externalId"]), (&json!("Robin E."), &json!("e-2")));
    for (method, path, body) in [
        ("POST", "Users", json!({ "userName": "" })),
        ("POST", "Users", json!({ "userName": "not an address" })),
        ("POST", "Users", json!({ "userName": "x@acme.example", "active": "perhaps" })),
        ("PUT", &*format!("Users/{id}"), json!({})),
        ("PATCH", &*format!("Users/{id}"), json!({ "Operations": [] })),
        ("PATCH", &*format!("Users/{id}"), json!([])),
    ] {
        assert_eq!(directory.no(method, path, body).await.0, 400, "{method} {path}");
    }
    assert_eq!(directory.no("PUT", "Users", robin()).await.0, 405);
    assert_eq!(directory.no("GET", "Users/x", Value::Null).await.0, 404);
    assert_eq!(directory.no("POST", "Bulk", json!({})).await.0, 501);
}

#[tokio::test]
async fn groups_hold_the_organisations_users() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let directory = Directory::new(&stage).await;
    let id = directory.ok("POST", "Users", robin()).await["id"].clone();
    let group = directory.ok("POST", "Groups", json!({ "displayName": "Heads", "members": [{ "value": id }] })).await;
    let path = format!("Groups/{}", group["id"].as_str().unwrap());
    assert_eq!(group["members"][0]["display"], "robin@acme.example");
    let user = directory.ok("GET", &format!("Users/{}", id.as_str().unwrap()), Value::Null).await;
    assert_eq!(user["groups"][0]["display"], "Heads");
    assert_eq!(directory.no("POST", "Groups", json!({ "displayName": "heads" })).await, (409, "uniqueness".to_owned()));
    let unknown = json!({ "displayName": "Others", "members": [{ "value": "00000000-0000-7000-8000-000000000001" }] });
    assert_eq!(directory.no("POST", "Groups", unknown).await, (400, "invalidValue".to_owned()));
    let remove = json!({ "Operations": [{ "op": "Remove", "path": "members", "value": [{ "value": id }] }] });
    assert_eq!(directory.ok("PATCH", &path, remove).await["members"], json!([]));
    let found = directory
        .ok("GET", "Groups?filter=displayName%20eq%20%22HEADS%22&excludedAttributes=members", Value::Null)
        .await;
    assert_eq!((&found["totalResults"], found["Resources"][0].get("members")), (&json!(1), None));
    directory.ok("PUT", &path, json!({ "displayName": "Leads" })).await;
    directory.ok("DELETE", &path, Value::Null).await;
    assert_eq!(directory.no("GET", &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_service_describes_itself() {
    let stage = Stage::new().await;
    let directory = Directory::new(&stage).await;
    assert_eq!(directory.ok("GET", "ServiceProviderConfig", Value::Null).await["patch"]["supported"], true);
    assert_eq!(directory.ok("GET", "ResourceTypes", Value::Null).await["totalResults"], 2);
    assert_eq!(directory.ok("GET", "ResourceTypes/User", Value::Null).await["endpoint"], "/Users");
    let schema = "Schemas/urn:ietf:params:scim:schemas:core:2.0:User";
    assert_eq!(directory.ok("GET", schema, Value::Null).await["name"], "User");
    assert_eq!(directory.no("GET", "Schemas/nothing", Value::Null).await.0, 404);
}
