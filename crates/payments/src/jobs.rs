//! The crate's jobs: each is safe to run twice, and an error means "try again later".

use guildhall_db::{Db, Job, OpResult};
use guildhall_enrollment::jobs::CourseCompleted;
use guildhall_types::OrderLineId;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{Stripe, inbox, reconcile, refund, release};

/// What runs by the clock, as the queue reads it.
pub const CRONTAB: &str = "* * * * * reconcile_payments ?max=1\n7 * * * * release_due_funds ?max=3&fill=2h";

/// A webhook is to be acted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessPaymentEvent {
    pub source: String,
    pub event_id: String,
}

impl Job for ProcessPaymentEvent {
    const NAME: &'static str = "process_payment_event";
}

/// A refunded line's money is to be sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPayment {
    pub line: OrderLineId,
}

impl Job for RefundPayment {
    const NAME: &'static str = "refund_payment";
}

/// Each minute: what became of payments that nobody told us of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct Reconcile;

impl From<IgnoredAny> for Reconcile {
    /// The schedule sends whatever it likes, also nothing.
    fn from(_: IgnoredAny) -> Self {
        Self
    }
}

impl Job for Reconcile {
    const NAME: &'static str = "reconcile_payments";
}

/// Each hour: funds that have been held long enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct ReleaseDue;

impl From<IgnoredAny> for ReleaseDue {
    /// The schedule sends whatever it likes, also nothing.
    fn from(_: IgnoredAny) -> Self {
        Self
    }
}

impl Job for ReleaseDue {
    const NAME: &'static str = "release_due_funds";
}

/// Handles [`ProcessPaymentEvent`].
///
/// # Errors
/// When the database or Stripe fails.
pub async fn process_payment_event(db: &Db, stripe: &Stripe, job: &ProcessPaymentEvent) -> OpResult<()> {
    inbox::process(db, stripe, job).await
}

/// Handles [`RefundPayment`].
///
/// # Errors
/// When the database or Stripe fails.
pub async fn refund_payment(db: &Db, stripe: &Stripe, job: RefundPayment) -> OpResult<()> {
    refund::send(db, stripe, job.line).await
}

/// Handles [`Reconcile`].
///
/// # Errors
/// When the database fails.
pub async fn reconcile(db: &Db, stripe: &Stripe) -> OpResult<()> {
    reconcile::reconcile(db, stripe).await
}

/// Handles [`ReleaseDue`].
///
/// # Errors
/// When the database fails.
pub async fn release_due(db: &Db) -> OpResult<()> {
    release::release_due(db).await.map(|_| ())
}

/// Handles [`CourseCompleted`]: the provider has earned what was held.
///
/// # Errors
/// When the database fails.
pub async fn course_completed(db: &Db, job: CourseCompleted) -> OpResult<()> {
    release::release_completed(db, job.enrollment).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scheduled_jobs_take_any_payload() {
        for payload in [json!(null), json!({}), json!({"_cron": {"ts": "2027-03-03T09:00:00Z"}})] {
            assert_eq!(serde_json::from_value::<Reconcile>(payload.clone()).unwrap(), Reconcile);
            assert_eq!(serde_json::from_value::<ReleaseDue>(payload).unwrap(), ReleaseDue);
        }
        let names: Vec<&str> = CRONTAB.lines().filter_map(|line| line.split(' ').nth(5)).collect();
        assert_eq!(names, [Reconcile::NAME, ReleaseDue::NAME]);
    }
}
