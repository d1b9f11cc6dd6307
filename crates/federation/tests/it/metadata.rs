//! The daily reading of SAML providers' metadata.

use chrono::TimeDelta;
use guildhall_db::Job;
use guildhall_federation::{
    connections::page,
    jobs::{ReadMetadata, run_all, run_one},
};
use guildhall_types::ConnectionId;

use crate::{
    saml::{connect, fields, sign_in},
    stage::{Stage, signed_in},
};

const EVENTS: &str = "select count(*) from audit_inbox where action = 'sign_on.provider_keys_changed'";

async fn stage() -> (Stage, ConnectionId) {
    let stage = Stage::new().await;
    stage.verify("acme.example").await;
    let id = connect(&stage, &fields(&stage)).await;
    (stage, id)
}

async fn read(stage: &Stage, connection: ConnectionId) {
    run_one(&stage.db, &stage.federation, &ReadMetadata { connection }).await.unwrap();
}

/// Everything that signing in depends on.
async fn known(stage: &Stage) -> String {
    let sql = "select sign_on_url || ' ' || wants_signed || ' ' || (select string_agg(encode(sha256(one), 'hex'), ' ' order by one) from unnest(certificates) one)
        from saml_connections";
    stage.text(sql).await.unwrap()
}

/// Since when, and why, nothing was taken.
async fn not_read(stage: &Stage) -> Option<(chrono::DateTime<chrono::Utc>, String)> {
    let shown = page(&stage.db, &stage.federation, &stage.owner, "acme").await.unwrap();
    shown.connections[0].saml.as_ref().unwrap().not_read.clone()
}

#[tokio::test]
async fn each_day_a_job_for_each_provider_with_an_address() {
    let (stage, id) = stage().await;
    let pasted = connect(&stage, &fields(&stage)).await;
    stage.sql(&format!("update saml_connections set metadata_url = '' where connection_id = '{pasted}'")).await;
    stage.usual().await;
    // The queue's own test of the same moment: run twice, there is one job for each.
    for _ in 0..2 {
        assert_eq!(run_all(&stage.db).await.unwrap(), 1);
    }
    let waiting = format!(
        "select count(*) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = '{}' and j.payload ->> 'connection' = '{id}'",
        ReadMetadata::NAME
    );
    assert_eq!(stage.count(&waiting).await, 1);
    stage.sql("update organizations set suspended_at = now()").await;
    assert_eq!(run_all(&stage.db).await.unwrap(), 0);
    // One that was pasted, or is gone, is left alone.
    read(&stage, pasted).await;
    stage.sql("delete from sso_connections").await;
    read(&stage, id).await;
}

#[tokio::test]
async fn a_certificate_that_comes_or_goes_is_taken_and_told() {
    let (stage, id) = stage().await;
    let before = known(&stage).await;
    stage.db.clock().advance(TimeDelta::hours(20));
    read(&stage, id).await;
    assert_eq!((known(&stage).await, stage.count(EVENTS).await), (before.clone(), 0), "nothing has changed");
    let read_at = stage.text("select read_at::text from saml_connections").await;
    // As if the provider had announced another one before, and has dropped it now.
    stage.sql("update saml_connections set certificates = certificates || our_certificate").await;
    assert_ne!(known(&stage).await, before);
    stage.db.clock().advance(TimeDelta::hours(1));
    read(&stage, id).await;
    assert_eq!(known(&stage).await, before);
    assert_ne!(stage.text("select read_at::text from saml_connections").await, read_at);
    assert_eq!(stage.count(EVENTS).await, 1);
    let told = "select before || after from audit_inbox where action = 'sign_on.provider_keys_changed'";
    let told = stage.text(told).await.unwrap();
    assert_eq!(told.matches("certificate_sha256").count(), 2, "{told}");
    // Where people are sent to sign in.
    stage.sql("update saml_connections set sign_on_url = 'https://old.example/sso'").await;
    read(&stage, id).await;
    assert_eq!((known(&stage).await, stage.count(EVENTS).await), (before, 2));
}

#[tokio::test]
async fn what_can_not_be_taken_changes_nothing_and_the_owner_reads_why() {
    let (stage, id) = stage().await;
    let address = stage.text("select metadata_url from saml_connections").await.unwrap();
    signed_in(sign_in(&stage, id, "robin@acme.example", &[]).await);
    let good = known(&stage).await;
    for (sql, why) in [
        ("update saml_connections set metadata_url = 'http://127.0.0.1:1/metadata'".to_owned(), "127.0.0.1"),
        (format!("update saml_connections set metadata_url = '{address}-not'"), "404"),
        (
            format!(
                "update saml_connections set metadata_url = '{address}'; update sso_connections set issuer = 'urn:other:provider' where kind = 'saml'"
            ),
            "another provider",
        ),
    ] {
        stage.sql(&sql).await;
        let since = not_read(&stage).await.map(|(since, _)| since);
        stage.db.clock().advance(TimeDelta::hours(24));
        read(&stage, id).await;
        let (now_since, told) = not_read(&stage).await.unwrap();
        assert!(told.contains(why), "{why}: {told}");
        assert_eq!(now_since, since.unwrap_or(now_since), "since the first time");
        assert_eq!(known(&stage).await, good);
    }
    stage.sql(&format!("update sso_connections set issuer = '{address}' where kind = 'saml'")).await;
    // Whoever took over the address can't make themselves the provider.
    stage.sql("update saml_connections set certificates = array[our_certificate]").await;
    let stranger = known(&stage).await;
    read(&stage, id).await;
    assert!(not_read(&stage).await.unwrap().1.contains("all of its certificates are new"));
    assert_eq!((known(&stage).await, stage.count(EVENTS).await), (stranger, 0));
    // Saving it, which the owner has to confirm, takes them.
    let owner = crate::stage::actor(
        stage.db.clock(),
        stage.owner.user_id().unwrap().0,
        &[(stage.organization, guildhall_types::organization::Role::Owner)],
        "owner@acme.example",
    );
    guildhall_federation::saml_connections::save(
        &stage.db,
        &stage.federation,
        &owner,
        "acme",
        Some(id),
        &fields(&stage),
    )
    .await
    .unwrap();
    assert_eq!((known(&stage).await, not_read(&stage).await), (good, None));
}
