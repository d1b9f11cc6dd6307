//! What happened, and telling it.

use std::fmt::Display;

use guildhall_db::{OpResult, Tx};
use guildhall_kernel::Actor;
use guildhall_types::{OrganizationId, UserId};
use serde_json::Value;

use crate::{canonical, secrets, store};

/// Whom somebody acted for, when it was not themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Person(UserId),
    Organization(OrganizationId),
}

impl Party {
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Organization(_) => "organization",
        }
    }

    pub(crate) const fn id(self) -> uuid::Uuid {
        match self {
            Self::Person(id) => id.0,
            Self::Organization(id) => id.0,
        }
    }
}

/// An event, in one expression: `Event::new("user.suspend", "user", id).change(json!({..}), json!({..}))`.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) action: &'static str,
    pub(crate) target_kind: &'static str,
    pub(crate) target_id: String,
    pub(crate) acting_for: Option<Party>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Event {
    /// `action` is `noun.verb_in_the_past` in lower case with dots and underscores, as `user.suspended`; `target_kind` is the noun of
    /// the row that it happened to.
    #[must_use]
    pub fn new(action: &'static str, target_kind: &'static str, target_id: impl Display) -> Self {
        let target_id: String = target_id.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        Self { action, target_kind, target_id, acting_for: None, before: None, after: None }
    }

    /// Somebody looked at what belongs to another person or organisation.
    #[must_use]
    pub fn read(target_kind: &'static str, target_id: impl Display) -> Self {
        Self::new("data.read", target_kind, target_id)
    }

    #[must_use]
    pub fn acting_for(self, party: Party) -> Self {
        Self { acting_for: Some(party), ..self }
    }

    /// What it was, of what changed. Secrets are taken out.
    #[must_use]
    pub fn before(self, value: Value) -> Self {
        Self { before: Some(canonical(&secrets::strip(value))), ..self }
    }

    /// What it is now. Secrets are taken out.
    #[must_use]
    pub fn after(self, value: Value) -> Self {
        Self { after: Some(canonical(&secrets::strip(value))), ..self }
    }

    /// What it was and what it is now.
    #[must_use]
    pub fn change(self, before: Value, after: Value) -> Self {
        self.before(before).after(after)
    }
}

/// Tells of an event in the transaction of what it tells of: both commit, or neither. One round trip, no lock.
///
/// The actor is the transaction's; only a transaction of the program's own (`Actor::System`) may tell of somebody else, for example
/// of the admin who ordered it.
///
/// # Errors
/// When the statement fails; then so does the transaction, for nothing happens untold.
pub async fn record(tx: &mut Tx, actor: &Actor, event: Event) -> OpResult<()> {
    store::insert(tx, actor, &event).await?;
    Ok(())
}
