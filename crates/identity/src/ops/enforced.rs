//! Organisations that sign their own people in, and nobody else may: what an owner enforced for the domains that the
//! organisation proved to hold.
//!
//! Always holds: the answer depends on the address's domain and on this browser, never on whether there is an account.

use chrono::{DateTime, Utc};
use guildhall_db::{OpResult, Tx};
use guildhall_types::Error;

use crate::{Client, store};

/// How a session that an organisation vouched for was proved.
pub(crate) const THROUGH_ORGANIZATION: &str = "sso";

/// Refuses whoever must come in through their organisation. A browser that has just come from there and is to prove the
/// account of this very address ([`Client::link`]) is let through: that is how the two are linked. System only.
///
/// # Errors
/// [`Error::Invalid`] on `email`, with the way in.
pub(crate) async fn refuse(tx: &mut Tx, email: &str, client: &Client, now: DateTime<Utc>) -> OpResult<()> {
    let link = client.link.as_ref().map(<[u8; 32]>::as_slice);
    match store::enforced_sign_on(tx, email, link, now).await? {
        None => Ok(()),
        Some(organization) => Err(Error::field(
            "email",
            format!(
                "People with this address sign in through {organization}. Use “Sign in through your organisation” on the sign-in page."
            ),
        )
        .into()),
    }
}
