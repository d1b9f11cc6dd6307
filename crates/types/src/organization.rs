//! Organisations, as their people and the platform's admins see them.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{InvitationId, OrganizationId, TeamId, UserId};

/// What an organisation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationKind {
    /// Publishes and teaches courses.
    Provider,
    /// Buys seats for its people: a company or a part of government.
    Enterprise,
    /// Guildhall itself.
    Platform,
}

impl OrganizationKind {
    pub const ALL: [Self; 3] = [Self::Provider, Self::Enterprise, Self::Platform];

    /// As it stands in tables and addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Enterprise => "enterprise",
            Self::Platform => "platform",
        }
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Provider => "Training provider",
            Self::Enterprise => "Enterprise",
            Self::Platform => "Platform",
        }
    }

    /// The roles that its members can have, the most powerful first.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Provider => &[Role::Owner, Role::Editor, Role::Analyst],
            Self::Enterprise => &[Role::Owner, Role::Manager, Role::Learner],
            Self::Platform => &[Role::Owner],
        }
    }

    /// What somebody becomes who joins by the domain of their address; nobody joins the platform so.
    #[must_use]
    pub const fn joining_role(self) -> Option<Role> {
        match self {
            Self::Provider => Some(Role::Analyst),
            Self::Enterprise => Some(Role::Learner),
            Self::Platform => None,
        }
    }
}

/// What a member is in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Decides everything, also who else is an owner.
    Owner,
    /// Of a provider: writes its courses.
    Editor,
    /// Of a provider: reads its figures.
    Analyst,
    /// Of an enterprise: invites learners and follows their progress.
    Manager,
    /// Of an enterprise: takes the courses that it pays for.
    Learner,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Editor, Self::Analyst, Self::Manager, Self::Learner];

    /// As it stands in tables and addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Analyst => "analyst",
            Self::Manager => "manager",
            Self::Learner => "learner",
        }
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Editor => "Editor",
            Self::Analyst => "Analyst",
            Self::Manager => "Manager",
            Self::Learner => "Learner",
        }
    }
}

/// The text names none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known words")]
pub struct UnknownWord;

impl FromStr for OrganizationKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.slug() == text).ok_or(UnknownWord)
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|role| role.slug() == text).ok_or(UnknownWord)
    }
}

impl fmt::Display for OrganizationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// An organisation that the person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyOrganization {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub kind: OrganizationKind,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
    /// The one that the person works in now.
    pub is_current: bool,
}

/// Where a person stands: organisations they are in, invited to, and free to join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyOrganizations {
    pub organizations: Vec<MyOrganization>,
    pub invitations: Vec<InvitationOffer>,
    /// Those that verified the domain of the person's confirmed address.
    pub joinable: Vec<Joinable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joinable {
    pub slug: String,
    pub name: String,
    pub kind: OrganizationKind,
    pub domain: String,
    pub role: Role,
}

/// An invitation as the invited person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationOffer {
    pub id: InvitationId,
    pub organization: String,
    pub kind: OrganizationKind,
    pub role: Role,
    pub invited_by: Option<String>,
    pub expires_at: DateTime<Utc>,
    /// The address that it was sent to, shown to whoever holds the link.
    pub email: String,
    /// Whether the person who looks may accept: signed in with that address, confirmed.
    pub is_mine: bool,
}

/// An organisation with what the person who looks may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationView {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub kind: OrganizationKind,
    /// The looking person's; none for a platform admin from outside.
    pub role: Option<Role>,
    pub created_at: DateTime<Utc>,
    pub members: i64,
    pub owners: i64,
    pub may: OrganizationRights,
}

/// What may be done by who looks. The server decides again when it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationRights {
    pub read_members: bool,
    pub invite: bool,
    pub manage_members: bool,
    pub manage_teams: bool,
    pub manage_domains: bool,
    /// See how people sign in.
    pub sign_on: bool,
    pub change: bool,
    /// See teams: all of them, or those that one manages.
    pub see_teams: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
    pub is_me: bool,
    pub is_suspended: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    pub id: TeamId,
    pub name: String,
    pub members: Vec<TeamMember>,
    /// Whether who looks may put people in and take them out, because they manage this team.
    pub is_mine: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    pub user: UserId,
    pub name: String,
    pub is_manager: bool,
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    Expired,
    Accepted,
    Declined,
    Withdrawn,
}

/// An invitation as the organisation sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub team: Option<String>,
    pub state: InvitationState,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A mail domain of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainView {
    pub domain: String,
    /// The TXT record that proves it.
    pub record: String,
    pub verified_at: Option<DateTime<Utc>>,
    /// The addresses that a code can be sent to.
    pub mailboxes: Vec<String>,
    /// A code was sent and can still be entered.
    pub code_sent: bool,
}

/// One page of an admin's search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage<T> {
    pub items: Vec<T>,
    /// Give it back to get the next ones.
    pub next_cursor: Option<String>,
}

/// A person, in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonItem {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub email_confirmed: bool,
    pub is_admin: bool,
    pub created_at: DateTime<Utc>,
    pub suspended_at: Option<DateTime<Utc>>,
}

/// A person, as those see them who work with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

/// A person, as an admin sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub person: PersonItem,
    pub suspended_reason: Option<String>,
    pub sessions: i64,
    pub organizations: Vec<PersonMembership>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMembership {
    pub slug: String,
    pub name: String,
    pub kind: OrganizationKind,
    pub role: Role,
}

/// An organisation, in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationItem {
    pub id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub kind: OrganizationKind,
    pub created_at: DateTime<Utc>,
    pub suspended_at: Option<DateTime<Utc>>,
}

/// An organisation, as an admin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationAdminView {
    pub organization: OrganizationItem,
    pub suspended_reason: Option<String>,
    pub domains: Vec<String>,
    pub members: Vec<MemberView>,
}

/// How much there is, for the admins' first page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminOverview {
    pub people: i64,
    pub suspended_people: i64,
    pub providers: i64,
    pub enterprises: i64,
    pub suspended_organizations: i64,
    pub open_invitations: i64,
}
