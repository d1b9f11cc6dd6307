//! Money sent back, line by line.
//!
//! Always holds: the ledger, the line, the enrollment and the job that asks Stripe commit together; that job looks for a
//! refund of the line before it makes one; a refund takes away the course of its line and no other.

use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpError, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Actor,
    mail::{Mail, SendMail},
};
use guildhall_types::{Error, OrderLineId};
use serde_json::json;

use crate::{
    jobs::RefundPayment,
    ledger::{self, Account, Movement},
    store::{
        self,
        lines::{Line, LineState},
    },
    stripe::{GatewayError, Stripe},
};

/// Sends a line's money back while its funds are held, and takes its course back. Refunding again changes nothing. For
/// platform admins and the program.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Conflict`] when the line was not paid, or its funds were released.
pub async fn refund(db: &Db, actor: &Actor, line: OrderLineId) -> OpResult<()> {
    if !matches!(actor.role(), "admin" | "system") {
        return Err(Error::Forbidden.into());
    }
    let mut tx = db.begin(&Actor::System("refund")).await?;
    let line = lock(&mut tx, line).await?.ok_or(Error::NotFound)?;
    match line.state {
        LineState::Held => {
            give_back(&mut tx, db, &line).await?;
            let event = Event::new("payment.refunded", "order_line", line.id).acting_for(Party::Person(line.user));
            let amount = json!({ "pence": line.price.pence, "currency": line.price.currency.code() });
            guildhall_audit::record(&mut tx, actor, event.after(amount)).await?;
        }
        LineState::Refunded => return Ok(()),
        LineState::Released => {
            return Err(Error::conflict(
                "The funds for this course were released to the provider. It can't be refunded here.",
            )
            .into());
        }
        LineState::Open | LineState::Closed => return Err(Error::conflict("This course has not been paid for.").into()),
    }
    tx.commit().await?;
    tracing::info!(line = %line.id, "a course was refunded");
    Ok(())
}

/// Locks a line after its order, as everything does.
async fn lock(tx: &mut Tx, line: OrderLineId) -> OpResult<Option<Line>> {
    let Some(order) = store::lines::order_of(tx, line).await? else { return Ok(None) };
    store::orders::lock(tx, order).await?;
    Ok(store::lines::lock(tx, line).await?)
}

/// Books the refund of a held line under lock, and has Stripe asked for it.
pub(crate) async fn give_back(tx: &mut Tx, db: &Db, line: &Line) -> OpResult<()> {
    book(tx, db, line).await?;
    let options = JobOptions { key: Some(format!("refund:{}", line.id)), ..JobOptions::default() };
    enqueue(tx, &RefundPayment { line: line.id }, options).await
}

/// Books the refund of a held line under lock: the money is on its way already.
pub(crate) async fn book(tx: &mut Tx, db: &Db, line: &Line) -> OpResult<()> {
    let postings =
        [ledger::debit(Account::Held(line.provider), line.price), ledger::credit(Account::Gateway, line.price)];
    ledger::post(tx, db, Movement::Refund, line.id, &postings).await?;
    store::lines::mark_refunded(tx, line.id).await?;
    store::orders::mark_refunded(tx, line.order, db.clock().now()).await?;
    guildhall_enrollment::withdraw(tx, line.id).await?;
    let buyer = store::orders::buyer(tx, line.user).await?;
    let message = SendMail {
        key: format!("refunded:{}", line.id),
        user: Some(line.user),
        to: buyer.email,
        mail: Mail::Refunded { name: buyer.name, order: line.order, course: line.title.clone(), amount: line.price },
    };
    enqueue(tx, &message, JobOptions::default()).await
}

/// Asks Stripe to send a refunded line's money back, unless it has. The job of [`give_back`].
pub(crate) async fn send(db: &Db, stripe: &Stripe, line: OrderLineId) -> OpResult<()> {
    let mut tx = db.begin(&Actor::System("refund")).await?;
    let Some(line) = lock(&mut tx, line).await? else { return Ok(()) };
    let order = store::orders::lock(&mut tx, line.order).await?;
    drop(tx);
    if line.state != LineState::Refunded {
        return Ok(());
    }
    let payment = order
        .and_then(|order| order.payment_intent_id)
        .ok_or_else(|| OpError::Other(anyhow::anyhow!("order line {} has no payment to refund", line.id)))?;
    // An idempotency key is kept for a day; what was sent back can be seen for good.
    if stripe.refunds(&payment).await?.iter().any(|refund| refund.line == Some(line.id)) {
        return Ok(());
    }
    match stripe.create_refund(&payment, line.id, line.price).await {
        Ok(()) => Ok(()),
        // By hand, in Stripe's own pages.
        Err(GatewayError::Refused { code: Some(code), .. }) if code == "charge_already_refunded" => {
            tracing::warn!(line = %line.id, "the payment had been refunded elsewhere");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Books what was sent back in Stripe's own pages. Only a whole payment can be told to be of certain courses.
pub(crate) async fn notice(db: &Db, stripe: &Stripe, payment: &str) -> OpResult<String> {
    let refunded: i64 = stripe.refunds(payment).await?.iter().map(|refund| refund.amount).sum();
    let mut tx = db.begin(&Actor::System("refund")).await?;
    let Some(order) = store::orders::of_payment(&mut tx, payment).await? else {
        return Ok("no order of ours".to_owned());
    };
    let Some(order) = store::orders::lock(&mut tx, order).await? else { return Ok("no order of ours".to_owned()) };
    let lines = store::lines::lock_all(&mut tx, order.id).await?;
    let ours: i64 = lines.iter().filter(|line| line.state == LineState::Refunded).map(|line| line.price.pence).sum();
    if refunded <= ours {
        return Ok("nothing new".to_owned());
    }
    if refunded < order.total.pence {
        tracing::error!(order = %order.id, refunded, "a payment was refunded in part outside of the program");
        return Ok(format!("order {} was refunded in part elsewhere: a person must book it", order.id));
    }
    if lines.iter().any(|line| line.state == LineState::Released) {
        tracing::error!(order = %order.id, refunded, "a payment was refunded outside of the program after its funds were released");
        return Ok(format!("order {} was refunded elsewhere after its release: a person must book it", order.id));
    }
    for line in lines.iter().filter(|line| line.state == LineState::Held) {
        book(&mut tx, db, line).await?;
    }
    tx.commit().await?;
    Ok(format!("booked the refund of order {}", order.id))
}
