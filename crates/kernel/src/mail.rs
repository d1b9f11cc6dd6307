//! What is sent by mail, as data: the payload of the job that sends it. Any domain enqueues a [`SendMail`] in the
//! transaction that it follows from; `guildhall_notifications` alone turns it into words and sends it.
//!
//! Links are paths of the site; the sender puts the public address before them. Texts may hold a one-time token, so
//! `Debug` never prints them.

use std::fmt;

use chrono::{DateTime, Utc};
use guildhall_types::{Money, OrderId, UserId};
use serde::{Deserialize, Serialize};

/// The job: one message to one address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMail {
    /// Names the event, e.g. `receipt:{order}`: a message of one key is sent once. At most 200 bytes.
    pub key: String,
    /// Whom it concerns, when they have an account.
    pub user: Option<UserId>,
    /// The address; parsed by whoever took it from a person.
    pub to: String,
    pub mail: Mail,
}

/// A message by its template, with what the template needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Mail {
    /// After signing up: prove that the address is yours.
    ConfirmEmail { name: String, link_path: String },
    /// Somebody signed up with an address that has an account.
    AlreadyRegistered { name: String },
    /// The link to choose a new password.
    ResetPassword { name: String, link_path: String },
    /// The password was changed, from the account or by a link.
    PasswordChanged { name: String },
    /// Somebody signed in from a device that this account has not seen.
    NewDevice { name: String, device: String, address: String, at: DateTime<Utc> },
    /// A session ended because what kept it going was used twice.
    RefreshReuse { name: String, device: String, at: DateTime<Utc> },
    /// A second factor, or recovery codes, were added; `what` reads "an authenticator app".
    FactorAdded { name: String, what: String },
    /// A second factor was removed.
    FactorRemoved { name: String, what: String },
    /// A recovery code was used; how many are left.
    RecoveryCodeUsed { name: String, left: u32 },
    /// Wrong codes followed a right password.
    WrongCodes { name: String },
    /// A passkey's counter went back.
    CopiedPasskey { name: String, passkey: String },
    /// For somebody who lost their second factor: proves the mailbox.
    FactorRemovalCode { name: String, code: String },
    /// The second factor goes at that time, unless the person says no.
    FactorRemovalAsked { name: String, due_at: DateTime<Utc>, link_path: String },
    /// An order was paid.
    Receipt { name: String, order: OrderId, paid_at: DateTime<Utc>, lines: Vec<ReceiptLine>, total: Money },
    /// The money went back.
    Refunded { name: String, order: OrderId, course: String, amount: Money },
    /// A course is there to be taken.
    Enrolled { name: String, course: String, link_path: String },
    /// A course was finished.
    Completed { name: String, course: String, link_path: String },
    /// Somebody asks the person into an organisation.
    Invitation { organization: String, role: String, invited_by: String, link_path: String },
    /// To the postmaster of a domain: the code that proves that an organisation runs it.
    DomainCode { organization: String, domain: String, code: String },
    /// An admin made the person an admin.
    AdminRoleGiven { name: String, link_path: String },
    /// An admin took that role from them.
    AdminRoleTaken { name: String },
    /// An admin suspended the account.
    AccountSuspended { name: String, reason: String },
    /// The copy of everything about the person can be fetched.
    ExportReady { name: String, link_path: String, until: DateTime<Utc> },
    /// The person asked to be erased.
    ErasureAsked { name: String, due_at: DateTime<Utc>, link_path: String },
    /// An admin asked for it.
    ErasureAskedByUs { name: String, reason: String, due_at: DateTime<Utc>, link_path: String },
    /// They thought better of it, or an admin did.
    ErasureWithdrawn {
        name: String,
        #[serde(default)]
        by_us: bool,
    },
    /// It was due, and the person is the last owner of these, or a platform admin, or about to pay for something.
    ErasureBlocked {
        name: String,
        organizations: Vec<String>,
        #[serde(default)]
        is_admin: bool,
        #[serde(default)]
        is_paying: bool,
        link_path: String,
    },
    /// It is done.
    Erased { name: String },
}

/// One course of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    pub title: String,
    pub provider: String,
    pub price: Money,
    /// Where the course is taken.
    pub link_path: Option<String>,
}

impl Mail {
    /// The template's name, as it stands in the record of what was sent.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        match self {
            Self::ConfirmEmail { .. } => "confirm_email",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::NewDevice { .. } => "new_device",
            Self::RefreshReuse { .. } => "refresh_reuse",
            Self::FactorAdded { .. } => "factor_added",
            Self::FactorRemoved { .. } => "factor_removed",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
            Self::WrongCodes { .. } => "wrong_codes",
            Self::CopiedPasskey { .. } => "copied_passkey",
            Self::FactorRemovalCode { .. } => "factor_removal_code",
            Self::FactorRemovalAsked { .. } => "factor_removal_asked",
            Self::Receipt { .. } => "receipt",
            Self::Refunded { .. } => "refunded",
            Self::Enrolled { .. } => "enrolled",
            Self::Completed { .. } => "completed",
            Self::Invitation { .. } => "invitation",
            Self::DomainCode { .. } => "domain_code",
            Self::AdminRoleGiven { .. } => "admin_role_given",
            Self::AdminRoleTaken { .. } => "admin_role_taken",
            Self::AccountSuspended { .. } => "account_suspended",
            Self::ExportReady { .. } => "export_ready",
            Self::ErasureAsked { .. } => "erasure_asked",
            Self::ErasureAskedByUs { .. } => "erasure_asked_by_us",
            Self::ErasureWithdrawn { .. } => "erasure_withdrawn",
            Self::ErasureBlocked { .. } => "erasure_blocked",
            Self::Erased { .. } => "erased",
        }
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.template())
    }
}

impl fmt::Debug for SendMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMail")
            .field("key", &self.key)
            .field("user", &self.user)
            .field("mail", &self.mail)
            .finish_non_exhaustive()
    }
}
