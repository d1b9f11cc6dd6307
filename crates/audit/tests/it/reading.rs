//! Searching and exporting, for admins alone.

use futures::TryStreamExt;
use guildhall_audit::{Event, Filter, Format, Party, export, search};
use guildhall_db::OpError;
use guildhall_kernel::Actor;
use guildhall_types::{Error, audit::AuditQuery};
use serde_json::{Value, json};

use crate::stage::{Stage, tell};

fn filter(set: impl FnOnce(&mut AuditQuery)) -> Filter {
    let mut query = AuditQuery::default();
    set(&mut query);
    Filter::parse(&query).unwrap()
}

async fn found(stage: &Stage, admin: &Actor, filter: &Filter) -> Vec<String> {
    let page = search(stage.db(), admin, filter, "").await.unwrap();
    page.events.into_iter().map(|event| event.target_id).collect()
}

async fn file(stage: &Stage, admin: &Actor, filter: Filter, format: Format) -> String {
    let pieces: Vec<_> = export(stage.db(), admin, filter, format).await.unwrap().try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

#[tokio::test]
async fn only_admins_read() {
    let stage = Stage::open().await;
    let ada = stage.person("ada@example.test", false).await;
    for (actor, expected) in [
        (&Actor::Anonymous, Error::SignInRequired),
        (&Actor::System("x"), Error::SignInRequired),
        (&ada, Error::Forbidden),
    ] {
        let error = search(stage.db(), actor, &Filter::default(), "").await.unwrap_err();
        assert!(matches!(error, OpError::Told(told) if told == expected));
        let refused = export(stage.db(), actor, Filter::default(), Format::Csv).await.err().unwrap();
        assert!(matches!(refused, OpError::Told(told) if told == expected));
    }
    assert_eq!(stage.count("audit_inbox").await, 0);
    // Nor by SQL, past the op.
    stage.furnish(1).await;
    let mut tx = stage.db().begin(&ada).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from audit_events").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@example.test", true).await;
    let ada = stage.person("ada@example.test", false).await;
    let ada_id = ada.user_id().unwrap();
    tell(
        stage.db(),
        &ada,
        Event::new("user.renamed", "user", "1").change(json!({"name": "Ada"}), json!({"name": "Countess"})),
    )
    .await;
    tell(
        stage.db(),
        &Actor::System("sign-in"),
        Event::new("user.signed_in", "session", "2").acting_for(Party::Person(ada_id)),
    )
    .await;
    tell(stage.db(), &Actor::System("other"), Event::new("userx.renamed", "session", "3")).await;

    assert_eq!(found(&stage, &admin, &filter(|q| q.actor = "ADA@example.test".into())).await, ["2", "1"]);
    assert_eq!(found(&stage, &admin, &filter(|q| q.actor = ada_id.to_string())).await, ["2", "1"]);
    assert!(found(&stage, &admin, &filter(|q| q.actor = "nobody@example.test".into())).await.is_empty());
    assert_eq!(found(&stage, &admin, &filter(|q| q.action = "user.".into())).await, ["2", "1"]);
    assert_eq!(found(&stage, &admin, &filter(|q| q.target = "session:3".into())).await, ["3"]);
    assert_eq!(found(&stage, &admin, &filter(|q| q.target = "session".into())).await, ["3", "2"]);
    // The searches are in the trail too, so a text is found in them as well.
    let texts = found(
        &stage,
        &admin,
        &filter(|q| {
            q.text = "COUNTESS".into();
            q.target = "user".into();
        }),
    )
    .await;
    assert_eq!(texts, ["1"]);
    let today: String =
        sqlx::query_scalar("select (now() at time zone 'UTC')::date::text").fetch_one(&stage.test.owner).await.unwrap();
    assert_eq!(
        found(
            &stage,
            &admin,
            &filter(|q| {
                q.from = today.clone();
                q.target = "user".into();
            })
        )
        .await,
        ["1"]
    );
    assert!(found(&stage, &admin, &filter(|q| q.to = "2020-01-01".into())).await.is_empty());
    assert!(found(&stage, &admin, &filter(|q| q.from = "9999-01-01".into())).await.is_empty());

    let page = search(stage.db(), &admin, &filter(|q| q.target = "user:1".into()), "").await.unwrap();
    assert_eq!(page.events[0].actor_name.as_deref(), Some("Ada"));
    assert_eq!(page.events[0].after.as_deref(), Some(r#"{"name":"Countess"}"#));
    let telling = found(&stage, &admin, &filter(|q| q.action = "audit.searched".into())).await;
    assert!(telling.len() > 10, "each search is an event: {telling:?}");
}

#[tokio::test]
async fn pages_follow_each_other() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@example.test", true).await;
    stage.furnish(120).await;
    let wanted = filter(|q| q.action = "test.".into());
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = search(stage.db(), &admin, &wanted, &cursor).await.unwrap();
        seen.extend(page.events.into_iter().map(|event| event.seq));
        match page.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    assert_eq!(seen, (1..=120).rev().collect::<Vec<i64>>());
    assert!(matches!(
        search(stage.db(), &admin, &wanted, "x").await.unwrap_err(),
        OpError::Told(Error::Invalid { .. })
    ));
}

#[tokio::test]
async fn an_export_is_whole_and_told() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@example.test", true).await;
    stage.furnish(1_203).await;
    tell(stage.db(), &admin, Event::new("test.formula", "text", "=1+1").after(json!({"a": "x,\"y\"\n"}))).await;
    let csv = file(&stage, &admin, filter(|q| q.action = "test.".into()), Format::Csv).await;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 1_204);
    assert_eq!((&records[0][0], &records[0][11]), ("1204", "'=1+1"));
    let lines = file(&stage, &admin, filter(|q| q.action = "test.".into()), Format::JsonLines).await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1_204);
    assert_eq!(lines[0]["after"], json!({"a": "x,\"y\"\n"}));
    assert_eq!(lines[0]["previous_hash"], lines[1]["hash"]);
    let told = search(stage.db(), &admin, &filter(|q| q.action = "audit.exported".into()), "").await.unwrap();
    assert_eq!(told.events.len(), 2);
    assert_eq!(told.events[1].after.as_deref(), Some(r#"{"filter":{"action":"test."},"format":"csv"}"#));
    assert!(stage.verify().await.is_whole());
}
