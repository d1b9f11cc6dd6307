//! The audit trail as admins read it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the search form holds, as it was typed; every field may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// The first day, `2027-03-01`, UTC.
    pub from: String,
    /// The last day, itself included.
    pub to: String,
    /// Who did it or for whom: an email address or an id.
    pub actor: String,
    /// What was done, or how it begins: `user.`
    pub action: String,
    /// To what: `kind`, `kind:id`, or an id.
    pub target: String,
    /// A text anywhere in the event.
    pub text: String,
    /// Where the page before ended.
    pub cursor: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEventView {
    /// Its place in the chain.
    pub seq: i64,
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub actor_role: String,
    pub actor_id: Option<Uuid>,
    /// A person's name as it is now, or the program's work.
    pub actor_name: Option<String>,
    pub acting_for_kind: Option<String>,
    pub acting_for_id: Option<Uuid>,
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    /// Canonical JSON.
    pub before: Option<String>,
    /// Canonical JSON.
    pub after: Option<String>,
    pub address: Option<String>,
    pub request_id: Option<String>,
}

/// A page of events, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub events: Vec<AuditEventView>,
    /// The cursor of the next, older page, when there is one.
    pub next: Option<String>,
}
