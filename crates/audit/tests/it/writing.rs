//! Telling of events.

use guildhall_audit::{Event, Party, jobs, record};
use guildhall_db::{OpError, from_request};
use guildhall_kernel::{Actor, RequestOrigin};
use guildhall_types::{OrganizationId, UserId};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::stage::{Stage, tell, user};

#[tokio::test]
async fn an_event_says_who_for_whom_what_and_from_where() {
    let stage = Stage::open().await;
    let ada = user(UserId(Uuid::from_u128(7)), "ada@example.test", false);
    let organization = OrganizationId(Uuid::from_u128(8));
    let event = Event::new("member.role_changed", "membership", "m1")
        .acting_for(Party::Organization(organization))
        .change(json!({"role": "editor", "password": "hunter2"}), json!({"role": "owner", "a": 1}));
    let here = RequestOrigin { address: Some([203, 0, 113, 9].into()), request_id: Uuid::from_u128(9) };
    from_request(here, tell(stage.db(), &ada, event)).await;
    jobs::seal(stage.db()).await.unwrap();
    let row: (i64, String, Uuid, String, Uuid, String, String, String, String, String, String) = sqlx::query_as(
        "select seq, actor_role, actor_id, acting_for_kind, acting_for_id, action, target_id, before, after, address, request_id from audit_events",
    )
    .fetch_one(&stage.test.owner)
    .await
    .unwrap();
    assert_eq!(
        row,
        (
            1,
            "user".into(),
            Uuid::from_u128(7),
            "organization".into(),
            organization.0,
            "member.role_changed".into(),
            "m1".into(),
            r#"{"password":"[removed]","role":"editor"}"#.into(),
            r#"{"a":1,"role":"owner"}"#.into(),
            "203.0.113.9".into(),
            Uuid::from_u128(9).to_string()
        )
    );
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_event() {
    let stage = Stage::open().await;
    let actor = Actor::System("test");
    let mut tx = stage.db().begin(&actor).await.unwrap();
    record(&mut tx, &actor, Event::new("test.told", "number", 1)).await.unwrap();
    drop(tx);
    stage.furnish(1).await;
    assert_eq!((stage.count("audit_inbox").await, stage.count("audit_events").await), (0, 1));
    assert!(stage.verify().await.is_whole());
}

#[tokio::test]
async fn fifty_writers_and_four_sealers_make_one_gapless_chain() {
    let stage = Stage::open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..50 {
        let db = stage.db().clone();
        tasks.spawn(async move {
            for number in 0..5 {
                tell(&db, &Actor::System("test"), Event::new("test.told", "number", format!("{writer}-{number}")))
                    .await;
            }
        });
    }
    for _ in 0..4 {
        let db = stage.db().clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                jobs::seal(&db).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    jobs::seal(stage.db()).await.unwrap();
    let (rows, first, last, numbers): (i64, i64, i64, i64) =
        sqlx::query_as("select count(*), min(seq), max(seq), count(distinct target_id) from audit_events")
            .fetch_one(&stage.test.owner)
            .await
            .unwrap();
    assert_eq!((rows, first, last, numbers), (250, 1, 250, 250));
    let report = stage.verify().await;
    assert_eq!(report.faults, []);
    assert_eq!((report.rows, report.last), (250, 250));
}

#[tokio::test]
async fn a_writer_under_way_holds_nobody_up() {
    let stage = Stage::open().await;
    let actor = Actor::System("test");
    let mut slow = stage.db().begin(&actor).await.unwrap();
    record(&mut slow, &actor, Event::new("test.slow", "number", 1)).await.unwrap();
    stage.furnish(2).await;
    assert_eq!(stage.count("audit_events").await, 2);
    slow.commit().await.unwrap();
    jobs::seal(stage.db()).await.unwrap();
    let report = stage.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.rows, 3);
}

#[tokio::test]
async fn the_programs_role_changes_nothing() {
    let stage = Stage::open().await;
    stage.furnish(2).await;
    tell(stage.db(), &Actor::System("test"), Event::new("test.waits", "number", 1)).await;
    for actor in [Actor::System("test"), user(UserId(Uuid::from_u128(7)), "a@example.test", true), Actor::Anonymous] {
        for statement in [
            "update audit_events set action = 'x.y'",
            "delete from audit_events",
            "truncate audit_events",
            "insert into audit_events select * from audit_events",
            "drop table audit_events",
            "select * from audit_months.events_2026_11",
            "update audit_inbox set action = 'x.y'",
            "delete from audit_inbox",
            "truncate audit_inbox",
            "update audit_head set seq = 0",
            "delete from audit_head",
            "update audit_anchors set seq = 1",
            "delete from audit_anchors",
            "select audit_make_month(now())",
            // Its time, its id and where it came from are not the program's to say.
            "insert into audit_inbox (actor_role, action, target_kind, target_id, occurred_at) values ('system', 'a.b', 't', '1', now())",
            "insert into audit_inbox (actor_role, action, target_kind, target_id, id) values ('system', 'a.b', 't', '1', gen_random_uuid())",
            "insert into audit_inbox (actor_role, action, target_kind, target_id, address) values ('system', 'a.b', 't', '1', '::1')",
            "alter table audit_events disable trigger all",
            // Verification believes it.
            "insert into audit_inbox (actor_role, action, target_kind, target_id) values ('system', 'audit.month_dropped', 't', '1')",
        ] {
            let mut tx = stage.db().begin(&actor).await.unwrap();
            let error = sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await.expect_err(statement);
            let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
            assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
        }
    }
    assert!(stage.verify().await.is_whole());
}

#[tokio::test]
async fn even_the_owner_is_stopped_by_the_triggers() {
    let stage = Stage::open().await;
    stage.furnish(1).await;
    tell(stage.db(), &Actor::System("test"), Event::new("test.waits", "number", 1)).await;
    let month: String = sqlx::query_scalar("select inhrelid::regclass::text from pg_inherits where inhparent = 'audit_events'::regclass order by 1 limit 1")
        .fetch_one(&stage.test.owner)
        .await
        .unwrap();
    for statement in [
        "update audit_events set action = 'x.y'".to_owned(),
        "delete from audit_events".to_owned(),
        "truncate audit_events".to_owned(),
        "update audit_inbox set action = 'x.y'".to_owned(),
        "delete from audit_inbox".to_owned(),
        "truncate audit_inbox".to_owned(),
        "truncate audit_anchors".to_owned(),
        format!("delete from {month}"),
        format!("truncate {month}"),
    ] {
        let result = sqlx::query(AssertSqlSafe(statement.clone())).execute(&stage.test.owner).await;
        match result {
            Err(error) => assert!(error.to_string().contains("append-only"), "{statement}: {error}"),
            // A month without rows has none to refuse.
            Ok(done) => assert_eq!(done.rows_affected(), 0, "{statement}"),
        }
    }
    assert_eq!(stage.count("audit_events").await, 1);
}

#[tokio::test]
async fn nobody_tells_of_anothers_deed() {
    let stage = Stage::open().await;
    let ada = user(UserId(Uuid::from_u128(7)), "ada@example.test", false);
    let bob = user(UserId(Uuid::from_u128(8)), "bob@example.test", true);
    for (transaction, teller) in [(&ada, &bob), (&Actor::Anonymous, &ada), (&ada, &Actor::System("test"))] {
        let mut tx = stage.db().begin(transaction).await.unwrap();
        let error = record(&mut tx, teller, Event::new("test.told", "number", 1)).await.unwrap_err();
        assert!(matches!(error, OpError::Database(_)), "{error}");
    }
    // The program's own transaction may: it acts on somebody's order.
    let mut tx = stage.db().begin(&Actor::System("test")).await.unwrap();
    record(&mut tx, &bob, Event::new("test.told", "number", 1)).await.unwrap();
    tx.commit().await.unwrap();
    // So may a stranger, of themselves.
    tell(stage.db(), &Actor::Anonymous, Event::new("test.told", "number", 2)).await;
}

#[tokio::test]
async fn hashes_of_the_database_and_of_the_program_agree_for_any_text() {
    let stage = Stage::open().await;
    for text in ["", "ä€😀", "'; drop table users; --", "line\nbreak\ttab", "\u{202e}right to left", "a\\b"] {
        let event =
            Event::new("test.told", "text", text).change(json!({ "text": text }), json!([text, null, 1.5, true]));
        tell(stage.db(), &Actor::System("test"), event).await;
    }
    // A character that no text of PostgreSQL holds is left out of an id and escaped in what changed.
    tell(stage.db(), &Actor::System("test"), Event::new("test.told", "text", "a\0b").after(json!("a\0b"))).await;
    let report = stage.verify().await;
    assert_eq!(report.faults, []);
    assert_eq!(report.rows, 7);
}
