//! The net under everything: pending orders are asked for at Stripe, so that a lost webhook and a closed browser lose no
//! payment; what nobody paid for a day is given up.

use chrono::TimeDelta;
use futures::StreamExt;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use guildhall_types::checkout::OrderState;

use crate::{
    policy, settle,
    store::{self, orders::WaitingOrder},
    stripe::{GatewayError, SessionStatus, Stripe},
};

/// Orders in one run; the rest has its turn a minute later.
const BATCH: i64 = 200;
/// Questions to Stripe at a time.
const AT_ONCE: usize = 8;

/// One round over the pending orders. What fails is left to the next round.
pub(crate) async fn reconcile(db: &Db, stripe: &Stripe) -> OpResult<()> {
    let now = db.clock().now();
    let mut tx = db.begin(&Actor::System("reconcile")).await?;
    let from = now - TimeDelta::minutes(policy::RECONCILE_AFTER_MINUTES);
    let waiting =
        store::orders::take_waiting(&mut tx, now, from, now - TimeDelta::hours(policy::GIVE_UP_AFTER_HOURS), BATCH)
            .await?;
    tx.commit().await?;
    futures::stream::iter(waiting)
        .for_each_concurrent(AT_ONCE, async |order| {
            if let Err(error) = ask(db, stripe, &order).await {
                tracing::warn!(order = %order.id, error = format!("{error:#}"), "an order could not be reconciled");
            }
        })
        .await;
    Ok(())
}

async fn ask(db: &Db, stripe: &Stripe, order: &WaitingOrder) -> OpResult<()> {
    let given_up = db.clock().now() - order.created_at >= TimeDelta::hours(policy::GIVE_UP_AFTER_HOURS);
    let Some(session) = &order.session_id else { return give_up(db, order).await };
    match stripe.retrieve_session(session).await {
        Ok(facts) if given_up && facts.status == SessionStatus::Open => {
            settle::settle(db, &stripe.expire_session(session).await?).await?;
        }
        Ok(facts) => {
            settle::settle(db, &facts).await?;
        }
        Err(GatewayError::Missing) if given_up => give_up(db, order).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// There is nothing at Stripe that could still be paid.
async fn give_up(db: &Db, order: &WaitingOrder) -> OpResult<()> {
    let mut tx = db.begin(&Actor::System("reconcile")).await?;
    store::orders::end(&mut tx, order.id, OrderState::Expired, db.clock().now()).await?;
    tx.commit().await?;
    Ok(())
}
