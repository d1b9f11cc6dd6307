//! One type an id, so that an order can't be looked up by a course's id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A person.
    UserId,
    /// A signed-in browser.
    SessionId,
    /// A provider, an enterprise or the platform itself.
    OrganizationId,
    /// A part of an organisation.
    TeamId,
    InvitationId,
    /// A heading of the catalogue.
    CategoryId,
    CourseId,
    ModuleId,
    LessonId,
    /// A question of a quiz.
    QuestionId,
    /// An answer that a question offers.
    OptionId,
    EnrollmentId,
    QuizAttemptId,
    ReviewId,
    OrderId,
    OrderLineId,
    LedgerTransactionId,
    NotificationId,
    PasskeyId,
    /// A background job.
    JobId,
    /// An organisation's way to sign in through its own provider.
    ConnectionId,
    /// A token with which a directory provisions an organisation's people.
    ScimTokenId,
    /// A copy of everything about a person.
    ExportId,
    /// A person's wish to be erased.
    ErasureId,
}
