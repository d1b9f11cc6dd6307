//! What a restart remembers.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use guildhall_sandbox::Config;
use serde_json::json;

use crate::support::{GOOD, Sandbox, body, id, session_form};

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("guildhall-sandbox-{}", uuid::Uuid::new_v4())))
    }

    fn config(&self) -> Config {
        Config { state: Some(self.0.join("state.json")), ..Config::default() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_restart_forgets_no_session_no_key_and_no_webhook() {
    let folder = Folder::new();
    let before = Sandbox::start_with(folder.config()).await;
    let request = before.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1");
    let session = body(request.send().await.unwrap(), 200).await;
    before.received.status.store(500, Ordering::SeqCst);
    let (paid, _) = before.paid().await;
    before.hooks(2).await;
    before.app.save().unwrap();

    let after = Sandbox::start_with(folder.config()).await;
    let hooks = after.hooks(2).await;
    assert_eq!(hooks[1].event["data"]["object"]["id"], paid["id"]);
    let request = after.post("/v1/checkout/sessions", &session_form()).header("idempotency-key", "k1");
    let replayed = request.send().await.unwrap();
    assert_eq!(replayed.headers()["idempotent-replayed"], "true");
    assert_eq!(id(&body(replayed, 200).await), id(&session));
    assert_eq!(after.pay(&session, GOOD).await.status(), 303);
}

#[tokio::test]
async fn changes_reach_the_file_by_themselves() {
    let folder = Folder::new();
    let sandbox = Sandbox::start_with(folder.config()).await;
    let session = sandbox.session(&[]).await;
    let file = folder.0.join("state.json");
    for _ in 0..200 {
        if std::fs::read_to_string(&file).is_ok_and(|text| text.contains(id(&session))) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the session was not saved");
}

#[tokio::test]
async fn a_damaged_file_is_put_aside() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("state.json"), "{ not json").unwrap();
    let sandbox = Sandbox::start_with(folder.config()).await;
    assert_eq!(sandbox.fetch("/v1/events").await["data"], json!([]));
    assert!(folder.0.join("state.damaged").exists());
}
