//! Double entry. Every movement of money is a ledger transaction whose postings sum to zero, which the database enforces;
//! nothing in it is ever changed; balances are sums.
//!
//! A positive posting debits its account, a negative one credits it. Paid: gateway debit, held credit. Earned: held debit,
//! payable and commission credit. Sent back: held debit, gateway credit.

use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor, Subject};
use guildhall_types::{LedgerTransactionId, Money, OrderLineId, OrganizationId};

use crate::store;

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// What the payment service holds for us.
    Gateway,
    /// Paid, not yet earned, of one provider's sales.
    Held(OrganizationId),
    /// Earned by a provider, not yet paid out.
    Payable(OrganizationId),
    /// Ours.
    Commission,
}

impl Account {
    const fn kind(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Held(_) => "held",
            Self::Payable(_) => "provider_payable",
            Self::Commission => "commission",
        }
    }

    const fn owner(self) -> Option<OrganizationId> {
        match self {
            Self::Held(owner) | Self::Payable(owner) => Some(owner),
            Self::Gateway | Self::Commission => None,
        }
    }

    fn from_row(kind: &str, owner: Option<OrganizationId>) -> Option<Self> {
        match (kind, owner) {
            ("gateway", None) => Some(Self::Gateway),
            ("held", Some(owner)) => Some(Self::Held(owner)),
            ("provider_payable", Some(owner)) => Some(Self::Payable(owner)),
            ("commission", None) => Some(Self::Commission),
            _ => None,
        }
    }
}

/// What a ledger transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Charge,
    Release,
    Refund,
}

impl Movement {
    const fn slug(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Release => "release",
            Self::Refund => "refund",
        }
    }
}

/// One side of a movement: positive debits the account, negative credits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub account: Account,
    pub amount: Money,
}

/// Debits an account.
#[must_use]
pub const fn debit(account: Account, amount: Money) -> Posting {
    Posting { account, amount }
}

/// Credits an account.
#[must_use]
pub const fn credit(account: Account, amount: Money) -> Posting {
    Posting { account, amount: Money { pence: amount.pence.saturating_neg(), currency: amount.currency } }
}

/// Books a movement of one order line, once: its key is made of both. `None` when it is booked already. Postings of nothing
/// are left out. The transaction must be of [`Actor::System`]; that the sum is zero is checked when it commits.
///
/// # Errors
/// When the database fails.
pub async fn post(
    tx: &mut Tx,
    db: &Db,
    movement: Movement,
    line: OrderLineId,
    postings: &[Posting],
) -> OpResult<Option<LedgerTransactionId>> {
    let key = format!("{}:{line}", movement.slug());
    let Some(id) =
        store::ledger::insert_transaction(tx, db.id(), movement.slug(), &key, line, db.clock().now()).await?
    else {
        return Ok(None);
    };
    for posting in postings.iter().filter(|posting| !posting.amount.is_zero()) {
        let account = store::ledger::account(tx, db.id(), posting.account.kind(), posting.account.owner()).await?;
        store::ledger::insert_posting(tx, id, account, posting.amount).await?;
    }
    Ok(Some(id))
}

/// An account and the sum of its postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub account: Account,
    /// Positive when debits exceed credits.
    pub amount: Money,
}

/// Every account's balance. They sum to zero, or the books are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    pub balances: Vec<Balance>,
}

impl TrialBalance {
    /// The balance of an account; zero for one that has not been used.
    #[must_use]
    pub fn of(&self, account: Account) -> Money {
        self.balances.iter().find(|balance| balance.account == account).map_or(Money::ZERO, |balance| balance.amount)
    }

    /// The sum of all balances: zero.
    #[must_use]
    pub fn off_by(&self) -> Money {
        Money::gbp(self.balances.iter().map(|balance| balance.amount.pence).sum())
    }
}

/// The trial balance, for platform admins and the program.
///
/// # Errors
/// [`guildhall_types::Error::Forbidden`] for everybody else.
pub async fn trial_balance(db: &Db, actor: &Actor) -> OpResult<TrialBalance> {
    actor.may(Action::ReadLedger, &Subject::Platform)?;
    let balances = balances(db, actor).await?;
    Ok(TrialBalance { balances })
}

/// The accounts that the actor may see: a provider's members see its own.
///
/// # Errors
/// When the database fails.
pub async fn balances(db: &Db, actor: &Actor) -> OpResult<Vec<Balance>> {
    let mut tx = db.begin(actor).await?;
    let rows = store::ledger::balances(&mut tx).await?;
    let balance = |row: store::ledger::BalanceRow| {
        let account = Account::from_row(&row.kind, row.organization_id.map(OrganizationId))?;
        Some(Balance { account, amount: Money::gbp(row.pence) })
    };
    Ok(rows.into_iter().filter_map(balance).collect())
}

/// What is held for one line: never below zero.
///
/// # Errors
/// When the database fails.
pub async fn held_for(tx: &mut Tx, line: OrderLineId) -> OpResult<Money> {
    Ok(Money::gbp(store::ledger::held_for(tx, line).await?))
}
