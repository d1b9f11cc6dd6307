//! Who acts.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_types::{
    Error, OrganizationId, SessionId, UserId, Viewer,
    organization::{OrganizationKind, Role},
};

use crate::Clock;

/// How long after proving who they are a person may do what matters (refunds, payouts, roles, keys, erasure) without
/// being asked again.
pub const STEP_UP: TimeDelta = TimeDelta::minutes(10);

/// On whose behalf something is done. Row-level security follows it: see `guildhall_db::Db::begin`.
#[derive(Clone, Debug, Default)]
pub enum Actor {
    /// Nobody in particular: sees what is public.
    #[default]
    Anonymous,
    /// A signed-in person.
    User(Box<UserActor>),
    /// The program's own work; the name says which, for the logs.
    System(&'static str),
}

/// A signed-in person, as their session proved it.
#[derive(Clone, Debug)]
pub struct UserActor {
    pub id: UserId,
    pub session: SessionId,
    /// The organisations that they belong to.
    pub organizations: Vec<OrganizationId>,
    /// What they are there. Suspended organisations are not among them.
    pub memberships: Vec<Membership>,
    pub is_admin: bool,
    pub name: String,
    pub email: String,
    pub email_confirmed: bool,
    pub is_provider: bool,
    /// When they last proved in full who they are: signing in, or confirming it again.
    pub authenticated_at: DateTime<Utc>,
    /// How they did, by the names of RFC 8176: `pwd`, `otp`, `hwk`; `mfa` when it was more than one factor.
    pub amr: Vec<String>,
    /// By which that proof ages.
    pub clock: Clock,
    /// Their role asks for a second factor that they have not set up: until they do, it counts for nothing.
    pub lacks_second_factor: bool,
    /// They have not agreed to the terms as they stand: until they do, they may read, keep their account and leave, and no more.
    pub must_agree: bool,
}

impl UserActor {
    /// Whether they proved who they are within this time.
    #[must_use]
    pub fn recently_authenticated(&self, clock: &Clock, within: TimeDelta) -> bool {
        // A time in the future is another node's clock, not a proof that never ages.
        (clock.now() - self.authenticated_at).abs() <= within
    }

    /// For what asks again after [`STEP_UP`].
    ///
    /// # Errors
    /// [`Error::ConfirmRequired`] when the proof is older.
    pub fn confirmed_recently(&self, clock: &Clock) -> Result<(), Error> {
        if self.recently_authenticated(clock, STEP_UP) { Ok(()) } else { Err(Error::ConfirmRequired) }
    }

    /// Whether they showed a second factor.
    #[must_use]
    pub fn second_factor(&self) -> bool {
        self.amr.iter().any(|method| method == "mfa")
    }
}

/// What a person is in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub organization: OrganizationId,
    pub kind: OrganizationKind,
    pub role: Role,
}

impl Membership {
    /// Owners of providers hold other people's money and data: their role may ask for a second factor.
    #[must_use]
    pub fn owns_a_provider(&self) -> bool {
        self.kind == OrganizationKind::Provider && self.role == Role::Owner
    }
}

impl Actor {
    /// The signed-in person.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] for everybody else.
    pub fn user(&self) -> Result<&UserActor, Error> {
        match self {
            Self::User(user) => Ok(user),
            Self::Anonymous | Self::System(_) => Err(Error::SignInRequired),
        }
    }

    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user.id),
            Self::Anonymous | Self::System(_) => None,
        }
    }

    /// What row-level security calls this actor.
    #[must_use]
    pub fn role(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::User(user) if user.is_admin && !user.lacks_second_factor => "admin",
            Self::User(_) => "user",
            Self::System(_) => "system",
        }
    }

    /// What pages may show of this actor.
    #[must_use]
    pub fn viewer(&self) -> Option<Viewer> {
        match self {
            Self::User(user) => Some(Viewer {
                id: user.id,
                name: user.name.clone(),
                email: user.email.clone(),
                email_confirmed: user.email_confirmed,
                is_admin: user.is_admin,
                is_provider: user.is_provider,
            }),
            Self::Anonymous | Self::System(_) => None,
        }
    }
}
