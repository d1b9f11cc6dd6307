//! The ledger's tables: accounts, transactions and postings are added, never changed.

use chrono::{DateTime, Utc};
use guildhall_db::Tx;
use guildhall_types::{LedgerTransactionId, Money, OrderLineId, OrganizationId};
use uuid::Uuid;

/// Begins a transaction of the ledger; `None` when its key is booked already.
pub(crate) async fn insert_transaction(
    tx: &mut Tx,
    id: LedgerTransactionId,
    kind: &str,
    key: &str,
    line: OrderLineId,
    now: DateTime<Utc>,
) -> Result<Option<LedgerTransactionId>, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into ledger_transactions (id, kind, idempotency_key, order_line_id, created_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint ledger_transactions_idempotency_key do nothing returning id",
        id.0,
        kind,
        key,
        line.0,
        now
    )
    .fetch_optional(&mut **tx)
    .await
    .map(|id| id.map(LedgerTransactionId))
}

/// The account, made when it is needed for the first time.
pub(crate) async fn account(
    tx: &mut Tx,
    fresh: Uuid,
    kind: &str,
    owner: Option<OrganizationId>,
) -> Result<Uuid, sqlx::Error> {
    let owner = owner.map(Uuid::from);
    let found = find_account(tx, kind, owner).await?;
    if let Some(id) = found {
        return Ok(id);
    }
    sqlx::query!(
        "insert into ledger_accounts (id, kind, organization_id, currency) values ($1, $2, $3, 'GBP')
         on conflict on constraint ledger_accounts_key do nothing",
        fresh,
        kind,
        owner
    )
    .execute(&mut **tx)
    .await?;
    find_account(tx, kind, owner).await?.ok_or(sqlx::Error::RowNotFound)
}

async fn find_account(tx: &mut Tx, kind: &str, owner: Option<Uuid>) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from ledger_accounts where kind = $1 and organization_id is not distinct from $2",
        kind,
        owner
    )
    .fetch_optional(&mut **tx)
    .await
}

pub(crate) async fn insert_posting(
    tx: &mut Tx,
    transaction: LedgerTransactionId,
    account: Uuid,
    amount: Money,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into ledger_postings (transaction_id, account_id, amount_pence, currency) values ($1, $2, $3, $4)",
        transaction.0,
        account,
        amount.pence,
        amount.currency.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An account's kind, owner and sum of postings.
pub(crate) struct BalanceRow {
    pub kind: String,
    pub organization_id: Option<Uuid>,
    pub pence: i64,
}

pub(crate) async fn balances(tx: &mut Tx) -> Result<Vec<BalanceRow>, sqlx::Error> {
    sqlx::query_as!(
        BalanceRow,
        r#"select a.kind, a.organization_id, coalesce(sum(p.amount_pence), 0)::bigint as "pence!"
           from ledger_accounts a left join ledger_postings p on p.account_id = a.id
           group by a.id order by a.kind, a.organization_id"#
    )
    .fetch_all(&mut **tx)
    .await
}

/// What is held for one line.
pub(crate) async fn held_for(tx: &mut Tx, line: OrderLineId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(-sum(p.amount_pence), 0)::bigint as "pence!"
           from ledger_transactions t join ledger_postings p on p.transaction_id = t.id join ledger_accounts a on a.id = p.account_id
           where t.order_line_id = $1 and a.kind = 'held'"#,
        line.0
    )
    .fetch_one(&mut **tx)
    .await
}
