//! Who acts.

use guildhall_types::{
    Error, OrganizationId, SessionId, UserId, Viewer,
    organization::{OrganizationKind, Role},
};

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
}

/// What a person is in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub organization: OrganizationId,
    pub kind: OrganizationKind,
    pub role: Role,
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
            Self::User(user) if user.is_admin => "admin",
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
