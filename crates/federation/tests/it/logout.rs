//! Back-channel logout.

use guildhall_federation::logout::back_channel_logout;
use guildhall_types::{ConnectionId, Error, SessionId};
use serde_json::{Value, json};

use crate::stage::{Stage, signed_in, told, who};

async fn token(stage: &Stage, order: Value) -> String {
    let mut order = order;
    order["client_id"] = json!("guildhall");
    order["only_make"] = json!(true);
    stage.post_json("logout", &order).await["logout_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_provider_ends_the_sessions_that_it_opened() {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let connection = stage.usual().await;
    let stage = &stage;
    let robin = signed_in(stage.sign_in(connection, who("robin@acme.example")).await);
    let sam = signed_in(stage.sign_in(connection, who("sam@acme.example")).await);
    let is_in = |session: SessionId| async move {
        guildhall_identity::session_actor(&stage.db, session).await.unwrap().is_some()
    };
    let logout = |id: ConnectionId, token: String| async move {
        back_channel_logout(&stage.db, &stage.federation, id, &token).await
    };
    for (wrong, claims) in [
        ("signature", json!({})),
        ("alg_none", json!({})),
        ("expired", json!({})),
        ("audience", json!({})),
        ("issuer", json!({})),
        ("nothing", json!({ "nonce": "n" })),
        ("nothing", json!({ "events": {} })),
        ("nothing", json!({ "jti": null })),
        ("nothing", json!({ "sub": null })),
    ] {
        let token = token(stage, json!({ "sub": "sub-robin@acme.example", "forge": wrong, "claims": claims })).await;
        assert!(matches!(told(logout(connection, token).await), Error::BadRequest { .. }), "{wrong} {claims}");
    }
    assert!(is_in(robin.id()).await);
    let right = token(stage, json!({ "sub": "sub-robin@acme.example" })).await;
    assert_eq!(logout(connection, right.clone()).await.unwrap(), 1);
    assert!(!is_in(robin.id()).await);
    assert!(is_in(sam.id()).await, "nobody else's");
    assert!(matches!(told(logout(connection, right).await), Error::BadRequest { .. }), "good once");
    let sid = stage.text("select sid from sso_sessions where subject = 'sub-sam@acme.example'").await.unwrap();
    let by_session = token(stage, json!({ "sid": sid })).await;
    assert_eq!(logout(connection, by_session).await.unwrap(), 1);
    assert!(!is_in(sam.id()).await);
    let unknown: ConnectionId = stage.db.id();
    assert_eq!(told(logout(unknown, "x.y.z".to_owned()).await), Error::NotFound);
}
