//! Organisations: who belongs to them and in which role, their teams, invitations and mail domains, and what a platform
//! admin does about people and organisations.
//!
//! Invariants:
//! - Every op asks the policy table first; row-level security looks the role up again, in the tables.
//! - An organisation with members has an owner: the database refuses the step that would leave none, also for two at once.
//! - An invitation is good for one address, which must be confirmed and signed in; its token is stored as its hash.
//! - A domain is proved by the domain itself: by its DNS or its postmaster.
//! - What is suspended ends at once: sessions are revoked in the same transaction, and roles of a suspended organisation
//!   count nowhere.

mod admin;
mod admins;
mod dns;
mod domains;
mod founding;
mod invitations;
mod members;
pub mod policy;
mod store;
mod teams;

use guildhall_audit::{Event, Party};
use guildhall_db::{OpError, OpResult, Tx, violated};
use guildhall_kernel::{Action, Actor, Subject};
use guildhall_types::{Error, OrganizationId, organization::OrganizationKind};

pub use admin::{
    end_person_sessions, organization, organizations, overview, people, person, restore_organization, restore_person,
    suspend_organization, suspend_person, visible_organizations, visible_people,
};
pub use admins::{give_admin, take_admin};
pub use dns::Dns;
pub use domains::{add_domain, check_domain, domains, enter_code, join_by_domain, remove_domain, send_code};
pub use founding::{belongs, create, mine, rename, view};
pub use invitations::{
    Invite, accept, accept_mine, decline, decline_mine, invitations, invite, offer, resend, withdraw,
};
pub use members::{leave, members, remove_member, set_role, transfer};
pub use teams::{add_to_team, create_team, delete_team, put_in_team, rename_team, take_out_of_team, teams};

/// An organisation that somebody set up or joined just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    pub id: OrganizationId,
    pub slug: String,
}

/// An organisation that the actor may do something with.
pub(crate) struct Found {
    pub(crate) id: OrganizationId,
    pub(crate) kind: OrganizationKind,
    pub(crate) name: String,
    pub(crate) slug: String,
}

impl Found {
    pub(crate) const fn subject(&self) -> Subject {
        Subject::Organization(self.id)
    }

    /// One of its teams; `is_manager` as the tables say of the actor.
    pub(crate) const fn team(&self, is_manager: bool) -> Subject {
        Subject::Team { organization: self.id, is_manager }
    }
}

/// Finds an organisation by its slug, for somebody who may do this there.
pub(crate) async fn find(tx: &mut Tx, actor: &Actor, slug: &str, action: Action) -> OpResult<Found> {
    if matches!(actor, Actor::Anonymous) {
        return Err(Error::SignInRequired.into());
    }
    let found = store::by_slug(tx, slug).await?.ok_or(Error::NotFound)?;
    actor.may(action, &found.subject())?;
    Ok(found)
}

/// What happened to an organisation, told for it.
pub(crate) fn event(action: &'static str, found: &Found) -> Event {
    Event::new(action, "organization", found.id).acting_for(Party::Organization(found.id))
}

const LAST_OWNER: &str = "An organisation needs an owner. Make somebody else an owner first.";

/// What the database refuses, in words.
pub(crate) fn refused(error: sqlx::Error) -> OpError {
    match violated(&error) {
        Some("memberships_last_owner") => Error::conflict(LAST_OWNER).into(),
        Some("memberships_role_fits") => Error::field("role", "Choose one of the roles").into(),
        Some("teams_name_key") => Error::field("name", "There is a team of this name already").into(),
        Some("invitations_open_key") => Error::field("email", "This person is invited already").into(),
        Some("organization_domains_verified_key") => {
            Error::conflict("Another organisation has proved this domain. Contact us if it is yours.").into()
        }
        _ if is_walled(&error) => Error::Forbidden.into(),
        _ => error.into(),
    }
}

/// Row-level security refused: the role was taken away since the session looked.
fn is_walled(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "42501")
}
