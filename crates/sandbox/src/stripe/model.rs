//! What the sandbox keeps of Stripe's objects. Amounts are in the currency's minor unit, times in Unix seconds.

use serde::{Deserialize, Serialize};

use crate::card::Used;
use crate::data::Metadata;
use crate::shelf::Shelved;

/// A Checkout Session in `payment` mode.
///
/// Invariants: `paid` holds only with [`SessionStatus::Complete`], and then `intent` names a succeeded PaymentIntent of
/// the same amount. A session that has left [`SessionStatus::Open`] never changes again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    pub created: i64,
    pub expires_at: i64,
    pub status: SessionStatus,
    pub paid: bool,
    pub amount: i64,
    pub currency: String,
    pub lines: Vec<Line>,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub client_reference_id: Option<String>,
    pub customer_email: Option<String>,
    pub locale: Option<String>,
    pub submit_type: Option<String>,
    pub metadata: Metadata,
    pub intent_data: IntentData,
    /// Made at the first attempt to pay, as at Stripe.
    pub intent: Option<String>,
    pub customer: Option<Person>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub price: String,
    pub product: String,
    pub name: String,
    pub description: Option<String>,
    pub unit_amount: i64,
    pub quantity: i64,
}

/// `payment_intent_data` of a session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct IntentData {
    pub metadata: Metadata,
    pub description: Option<String>,
    pub receipt_email: Option<String>,
    pub statement_descriptor: Option<String>,
    pub statement_descriptor_suffix: Option<String>,
    pub transfer_group: Option<String>,
}

/// Who paid, as typed on the checkout page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub email: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent {
    pub id: String,
    pub created: i64,
    pub session: String,
    pub amount: i64,
    pub currency: String,
    pub status: IntentStatus,
    pub data: IntentData,
    pub latest_charge: Option<String>,
    pub payment_method: Option<String>,
    pub last_error: Option<Failure>,
    /// The attempt that waits for authentication.
    pub waiting: Option<Waiting>,
    pub canceled_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    RequiresPaymentMethod,
    RequiresAction,
    Succeeded,
    Canceled,
}

impl IntentStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// An attempt between the card form and the bank's yes or no.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Waiting {
    pub card: Used,
    pub person: Person,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    pub code: String,
    pub decline_code: Option<String>,
    pub message: String,
    pub charge: Option<String>,
}

/// Invariant: `refunded <= amount`, and a charge that was not paid has nothing refunded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Charge {
    pub id: String,
    pub created: i64,
    pub intent: String,
    pub payment_method: String,
    pub amount: i64,
    pub refunded: i64,
    pub currency: String,
    pub card: Used,
    pub person: Person,
    pub data: IntentData,
    pub failure: Option<Failure>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub created: i64,
    pub charge: String,
    pub intent: String,
    pub amount: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub metadata: Metadata,
}

macro_rules! shelved {
    ($($kind:ty),*) => {$(
        impl Shelved for $kind {
            const LIMIT: usize = 10_000;
            fn id(&self) -> &str {
                &self.id
            }
        }
    )*};
}
shelved!(Session, Intent, Charge, Refund);
