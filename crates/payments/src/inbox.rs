//! The payment inbox: verified webhooks, kept as they came, each once; a job acts on them.
//!
//! An event says where to look, never what is so: the object is fetched from Stripe, so events may repeat, come late and in
//! any order.

use chrono::{DateTime, Utc};
use guildhall_db::{Db, JobOptions, OpResult, enqueue};
use guildhall_kernel::Actor;
use guildhall_types::Error;
use serde::Deserialize;

use crate::{
    jobs::ProcessPaymentEvent,
    refund, settle, signature, store,
    stripe::{GatewayError, Stripe},
};

const SOURCE: &str = "stripe";

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Kept, and its job enqueued.
    Stored,
    /// It had come before.
    Duplicate,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    #[serde(default)]
    payment_intent: Option<String>,
}

/// Verifies a webhook of Stripe's against its `Stripe-Signature` header and keeps it. Any of `secrets` may have signed it;
/// `now` is the real time.
///
/// # Errors
/// [`Error::BadRequest`] when the signature is not good or the body is no event.
pub async fn receive_event(
    db: &Db,
    payload: &[u8],
    signature: Option<&str>,
    secrets: &[String],
    now: DateTime<Utc>,
) -> OpResult<Received> {
    signature::verify(payload, signature, secrets, now).map_err(|error| {
        tracing::warn!(%error, "a webhook was refused");
        bad(&format!("This webhook is not believed: {error}."))
    })?;
    let event: Event = serde_json::from_slice(payload).map_err(|_| bad("This is no event."))?;
    if event.id.is_empty()
        || event.id.len() > 200
        || event.kind.len() > 200
        || event.id.contains('\0')
        || event.kind.contains('\0')
    {
        return Err(bad("This is no event.").into());
    }
    let mut tx = db.begin(&Actor::System("webhook")).await?;
    if !store::inbox::insert(&mut tx, &event.id, &event.kind, payload, db.clock().now()).await? {
        return Ok(Received::Duplicate);
    }
    let job = ProcessPaymentEvent { source: SOURCE.to_owned(), event_id: event.id };
    enqueue(&mut tx, &job, JobOptions::default()).await?;
    tx.commit().await?;
    Ok(Received::Stored)
}

fn bad(message: &str) -> Error {
    Error::BadRequest { message: message.to_owned() }
}

/// Acts on a kept event, once, and notes its effect beside it.
pub(crate) async fn process(db: &Db, stripe: &Stripe, job: &ProcessPaymentEvent) -> OpResult<()> {
    let mut tx = db.begin(&Actor::System("inbox")).await?;
    let event = store::inbox::find(&mut tx, &job.source, &job.event_id).await?;
    drop(tx);
    let Some(event) = event.filter(|event| event.processed_at.is_none()) else { return Ok(()) };
    let effect = act(db, stripe, &event).await?;
    tracing::info!(event = job.event_id, kind = event.kind, effect, "a payment event was processed");
    let mut tx = db.begin(&Actor::System("inbox")).await?;
    store::inbox::mark_processed(&mut tx, &job.source, &job.event_id, &effect, db.clock().now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn act(db: &Db, stripe: &Stripe, event: &store::inbox::StoredEvent) -> OpResult<String> {
    let Ok(Body { data: Data { object } }) = serde_json::from_slice::<Body>(&event.body) else {
        return Ok("ignored: no object in it".to_owned());
    };
    match event.kind.as_str() {
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed"
        | "checkout.session.expired" => match stripe.retrieve_session(&object.id).await {
            Ok(facts) => Ok(settle::settle(db, &facts).await?.describe()),
            Err(GatewayError::Missing) => {
                tracing::warn!(session = object.id, "an event names a session that Stripe does not know");
                Ok("ignored: Stripe does not know the session".to_owned())
            }
            Err(error) => Err(error.into()),
        },
        "charge.refunded" => match object.payment_intent {
            Some(payment) => refund::notice(db, stripe, &payment).await,
            None => Ok("ignored: not a payment of ours".to_owned()),
        },
        _ => Ok("ignored: nothing follows from this kind".to_owned()),
    }
}
