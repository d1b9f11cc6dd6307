//! Second factors as their own person sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::PasskeyId;

/// How an account is protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityView {
    pub email: String,
    /// Since when an authenticator app is set up.
    pub totp_since: Option<DateTime<Utc>>,
    pub passkeys: Vec<PasskeyView>,
    /// How many recovery codes are still good; nothing when there never were any.
    pub recovery_codes_left: Option<u32>,
    /// Whether the person's role asks for a second factor and there is none yet.
    pub must_set_up: bool,
    /// When the second factor goes because somebody asked for that.
    pub removal_due_at: Option<DateTime<Utc>>,
    /// Whether passkeys work at the site's address.
    pub passkeys_work: bool,
}

impl SecurityView {
    /// Whether a password alone does not sign in.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        self.totp_since.is_some() || !self.passkeys.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An authenticator app that is being set up, or is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TotpView {
    /// Nothing yet.
    None,
    /// The secret waits for its first code.
    Started {
        /// In groups of four, to be typed.
        secret: String,
        /// `otpauth://`, for an app on the same device.
        uri: String,
        /// The same as a QR code, SVG.
        qr: String,
    },
    On {
        since: DateTime<Utc>,
    },
}

/// The recovery codes: in full only just after they were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodesView {
    /// Shown until the person says that they are kept.
    pub codes: Option<Vec<String>>,
    pub left: u32,
    pub made_at: Option<DateTime<Utc>>,
    pub has_second_factor: bool,
}

/// What the second step of signing in offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStepView {
    pub has_totp: bool,
    pub has_passkey: bool,
    /// A code was mailed and not yet used.
    pub mail_code_sent: bool,
    /// When the second factor goes because somebody asked for that.
    pub removal_due_at: Option<DateTime<Utc>>,
    /// How long that takes, in hours.
    pub removal_hours: u32,
}

/// What a browser's authenticator is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceremony {
    /// Comes back with the authenticator's answer.
    pub token: String,
    /// JSON, as WebAuthn's `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub options: String,
}
