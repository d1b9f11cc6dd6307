//! Letting old months go.

use guildhall_audit::{Fault, jobs};
use guildhall_db::{OpError, violated};
use sqlx::AssertSqlSafe;

use crate::stage::Stage;

/// Two events in each of the months that began so many months ago.
async fn furnish_months(stage: &Stage, ago: &[u32]) {
    for months in ago {
        for _ in 0..2 {
            sqlx::query(AssertSqlSafe(format!(
                "insert into audit_inbox (actor_role, actor_name, action, target_kind, target_id, occurred_at)
                 values ('system', 'test', 'test.told', 'months_ago', '{months}', date_trunc('month', now()) - interval '{months} months' + interval '9 days')"
            )))
            .execute(&stage.test.owner)
            .await
            .unwrap();
        }
    }
    jobs::seal(stage.db()).await.unwrap();
}

#[tokio::test]
async fn old_months_go_whole_and_the_rest_can_still_be_checked() {
    let stage = Stage::open().await;
    furnish_months(&stage, &[100, 86, 85, 84, 83, 1]).await;
    // 84 months ago is seven years: its last day is younger than that.
    assert_eq!(jobs::trim(stage.db(), 7).await.unwrap(), 3);
    let kept: Vec<(i64, String)> =
        sqlx::query_as("select seq, action from audit_events order by seq").fetch_all(&stage.test.owner).await.unwrap();
    assert_eq!(kept.first(), Some(&(7, "test.told".to_owned())));
    assert_eq!(kept.len(), 6 + 3);
    assert_eq!(kept.last(), Some(&(15, "audit.month_dropped".to_owned())));
    let report = stage.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.rows, report.first, report.last), (9, 7, 15));
    // Nothing more to do; and later the next month goes.
    assert_eq!(jobs::trim(stage.db(), 7).await.unwrap(), 0);

    // More than was told to be dropped is missed.
    stage.bend("delete from audit_events where seq in (7, 8)").await;
    assert_eq!(stage.verify().await.faults, [Fault::Missing { first: 7, last: 8 }]);
}

#[tokio::test]
async fn what_is_dropped_without_being_told_is_missed() {
    let stage = Stage::open().await;
    furnish_months(&stage, &[100, 1]).await;
    stage.bend("delete from audit_events where seq <= 2").await;
    assert_eq!(stage.verify().await.faults, [Fault::Missing { first: 1, last: 2 }]);
}

#[tokio::test]
async fn the_anchor_of_the_last_dropped_row_still_speaks() {
    let stage = Stage::open().await;
    furnish_months(&stage, &[100]).await;
    jobs::anchor(stage.db(), &stage.files).await.unwrap();
    furnish_months(&stage, &[1]).await;
    assert_eq!(jobs::trim(stage.db(), 7).await.unwrap(), 1);
    let report = stage.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.anchors, 1);
}

#[tokio::test]
async fn the_database_keeps_what_its_owner_wants_kept() {
    let stage = Stage::open().await;
    furnish_months(&stage, &[30, 1]).await;
    let error = jobs::trim(stage.db(), 2).await.unwrap_err();
    assert!(matches!(&error, OpError::Database(error) if violated(error) == Some("audit_keep_years")), "{error}");
    assert_eq!(stage.count("audit_events").await, 4);
    // Longer is always allowed; shorter only by the owner.
    assert_eq!(jobs::trim(stage.db(), 10).await.unwrap(), 0);
    stage.bend("update audit_head set keep_years = 2").await;
    assert_eq!(jobs::trim(stage.db(), 2).await.unwrap(), 1);
    assert!(stage.verify().await.is_whole());
}

#[tokio::test]
async fn everything_may_be_old() {
    let stage = Stage::open().await;
    furnish_months(&stage, &[100, 99]).await;
    assert_eq!(jobs::trim(stage.db(), 7).await.unwrap(), 2);
    let report = stage.verify().await;
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.rows, report.first, report.last), (2, 5, 6));
}
