//! From "Buy" to the payment page.
//!
//! Always holds: a person has at most one order waiting for a course (a unique index), so two clicks and two tabs come to one
//! payment page; nobody is sent to pay for what they have, or at a price that they have not seen; no transaction is open
//! while Stripe is asked.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_db::{Db, OpError, OpResult, violated};
use guildhall_kernel::{Action, Actor, UserActor};
use guildhall_types::{
    EnrollmentId, Error, Money,
    checkout::{CheckoutStep, CheckoutSummary, OrderState},
};

use crate::{
    policy, settle,
    store::{
        self,
        orders::{OpenOrder, Purchase},
    },
    stripe::{GatewayError, SessionFacts, SessionRequest, SessionStatus, Stripe},
};

/// How often the world may change under one click before we give up.
const ROUNDS: u32 = 4;
/// New requests for one payment page within one click.
const ATTEMPTS: u32 = 3;
/// How often, and how long, one waits for another click's request.
const WAITS: u32 = 12;
const WAIT: Duration = Duration::from_millis(250);

/// What the checkout page shows; `None` for a course that is neither on offer nor the actor's already.
///
/// # Errors
/// When the database fails.
pub async fn checkout_summary(db: &Db, actor: &Actor, slug: &str) -> OpResult<Option<CheckoutSummary>> {
    let mut tx = db.begin(actor).await?;
    let Some(course) = store::views::course(&mut tx, slug).await? else { return Ok(None) };
    let enrolled = match actor.user_id() {
        Some(user) => guildhall_enrollment::live(&mut tx, user, course.id).await?.map(|grant| grant.enrollment),
        None => None,
    };
    if !course.published && enrolled.is_none() {
        return Ok(None);
    }
    Ok(Some(CheckoutSummary {
        course: course.id,
        slug: slug.to_owned(),
        title: course.title,
        provider_name: course.provider_name,
        price: course.price,
        enrolled,
    }))
}

/// Buys a course at the price that the person has seen, or enrols them when it is free. Clicking again leads to the same
/// payment page while that is good.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] for what is not on offer; [`Error::Unavailable`] when Stripe does not answer:
/// the order waits then, and the next click goes on with it.
pub async fn start_checkout(
    db: &Db,
    stripe: &Stripe,
    actor: &Actor,
    slug: &str,
    price_seen: Money,
) -> OpResult<CheckoutStep> {
    let user = actor.myself(Action::Buy)?;
    for _ in 0..ROUNDS {
        let order = match prepare(db, actor, user, slug, price_seen).await? {
            Next::Enrolled(enrollment) => return Ok(CheckoutStep::Enrolled { enrollment }),
            Next::Free => {
                let enrollment = guildhall_enrollment::enroll_free(db, actor, slug).await?;
                return Ok(CheckoutStep::Enrolled { enrollment });
            }
            Next::PriceChanged(price) => return Ok(CheckoutStep::PriceChanged { price }),
            Next::Again => continue,
            Next::Order(order) => order,
        };
        let step = match &order.session_id {
            Some(session) => go_on(db, stripe, &order, session, price_seen).await?,
            None if order.price == price_seen => ask_for_page(db, stripe, user, slug, &order).await?,
            None => withdraw(db, &order).await?,
        };
        if let Some(step) = step {
            return Ok(step);
        }
    }
    tracing::warn!(slug, "a checkout did not come to rest");
    Err(busy())
}

fn busy() -> OpError {
    Error::unavailable("We could not open the payment page just now. You have not been charged. Try again in a moment.")
        .into()
}

enum Next {
    Enrolled(EnrollmentId),
    Free,
    PriceChanged(Money),
    /// The order that waits for the payment: an earlier click's, or a new one.
    Order(OpenOrder),
    /// Another click was first.
    Again,
}

async fn prepare(db: &Db, actor: &Actor, user: &UserActor, slug: &str, price_seen: Money) -> OpResult<Next> {
    let mut tx = db.begin(actor).await?;
    let course = store::views::course(&mut tx, slug).await?.ok_or(Error::NotFound)?;
    if let Some(grant) = guildhall_enrollment::live(&mut tx, user.id, course.id).await? {
        return Ok(Next::Enrolled(grant.enrollment));
    }
    if !course.published {
        return Err(Error::NotFound.into());
    }
    if course.price.is_zero() {
        return Ok(Next::Free);
    }
    if course.price != price_seen {
        return Ok(Next::PriceChanged(course.price));
    }
    if let Some(order) = store::orders::open(&mut tx, user.id, course.id).await? {
        return Ok(Next::Order(order));
    }
    let now = db.clock().now();
    let purchase = Purchase {
        order: db.id(),
        line: db.id(),
        user: user.id,
        course: course.id,
        provider: course.provider,
        title: course.title,
        price: course.price,
        share: policy::PROVIDER_SHARE,
        now,
    };
    match store::orders::insert(&mut tx, &purchase).await {
        Ok(()) => {}
        Err(error) if violated(&error) == Some("order_lines_open_once") => return Ok(Next::Again),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    let Purchase { order: id, title, price, .. } = purchase;
    Ok(Next::Order(OpenOrder { id, asked_at: now, session_id: None, title, price }))
}

/// Goes on with an order that has its payment page: hands the page out again, or clears it away. `None`: look again.
async fn go_on(
    db: &Db,
    stripe: &Stripe,
    order: &OpenOrder,
    session: &str,
    price: Money,
) -> OpResult<Option<CheckoutStep>> {
    let facts = match stripe.retrieve_session(session).await {
        Ok(facts) => facts,
        Err(GatewayError::Missing) => {
            tracing::warn!(order = %order.id, session, "Stripe does not know a session of ours");
            return withdraw(db, order).await;
        }
        Err(error) => return Err(error.into()),
    };
    match facts.status {
        SessionStatus::Open => {}
        // The payment is known before its webhook: nobody pays twice.
        SessionStatus::Complete if !facts.paid => {
            return Ok(Some(CheckoutStep::Pay { order: order.id, url: format!("/orders/{}", order.id) }));
        }
        SessionStatus::Complete | SessionStatus::Expired => {
            if let settle::Effect::Mismatch(..) = settle::settle(db, &facts).await? {
                return Ok(Some(CheckoutStep::Pay { order: order.id, url: format!("/orders/{}", order.id) }));
            }
            return Ok(None);
        }
    }
    let good = order.price == price && policy::page_is_good(facts.expires_at, db.clock().now());
    if let Some(url) = facts.url.filter(|_| good) {
        return Ok(Some(CheckoutStep::Pay { order: order.id, url }));
    }
    match stripe.expire_session(session).await {
        Ok(facts) => settle::end(db, &facts, OrderState::Cancelled).await.map(|_| None),
        // Paid or run out in this very moment: look again.
        Err(GatewayError::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends an order that can't be paid at Stripe. `None`: look again.
async fn withdraw(db: &Db, order: &OpenOrder) -> OpResult<Option<CheckoutStep>> {
    let mut tx = db.begin(&Actor::System("checkout")).await?;
    // It may have got a payment page meanwhile.
    let now = store::orders::lock(&mut tx, order.id).await?;
    if now.is_some_and(|now| now.session_id == order.session_id) {
        store::orders::end(&mut tx, order.id, OrderState::Cancelled, db.clock().now()).await?;
        tx.commit().await?;
    }
    Ok(None)
}

/// Asks Stripe for the payment page of an order that has none. Clicks at the same time ask under the same key and get the
/// same page. `None`: look again.
async fn ask_for_page(
    db: &Db,
    stripe: &Stripe,
    user: &UserActor,
    slug: &str,
    order: &OpenOrder,
) -> OpResult<Option<CheckoutStep>> {
    let mut asked_at = order.asked_at;
    let mut email = Some(user.email.as_str());
    let mut attempts = 0;
    let mut waits = 0;
    if db.clock().now() - asked_at >= TimeDelta::minutes(policy::ATTEMPT_MINUTES) {
        let Some(anew) = ask_anew(db, order, asked_at).await? else { return Ok(None) };
        asked_at = anew;
    }
    loop {
        let request = SessionRequest {
            order: order.id,
            attempt: asked_at.timestamp_micros(),
            slug,
            title: &order.title,
            amount: order.price,
            email,
            expires_at: policy::page_expires_at(asked_at),
        };
        match stripe.create_session(&request).await {
            Ok(facts) => return keep(db, stripe, order, facts).await,
            Err(GatewayError::InProgress) if waits < WAITS => {
                waits += 1;
                tokio::time::sleep(WAIT).await;
                continue;
            }
            // An address that we take and Stripe does not must not keep anybody from paying.
            Err(GatewayError::Refused { param, .. })
                if email.is_some() && param.as_deref() == Some("customer_email") =>
            {
                email = None;
            }
            Err(GatewayError::Failed(reason)) if attempts + 1 < ATTEMPTS => {
                tracing::warn!(order = %order.id, reason, "asking for the payment page under a new key");
            }
            Err(error) => return Err(error.into()),
        }
        attempts += 1;
        let Some(anew) = ask_anew(db, order, asked_at).await? else { return Ok(None) };
        asked_at = anew;
    }
}

async fn ask_anew(db: &Db, order: &OpenOrder, asked_at: DateTime<Utc>) -> OpResult<Option<DateTime<Utc>>> {
    let mut tx = db.begin(&Actor::System("checkout")).await?;
    let anew = store::orders::ask_anew(&mut tx, order.id, asked_at, db.clock().now()).await?;
    tx.commit().await?;
    Ok(anew)
}

async fn keep(db: &Db, stripe: &Stripe, order: &OpenOrder, facts: SessionFacts) -> OpResult<Option<CheckoutStep>> {
    let mut tx = db.begin(&Actor::System("checkout")).await?;
    let kept = store::orders::keep_session(&mut tx, order.id, &facts, db.clock().now()).await?;
    tx.commit().await?;
    if kept && let Some(url) = facts.url {
        return Ok(Some(CheckoutStep::Pay { order: order.id, url }));
    }
    // Another click's page was first, or the order is over: nobody has seen this page, and nobody shall pay on it.
    if let Err(error) = stripe.expire_session(&facts.id).await {
        tracing::warn!(order = %order.id, session = facts.id, %error, "a surplus payment page could not be closed");
    }
    Ok(None)
}
