//! What a payment page has come to, applied to its order.
//!
//! Always holds: payment, ledger, enrollment and the receipt's job commit together; applying the same facts again changes
//! nothing; money that came in is booked, whatever state the order was in; what does not match the order enrols nobody.

use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Actor,
    mail::{Mail, ReceiptLine, SendMail},
};
use guildhall_types::{EnrollmentId, Money, OrderId, checkout::OrderState};

use crate::{
    ledger::{self, Account, Movement},
    policy, refund,
    store::{
        self,
        lines::{Line, LineState},
        orders::LockedOrder,
    },
    stripe::{SessionFacts, SessionStatus},
};

/// What applying the facts has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Paid just now: enrolled, or sent back where the person had the course already.
    Settled(OrderId),
    /// The payment page closed without payment.
    Ended(OrderId),
    /// Nothing new.
    None,
    /// No order of ours.
    Unknown,
    /// The payment is not the one that the order asked for; a person must look at it.
    Mismatch(OrderId, String),
}

impl Effect {
    /// As it stands in the payment inbox.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Settled(order) => format!("settled order {order}"),
            Self::Ended(order) => format!("ended order {order} without payment"),
            Self::None => "nothing new".to_owned(),
            Self::Unknown => "no order of ours".to_owned(),
            Self::Mismatch(order, reason) => format!("does not match order {order}: {reason}"),
        }
    }
}

/// Settles a paid session, ends the order of an expired one, and leaves an open one alone.
///
/// # Errors
/// When the database fails; nothing has changed then.
pub async fn settle(db: &Db, facts: &SessionFacts) -> OpResult<Effect> {
    if facts.paid {
        return pay(db, facts).await;
    }
    match facts.status {
        SessionStatus::Expired => end(db, facts, OrderState::Expired).await,
        // Complete but unpaid: a slow way of paying is under way, and will be heard of.
        SessionStatus::Open | SessionStatus::Complete => Ok(Effect::None),
    }
}

/// Ends the order of a session that closed without payment.
pub(crate) async fn end(db: &Db, facts: &SessionFacts, state: OrderState) -> OpResult<Effect> {
    let mut tx = db.begin(&Actor::System("settle")).await?;
    let Some(order) = store::orders::lock_of_session(&mut tx, &facts.id, facts.order).await? else {
        return Ok(Effect::Unknown);
    };
    // An older page of the order may expire while a newer one is open.
    if order.session_id.as_ref().is_some_and(|session| *session != facts.id) || order.state != OrderState::Pending {
        return Ok(Effect::None);
    }
    store::orders::end(&mut tx, order.id, state, db.clock().now()).await?;
    tx.commit().await?;
    tracing::info!(order = %order.id, state = state.slug(), "an order ended without payment");
    Ok(Effect::Ended(order.id))
}

async fn pay(db: &Db, facts: &SessionFacts) -> OpResult<Effect> {
    let mut tx = db.begin(&Actor::System("settle")).await?;
    let Some(order) = store::orders::lock_of_session(&mut tx, &facts.id, facts.order).await? else {
        tracing::error!(session = facts.id, "a payment came in for no order of ours");
        return Ok(Effect::Unknown);
    };
    if let Some(reason) = mismatch(&order, facts) {
        tracing::error!(order = %order.id, session = facts.id, reason, "a payment does not match its order");
        return Ok(Effect::Mismatch(order.id, reason));
    }
    if order.paid_at.is_some() {
        return Ok(Effect::None);
    }
    let now = db.clock().now();
    store::orders::mark_paid(&mut tx, order.id, facts, now).await?;
    let mut receipt = Vec::new();
    for line in store::lines::lock_all(&mut tx, order.id).await? {
        if let Some(enrollment) = settle_line(&mut tx, db, &line).await? {
            receipt.push(ReceiptLine {
                title: line.title,
                provider: line.provider_name,
                price: line.price,
                link_path: Some(format!("/learn/{enrollment}")),
            });
        }
    }
    if !receipt.is_empty() {
        send_receipt(&mut tx, &order, receipt, now).await?;
    }
    tx.commit().await?;
    tracing::info!(order = %order.id, "an order was paid");
    Ok(Effect::Settled(order.id))
}

fn mismatch(order: &LockedOrder, facts: &SessionFacts) -> Option<String> {
    if order.session_id.as_ref().is_some_and(|session| *session != facts.id) {
        return Some(format!("paid by session {}", facts.id));
    }
    if facts.order.is_some_and(|named| named != order.id) {
        return Some(format!("session {} names another order", facts.id));
    }
    let currency = order.total.currency.code().to_lowercase();
    if facts.amount != order.total.pence || facts.currency != currency {
        return Some(format!("{} {} instead of {} {currency}", facts.amount, facts.currency, order.total.pence));
    }
    None
}

/// Holds the funds and enrols; when the person has the course by another order meanwhile, the money goes back at once.
async fn settle_line(tx: &mut Tx, db: &Db, line: &Line) -> OpResult<Option<EnrollmentId>> {
    // Closed: the order had been given up before the money came in.
    if !matches!(line.state, LineState::Open | LineState::Closed) {
        return Ok(None);
    }
    store::lines::hold(tx, line.id, policy::release_due_at(db.clock().now())).await?;
    let postings =
        [ledger::debit(Account::Gateway, line.price), ledger::credit(Account::Held(line.provider), line.price)];
    ledger::post(tx, db, Movement::Charge, line.id, &postings).await?;
    let enrollment = guildhall_enrollment::grant(tx, db, line.user, line.course, Some(line.id)).await?;
    let paid_by = guildhall_enrollment::find(tx, enrollment).await?.and_then(|grant| grant.order_line);
    if paid_by == Some(line.id) {
        return Ok(Some(enrollment));
    }
    tracing::warn!(line = %line.id, "a course was paid for twice; the second payment goes back");
    refund::give_back(tx, db, line).await?;
    Ok(None)
}

async fn send_receipt(
    tx: &mut Tx,
    order: &LockedOrder,
    lines: Vec<ReceiptLine>,
    paid_at: chrono::DateTime<chrono::Utc>,
) -> OpResult<()> {
    let buyer = store::orders::buyer(tx, order.user).await?;
    let total = Money::gbp(lines.iter().map(|line| line.price.pence).sum());
    let message = SendMail {
        key: format!("receipt:{}", order.id),
        user: Some(order.user),
        to: buyer.email,
        mail: Mail::Receipt { name: buyer.name, order: order.id, paid_at, lines, total },
    };
    enqueue(tx, &message, JobOptions::default()).await
}
