//! What a person agreed to, has been given a copy of, and wants erased; and the register of what is kept about people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ExportId;

/// What people agree to, or are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    Terms,
    Privacy,
}

impl Document {
    pub const ALL: [Self; 2] = [Self::Terms, Self::Privacy];

    /// As it is stored.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Privacy => "privacy",
        }
    }

    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.slug() == slug)
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Terms => "Terms of use",
            Self::Privacy => "Privacy notice",
        }
    }

    /// Where it is read.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Terms => "/terms",
            Self::Privacy => "/privacy",
        }
    }
}

/// One agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    pub document: Document,
    pub version: u32,
    pub given_at: DateTime<Utc>,
}

/// A document that the person has not agreed to as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outstanding {
    pub document: Document,
    pub version: u32,
    /// Since when this version holds, as people read it.
    pub since: String,
    /// What is new, in plain words; nothing for whoever agreed to none before.
    pub changes: Option<String>,
}

/// A copy of everything about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportView {
    pub id: ExportId,
    pub asked_at: DateTime<Utc>,
    /// Not there while it is being prepared.
    pub ready: Option<ReadyExport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyExport {
    pub expires_at: DateTime<Utc>,
    pub size_bytes: u64,
}

/// An erasure that waits for its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureView {
    pub asked_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// Its day has passed: something stood in the way, and it is tried again every day.
    pub is_late: bool,
}

/// An organisation that nobody else owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoleOwned {
    pub slug: String,
    pub name: String,
}

/// A person's page about their own data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyView {
    pub consents: Vec<ConsentView>,
    /// The last copy, unless it is too old to be fetched.
    pub export: Option<ExportView>,
    pub erasure: Option<ErasureView>,
    /// What stands in an erasure's way.
    pub sole_owner_of: Vec<SoleOwned>,
    pub is_admin: bool,
    /// A payment is under way, which an erasure waits for.
    pub is_paying: bool,
}

/// A part of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterArea {
    pub title: String,
    pub entries: Vec<RegisterEntry>,
}

/// What is kept for one purpose and for one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// Which of the area's things it is of.
    pub of: String,
    pub what: String,
    pub purpose: String,
    pub kept: String,
}
