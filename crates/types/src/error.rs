//! The one error that crosses the wire. It says what the person can do; nothing internal is in it.

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's `name`; empty when it concerns the form as a whole.
    pub field: String,
    /// A sentence that says what to do.
    pub message: String,
}

/// What went wrong, in words for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Error {
    /// The input needs mending. `entered` echoes what was typed (never secrets), so that nothing is lost without JavaScript.
    #[error("{}", first_message(.fields))]
    Invalid { fields: Vec<FieldError>, entered: Vec<(String, String)> },
    /// There is no such thing, or not for this person.
    #[error("We could not find that. It may have been moved or taken down.")]
    NotFound,
    /// The person must sign in first.
    #[error("Sign in to do this.")]
    SignInRequired,
    /// The person is known, and must prove again who they are: at `/account/confirm`.
    #[error("Confirm that it is you to go on.")]
    ConfirmRequired,
    /// The person's role asks for a second factor, and they have none yet: they set one up at `/account/security`.
    #[error("Your role asks for a second factor. Set one up under “Sign-in and security” in your account first.")]
    SecondFactorRequired,
    /// The person has not agreed to the terms as they stand: they do so at `/account/agree`.
    #[error("Read our terms as they stand now and agree to them first, at /account/agree. Then go on here.")]
    AgreementRequired,
    /// The person is known, and may not.
    #[error("You do not have permission to do this.")]
    Forbidden,
    /// It clashes with what is already there; the message says how.
    #[error("{message}")]
    Conflict { message: String },
    /// Too many tries.
    #[error("Too many tries. Wait {} and try again.", wait(.retry_after_seconds))]
    TooMany { retry_after_seconds: u64 },
    /// A service that this needs does not answer. Nothing was lost.
    #[error("{message}")]
    Unavailable { message: String },
    /// Our fault. The reference finds it in the log.
    #[error(
        "Something went wrong on our side. Nothing was lost: try again in a minute. If it happens again, tell us the reference {reference}."
    )]
    Internal { reference: String },
    /// The request itself was malformed.
    #[error("{message}")]
    BadRequest { message: String },
}

fn first_message(fields: &[FieldError]) -> String {
    fields.first().map_or_else(|| "Check what you entered.".to_owned(), |field| field.message.clone())
}

fn wait(seconds: &u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl Error {
    /// One field is wrong.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid {
            fields: vec![FieldError { field: field.to_owned(), message: message.into() }],
            entered: Vec::new(),
        }
    }

    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into() }
    }

    /// The HTTP status that tells the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 422,
            Self::NotFound => 404,
            Self::SignInRequired => 401,
            Self::ConfirmRequired | Self::SecondFactorRequired | Self::AgreementRequired | Self::Forbidden => 403,
            Self::Conflict { .. } => 409,
            Self::TooMany { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Internal { .. } => 500,
            Self::BadRequest { .. } => 400,
        }
    }

    /// A short stable name of the kind, for machines (the last part of a problem document's `type`).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound => "not-found",
            Self::SignInRequired => "sign-in-required",
            Self::ConfirmRequired => "confirm-required",
            Self::SecondFactorRequired => "set-up-second-factor",
            Self::AgreementRequired => "agree-to-terms",
            Self::Forbidden => "forbidden",
            Self::Conflict { .. } => "conflict",
            Self::TooMany { .. } => "too-many-requests",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal { .. } => "internal",
            Self::BadRequest { .. } => "bad-request",
        }
    }

    /// The errors of the fields, when that is what this is.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The message of one field, if it has one.
    #[must_use]
    pub fn message_for(&self, name: &str) -> Option<String> {
        self.fields().iter().find(|field| field.field == name).map(|field| field.message.clone())
    }

    /// What the person had typed into a field, if it was echoed.
    #[must_use]
    pub fn entered(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid { entered, .. } => {
                entered.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
            }
            _ => None,
        }
    }

    /// Echoes a field's value back with the error, so that a form without JavaScript loses nothing. Never pass secrets.
    #[must_use]
    pub fn with_entered(mut self, values: &[(&str, &str)]) -> Self {
        if let Self::Invalid { entered, .. } = &mut self {
            entered.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        }
        self
    }
}

#[cfg(feature = "server-fn")]
impl server_fn::error::FromServerFnError for Error {
    type Encoder = server_fn::codec::JsonEncoding;

    fn from_server_fn_error(error: server_fn::error::ServerFnErrorErr) -> Self {
        use server_fn::error::ServerFnErrorErr as Wire;
        match error {
            Wire::Request(_) => {
                Self::unavailable("We could not reach the server. Check your connection and try again.")
            }
            Wire::Args(_) | Wire::MissingArg(_) | Wire::Deserialization(_) => Self::BadRequest {
                message: "The form did not arrive as it should. Reload the page and try again.".to_owned(),
            },
            _ => Self::Internal { reference: "wire".to_owned() },
        }
    }
}

/// Collects what is wrong with a form, field by field, before one answer is given.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// # Errors
    /// [`Error::Invalid`] when anything was added.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid { fields: self.0, entered: Vec::new() }) }
    }
}
