//! The words that every room of the house shares: typed ids, [`Money`], the data-transfer objects that
//! cross the wire and the one [`Error`] that does. Serde only; compiles to WebAssembly.

pub mod account;
pub mod audit;
pub mod catalog;
pub mod checkout;
mod error;
pub mod factors;
pub mod federation;
pub mod form;
mod id;
pub mod language;
pub mod learn;
mod money;
pub mod organization;
pub mod privacy;
pub mod search;
pub mod time;
mod viewer;

pub use chrono::{DateTime, Utc};
pub use error::{Error, FieldError, Fields, Result};
pub use id::{
    CategoryId, ConnectionId, CourseId, EnrollmentId, ErasureId, ExportId, InvitationId, JobId, LedgerTransactionId,
    LessonId, ModuleId, NotificationId, OptionId, OrderId, OrderLineId, OrganizationId, PasskeyId, QuestionId,
    QuizAttemptId, ReviewId, ScimTokenId, SessionId, TeamId, UserId,
};
pub use money::{Currency, Money, ParseMoneyError};
pub use viewer::Viewer;
