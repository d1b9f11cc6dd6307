//! Orders as the buyer sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CourseId, EnrollmentId, Money, OrderId};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Waiting for the payment.
    Pending,
    Paid,
    /// Given up by the buyer, or replaced by a newer one.
    Cancelled,
    /// The payment page ran out.
    Expired,
    Refunded,
}

impl OrderState {
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }

    #[must_use]
    pub fn from_slug(text: &str) -> Option<Self> {
        [Self::Pending, Self::Paid, Self::Cancelled, Self::Expired, Self::Refunded]
            .into_iter()
            .find(|state| state.slug() == text)
    }
}

/// What the checkout page shows before anything is bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutSummary {
    pub course: CourseId,
    pub slug: String,
    pub title: String,
    pub provider_name: String,
    pub price: Money,
    /// Set when the person has the course already.
    pub enrolled: Option<EnrollmentId>,
}

/// What "Buy" led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CheckoutStep {
    /// Go to the hosted payment page.
    Pay { order: OrderId, url: String },
    /// The course was free, or is the person's already.
    Enrolled { enrollment: EnrollmentId },
    /// The price has changed since the page was shown: show the new one and ask again.
    PriceChanged { price: Money },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLineView {
    pub course: CourseId,
    pub course_slug: String,
    pub title: String,
    pub provider_name: String,
    pub price: Money,
    pub enrollment: Option<EnrollmentId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    pub id: OrderId,
    pub state: OrderState,
    pub total: Money,
    pub created_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    pub lines: Vec<OrderLineView>,
    /// Where the payment can go on, while the order is pending.
    pub pay_url: Option<String>,
}
