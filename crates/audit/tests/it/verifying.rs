//! What the walk finds when somebody who owns the machine bends the trail.

use chrono::TimeDelta;
use guildhall_audit::{Fault, jobs};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::stage::Stage;

async fn id(stage: &Stage, seq: i64) -> Uuid {
    sqlx::query_scalar("select id from audit_events where seq = $1")
        .bind(seq)
        .fetch_one(&stage.test.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_whole_chain_is_whole_and_an_empty_one_too() {
    let stage = Stage::open().await;
    assert!(stage.verify().await.is_whole());
    stage.furnish(5).await;
    let mut told = Vec::new();
    let report = guildhall_audit::verify(stage.db(), &stage.files, |done, all| told.push((done, all))).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.rows, report.first, report.last), (5, 1, 5));
    assert_eq!(told, [(5, 5)]);
}

#[tokio::test]
async fn any_column_that_is_changed_is_found() {
    let stage = Stage::open().await;
    stage.furnish(5).await;
    for change in [
        "action = 'test.other'",
        "actor_role = 'user'",
        "actor_id = gen_random_uuid()",
        "actor_name = 'other'",
        "acting_for_kind = 'person'",
        "acting_for_id = gen_random_uuid()",
        "target_kind = 'other'",
        "target_id = 'other'",
        "before = '{}'",
        "after = '{}'",
        "address = '::1'",
        "request_id = 'r'",
        "occurred_at = occurred_at - interval '1 second'",
        "filed_at = filed_at + interval '1 microsecond'",
        "id = gen_random_uuid()",
        "hash = sha256('x')",
    ] {
        stage.bend("create table kept as select * from audit_events where seq = 3").await;
        stage.bend(&format!("update audit_events set {change} where seq = 3")).await;
        let found = stage.verify().await;
        let changed = Fault::Changed { seq: 3, id: id(&stage, 3).await, action: action(&stage).await };
        assert_eq!(found.faults.first(), Some(&changed), "{change}: {found:?}");
        assert!(found.faults.len() <= 2, "{change}: {found:?}");
        stage
            .bend(
                "delete from audit_events where seq = 3; insert into audit_events select * from kept; drop table kept",
            )
            .await;
        assert!(stage.verify().await.is_whole());
    }
}

async fn action(stage: &Stage) -> String {
    sqlx::query_scalar("select action from audit_events where seq = 3").fetch_one(&stage.test.owner).await.unwrap()
}

#[tokio::test]
async fn missing_rows_are_named() {
    let stage = Stage::open().await;
    stage.furnish(9).await;
    stage.bend("delete from audit_events where seq in (1, 4, 5, 9)").await;
    let report = stage.verify().await;
    assert_eq!(
        report.faults,
        [
            Fault::Missing { first: 1, last: 1 },
            Fault::Missing { first: 4, last: 5 },
            Fault::Missing { first: 9, last: 9 }
        ]
    );
    assert_eq!(report.faults[1].to_string(), "events 4 to 5 are missing");
}

#[tokio::test]
async fn inserted_rows_are_named() {
    let stage = Stage::open().await;
    stage.furnish(4).await;
    let copy = |seq: i64, new: i64| {
        format!(
            "insert into audit_events select {new}, gen_random_uuid(), occurred_at, filed_at + interval '1 second', actor_role, actor_id, actor_name, acting_for_kind,
                acting_for_id, action, target_kind, 'slipped in', before, after, address, request_id, previous_hash, hash from audit_events where seq = {seq}"
        )
    };
    // On a number that is taken, and past the end.
    stage.bend(&copy(2, 2)).await;
    stage.bend(&copy(4, 7)).await;
    let slipped: Vec<(i64, Uuid)> =
        sqlx::query_as("select seq, id from audit_events where target_id = 'slipped in' order by seq")
            .fetch_all(&stage.test.owner)
            .await
            .unwrap();
    let faults: Vec<Fault> = slipped.into_iter().map(|(seq, id)| Fault::Inserted { seq, id }).collect();
    assert_eq!(stage.verify().await.faults, faults);
}

#[tokio::test]
async fn a_chain_that_was_rewritten_whole_breaks_at_its_anchor() {
    let stage = Stage::open().await;
    stage.furnish(3).await;
    let first = jobs::anchor(stage.db(), &stage.files).await.unwrap().unwrap();
    stage.test.db.clock().advance(TimeDelta::days(1));
    stage.furnish(2).await;
    // Of one day there is one anchor, the first.
    let second = jobs::anchor(stage.db(), &stage.files).await.unwrap().unwrap();
    stage.furnish(1).await;
    assert_eq!(jobs::anchor(stage.db(), &stage.files).await.unwrap().unwrap(), second);
    assert_eq!((first.seq, second.seq), (3, 5));
    let report = stage.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.anchors, 2);

    // Somebody changes event 4 and makes every later hash anew, the head, and even the database's note of the anchor.
    stage
        .bend(
            "do $$
            declare e audit_events; previous bytea; rows integer := 0;
            begin
                select hash into previous from audit_events where seq = 3;
                for e in select * from audit_events where seq > 3 order by seq loop
                    if e.seq = 4 then e.action := 'test.other'; end if;
                    e.previous_hash := previous;
                    e.hash := audit_hash(e);
                    update audit_events set action = e.action, previous_hash = e.previous_hash, hash = e.hash where seq = e.seq;
                    previous := e.hash;
                end loop;
                update audit_head set hash = previous;
                update audit_anchors set hash = (select hash from audit_events where seq = 5) where seq = 5;
            end $$",
        )
        .await;
    let report = stage.verify().await;
    assert_eq!(report.faults, [Fault::Rewritten { on: second.on, seq: 5 }]);
}

#[tokio::test]
async fn a_chain_cut_short_is_missed_by_its_anchor() {
    let stage = Stage::open().await;
    stage.furnish(5).await;
    jobs::anchor(stage.db(), &stage.files).await.unwrap();
    stage
        .bend(
            "delete from audit_events where seq > 3;
             update audit_head set seq = 3, hash = (select hash from audit_events where seq = 3)",
        )
        .await;
    assert_eq!(stage.verify().await.faults, [Fault::Missing { first: 4, last: 5 }]);
}

#[tokio::test]
async fn an_anchor_that_is_gone_or_spoilt_is_named() {
    let stage = Stage::open().await;
    stage.furnish(2).await;
    let anchor = jobs::anchor(stage.db(), &stage.files).await.unwrap().unwrap();
    let path = stage.folder.path().join(format!("audit/anchors/{}.json", anchor.on));
    std::fs::write(&path, "{").unwrap();
    assert_eq!(stage.verify().await.faults, [Fault::AnchorUnreadable { on: anchor.on }]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(stage.verify().await.faults, [Fault::AnchorGone { on: anchor.on }]);
}

#[tokio::test]
async fn sealing_never_fails_for_want_of_a_month() {
    let stage = Stage::open().await;
    for at in ["2031-05-31 23:59:59.999999+00", "2031-06-01 00:00:00+00", "2031-05-01 00:00:00+00"] {
        sqlx::query(AssertSqlSafe(format!(
            "insert into audit_inbox (actor_role, action, target_kind, target_id, occurred_at) values ('system', 'test.told', 't', '1', '{at}')"
        )))
        .execute(&stage.test.owner)
        .await
        .unwrap();
    }
    assert_eq!(jobs::seal(stage.db()).await.unwrap(), 3);
    let months: Vec<(String, i64)> =
        sqlx::query_as("select tableoid::regclass::text, count(*) from audit_events group by 1 order by 1")
            .fetch_all(&stage.test.owner)
            .await
            .unwrap();
    // The late one is filed where the chain is by then: a month is an unbroken run of it.
    assert_eq!(months, [("audit_months.events_2031_05".into(), 1), ("audit_months.events_2031_06".into(), 2)]);
    assert!(stage.verify().await.is_whole());
}
