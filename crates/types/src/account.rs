//! An account as its own person sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::SessionId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub name: String,
    pub email: String,
    pub email_confirmed: bool,
    pub created_at: DateTime<Utc>,
}

/// One signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub id: SessionId,
    /// `Firefox on Windows`.
    pub device: String,
    /// The network address that it signed in from; empty when it is not known.
    pub address: String,
    /// Where that is, when it is known.
    pub place: Option<String>,
    pub signed_in_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// The one that asks.
    pub is_this: bool,
}
