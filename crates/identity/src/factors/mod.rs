//! The second factor: authenticator apps (RFC 6238), passkeys (WebAuthn), recovery codes, and the slow way past a lost one.
//!
//! What holds here:
//! - A right password alone opens no session where a second factor is set up: it gives a token for ten minutes that is good
//!   for the second step and nothing else, and that a changed password makes void.
//! - A code is taken once: an app's by its time step, a recovery code by its row, a challenge by its deletion.
//! - What must be read again (an app's secret) is sealed; all else is stored as hashes. Row-level security shows a
//!   person's factors to that person and to the program, not to admins.
//! - Where there is a second factor, a password alone proves nothing again either.
//! - Adding or removing a factor asks for the password and is told by mail. A lost factor goes only after a wait in which
//!   the person is told and can say no.

mod app;
mod assertion;
mod codes;
mod lost;
mod passkeys;
mod pending;
mod prove;
mod recovery;
mod security;
pub(crate) mod store;
mod totp;

use std::{fmt, sync::Arc};

use anyhow::{Context, bail};
use chrono::TimeDelta;
use guildhall_kernel::Sealer;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

pub use app::{confirm_totp, read_totp, remove_totp, start_totp};
pub use codes::{keep_recovery_codes, make_recovery_codes, read_recovery_codes};
pub use lost::{RemoveFactors, ask_for_removal, keep_factors, keep_factors_by_link, run_removal, send_removal_code};
pub use passkeys::{finish_passkey, remove_passkey, rename_passkey, start_passkey};
pub use pending::{
    PendingSignIn, finish_passkey_sign_in, finish_second_step_by_passkey, second_step, sign_in_with_code,
    start_passkey_sign_in, start_second_step_by_passkey,
};
pub use prove::{PasswordProof, Proof, prove_again, start_proof};
pub use security::{must_set_up, must_set_up_after_sign_in, security};

pub(crate) use pending::open_pending;

/// How long one has for the second step.
pub const PENDING_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long a challenge to an authenticator stands.
pub(crate) const CHALLENGE_FOR: TimeDelta = TimeDelta::minutes(5);
/// How long new recovery codes can be looked at.
pub(crate) const SHEET_FOR: TimeDelta = TimeDelta::minutes(15);

/// Whose second factor is not their own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequiredOf {
    pub admins: bool,
    pub provider_owners: bool,
}

impl RequiredOf {
    pub const NOBODY: Self = Self { admins: false, provider_owners: false };
    pub const DEFAULT: Self = Self { admins: true, provider_owners: true };

    /// `admin`, `provider-owner`, both with a comma between, or `none`.
    ///
    /// # Errors
    /// For any other word.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut required = Self::NOBODY;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "admin" => required.admins = true,
                "provider-owner" => required.provider_owners = true,
                "none" => {}
                other => bail!(
                    "GUILDHALL_REQUIRE_SECOND_FACTOR knows admin and provider-owner, with a comma between, or none; not {other}"
                ),
            }
        }
        Ok(required)
    }
}

/// What can be set.
#[derive(Clone, Copy, Debug)]
pub struct FactorSettings {
    pub required: RequiredOf,
    /// How long the removal of a lost factor takes.
    pub removal_wait: TimeDelta,
}

impl Default for FactorSettings {
    fn default() -> Self {
        Self { required: RequiredOf::DEFAULT, removal_wait: TimeDelta::hours(24) }
    }
}

/// What the ops on second factors work with. Cheap to clone.
#[derive(Clone)]
pub struct Factors(Arc<Inner>);

struct Inner {
    sealer: Sealer,
    /// Missing where the site's address is a bare IP address: WebAuthn binds passkeys to a name.
    webauthn: Option<Webauthn>,
    settings: FactorSettings,
}

/// The name that authenticators show beside the account.
const SITE: &str = "Guildhall";

impl Factors {
    /// `base_url` is the site's public address: passkeys are bound to its host for ever.
    ///
    /// # Errors
    /// When the address can't be read.
    pub fn new(sealer: Sealer, base_url: &str, settings: FactorSettings) -> anyhow::Result<Self> {
        let origin = Url::parse(base_url).with_context(|| format!("{base_url} is no address"))?;
        let webauthn = match origin.domain() {
            Some(domain) => Some(WebauthnBuilder::new(domain, &origin)?.rp_name(SITE).build()?),
            None => None,
        };
        Ok(Self(Arc::new(Inner { sealer, webauthn, settings })))
    }

    #[must_use]
    pub fn settings(&self) -> FactorSettings {
        self.0.settings
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    pub(crate) fn webauthn(&self) -> Result<&Webauthn, guildhall_types::Error> {
        self.0.webauthn.as_ref().ok_or_else(|| {
            guildhall_types::Error::conflict("Passkeys don't work at this address of the site. Use another way.")
        })
    }
}

impl fmt::Debug for Factors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Factors").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use guildhall_kernel::Chance;

    use super::*;

    #[test]
    fn the_setting_is_read() {
        assert_eq!(RequiredOf::parse("admin, provider-owner").unwrap(), RequiredOf::DEFAULT);
        assert_eq!(RequiredOf::parse("none").unwrap(), RequiredOf::NOBODY);
        assert!(RequiredOf::parse("admin").unwrap().admins);
        assert!(RequiredOf::parse("owner").is_err());
    }

    #[test]
    fn a_bare_ip_address_has_no_passkeys() {
        let sealer = || Sealer::new(&[1; 32], &Chance::seeded(1));
        for (url, works) in [
            ("http://localhost:3000", true),
            ("https://guildhall.example", true),
            ("http://127.0.0.1:3000", false),
            ("http://[::1]:3000", false),
        ] {
            let factors = Factors::new(sealer(), url, FactorSettings::default()).unwrap();
            assert_eq!(factors.webauthn().is_ok(), works, "{url}");
        }
        assert!(Factors::new(sealer(), "nonsense", FactorSettings::default()).is_err());
    }
}
