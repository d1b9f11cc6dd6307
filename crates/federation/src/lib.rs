//! Other people's word for who somebody is: single sign-on through an organisation's own provider (OpenID Connect or
//! SAML 2.0), and provisioning from its directory (SCIM 2.0).
//!
//! Public: [`Federation`], the services that the ops work with; the ops of [`connections`] and [`saml_connections`] for owners, of [`flow`] for
//! those who sign in, of [`logout`] and [`scim`] for the organisations' own systems, and of [`jobs`] for the queue; the pure checks of [`token`] and [`saml`].
//!
//! Invariants:
//! - A provider's token opens a session only after every check of [`token`] or [`saml`] passed, in answer to a request of this
//!   very browser, once; unless the owner lets a SAML provider begin, when it is once all the same.
//! - What an organisation says counts for addresses of domains that it proved to hold. For any other address, an account is
//!   linked only by whoever is signed in to it.
//! - Nobody becomes an owner, and no platform admin signs in, on an organisation's word; the last owner stays.
//! - A secret is stored sealed, a token as its hash; neither is ever shown again.
//! - Addresses that owners type are asked over https, outside of our own network ([`net`]).

pub mod connections;
pub mod flow;
pub mod jobs;
pub mod logout;
pub mod net;
pub mod policy;
mod probe;
mod provider;
pub mod saml;
pub mod saml_connections;
pub mod scim;
mod store;
pub mod token;

use std::sync::Arc;

use guildhall_db::{Db, OpResult};
use guildhall_identity::Passwords;
use guildhall_kernel::{Sealer, token as secret_token};
use tokio::sync::OnceCell;

pub use provider::{Metadata, Provider, ProviderError, Providers, check_metadata};

use net::{Fetcher, Reach};

/// What the ops work with. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    pub(crate) providers: Providers,
    pub(crate) sealer: Sealer,
    passwords: Passwords,
    unknown: Arc<OnceCell<String>>,
    pub(crate) base_url: Arc<str>,
    pub(crate) secure_cookies: bool,
}

impl Federation {
    /// `base_url` is the site's public address; `sealer` keeps secrets at rest; in `development` providers may be
    /// on loopback and plain http, and cookies are not `Secure`.
    ///
    /// # Errors
    /// When the HTTP client can't be made.
    pub fn new(base_url: &str, sealer: Sealer, development: bool, passwords: Passwords) -> anyhow::Result<Self> {
        let reach = if development { Reach::Development } else { Reach::Public };
        Ok(Self {
            providers: Providers::new(Fetcher::new(reach)?, reach),
            sealer,
            passwords,
            unknown: Arc::default(),
            base_url: base_url.trim_end_matches('/').into(),
            secure_cookies: !development,
        })
    }

    /// The hash of a password that nobody knows, for accounts that are made on an organisation's word. Hashed once a process:
    /// a directory that brings a thousand people must not cost a thousand hashes.
    pub(crate) async fn unknown_password(&self, db: &Db) -> OpResult<&str> {
        let hash =
            self.unknown.get_or_try_init(|| async { self.passwords.hash(&secret_token::issue(db.chance()).0).await });
        Ok(hash.await?)
    }

    /// Where providers send the browser back to.
    #[must_use]
    pub fn redirect_url(&self) -> String {
        format!("{}/sso/callback", self.base_url)
    }
}

impl std::fmt::Debug for Federation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Federation").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
