//! Orders as their buyer sees them, and the return from the payment page.

use chrono::TimeDelta;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    OrderId,
    checkout::{OrderState, OrderView},
};

use crate::{settle, store, stripe::Stripe};

/// The list of a person's orders ends there.
const LIST: i64 = 200;
/// While somebody waits on the order's page, Stripe is asked no more often than this.
const TURN_SECONDS: i64 = 5;

/// An order of the actor's own; `None` for anybody else's.
///
/// # Errors
/// [`guildhall_types::Error::SignInRequired`]; when the database fails.
pub async fn order(db: &Db, actor: &Actor, id: OrderId) -> OpResult<Option<OrderView>> {
    let user = actor.myself(Action::ReadOrders)?;
    let mut tx = db.begin(actor).await?;
    Ok(store::views::order(&mut tx, user.id, id, db.clock().now()).await?)
}

/// The actor's orders, the newest first.
///
/// # Errors
/// As [`order`].
pub async fn orders(db: &Db, actor: &Actor) -> OpResult<Vec<OrderView>> {
    let user = actor.myself(Action::ReadOrders)?;
    let mut tx = db.begin(actor).await?;
    Ok(store::views::orders(&mut tx, user.id, db.clock().now(), LIST).await?)
}

/// The order of somebody who comes back from the payment page: while it is pending, Stripe is asked at once, so that a lost
/// webhook is not noticed. When Stripe does not answer, the order is shown as it is.
///
/// # Errors
/// As [`order`].
pub async fn confirm_return(db: &Db, stripe: &Stripe, actor: &Actor, id: OrderId) -> OpResult<Option<OrderView>> {
    look(db, stripe, actor, id, TimeDelta::zero()).await
}

/// As [`confirm_return`], for a page that keeps asking: Stripe is asked every few seconds only.
///
/// # Errors
/// As [`order`].
pub async fn order_status(db: &Db, stripe: &Stripe, actor: &Actor, id: OrderId) -> OpResult<Option<OrderView>> {
    look(db, stripe, actor, id, TimeDelta::seconds(TURN_SECONDS)).await
}

async fn look(db: &Db, stripe: &Stripe, actor: &Actor, id: OrderId, turn: TimeDelta) -> OpResult<Option<OrderView>> {
    let found = order(db, actor, id).await?;
    if !found.as_ref().is_some_and(|order| order.state == OrderState::Pending) {
        return Ok(found);
    }
    let now = db.clock().now();
    let mut tx = db.begin(&Actor::System("return")).await?;
    let session = store::orders::take_turn(&mut tx, id, now - turn, now).await?;
    tx.commit().await?;
    let Some(session) = session else { return Ok(found) };
    match stripe.retrieve_session(&session).await {
        Ok(facts) => {
            settle::settle(db, &facts).await?;
            order(db, actor, id).await
        }
        Err(error) => {
            tracing::warn!(order = %id, %error, "the payment service could not be asked for an order");
            Ok(found)
        }
    }
}
