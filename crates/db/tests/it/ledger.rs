//! The ledger's rules, held by the database alone.

use guildhall_db::testing;
use guildhall_kernel::Actor;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::walls;

async fn try_posting(postings: &str) -> Result<(), sqlx::Error> {
    let test = testing::database().await;
    walls::furnish(&test.owner).await;
    let mut tx = test.db.begin(&Actor::System("test")).await?;
    let line: Uuid = sqlx::query_scalar("select id from order_lines").fetch_one(&mut *tx).await?;
    let (held, gateway): (Uuid, Uuid) = sqlx::query_as(
        "select (select id from ledger_accounts where kind = 'held'), (select id from ledger_accounts where kind = 'gateway')",
    )
    .fetch_one(&mut *tx)
    .await?;
    let id: Uuid = test.db.id();
    sqlx::query("insert into ledger_transactions (id, kind, idempotency_key, order_line_id, created_at) values ($1, 'refund', 'k', $2, now())")
        .bind(id)
        .bind(line)
        .execute(&mut *tx)
        .await?;
    let postings = postings
        .replace("held", &format!("'{held}'"))
        .replace("gateway", &format!("'{gateway}'"))
        .replace("tx", &format!("'{id}'"));
    if !postings.is_empty() {
        sqlx::query(AssertSqlSafe(format!(
            "insert into ledger_postings (transaction_id, account_id, amount_pence, currency) values {postings}"
        )))
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

#[tokio::test]
async fn a_balanced_transaction_is_taken() {
    try_posting("(tx, held, 500, 'GBP'), (tx, gateway, -500, 'GBP')").await.unwrap();
}

#[tokio::test]
async fn an_unbalanced_one_is_not() {
    for postings in ["(tx, held, 500, 'GBP'), (tx, gateway, -499, 'GBP')", "(tx, held, 500, 'GBP')", ""] {
        let error = try_posting(postings).await.unwrap_err();
        assert_eq!(guildhall_db::violated(&error), Some("ledger_balances"), "{postings}");
    }
}

#[tokio::test]
async fn what_is_booked_stays_booked() {
    let test = testing::database().await;
    walls::furnish(&test.owner).await;
    // Not even the owner of the tables changes it by mistake.
    for statement in [
        "update ledger_postings set amount_pence = amount_pence * 2",
        "delete from ledger_postings",
        "update ledger_transactions set kind = 'refund'",
        "delete from ledger_transactions",
        "truncate ledger_postings",
    ] {
        sqlx::query(statement).execute(&test.owner).await.unwrap_err();
    }
}
