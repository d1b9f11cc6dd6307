//! Signing in through an organisation: away to its provider, and back.

mod arrive;
mod begin;
mod cookie;
pub(crate) mod exchange;
mod link;
mod saml;

pub use arrive::{Answer, Outcome, complete};
pub use begin::{Begun, begin, begin_again, connection_for_email};
pub(crate) use begin::{authorization_url, away};
pub use cookie::{Notice, clear_link, link_token};
pub use link::{finish_link, own_links, pending_link, unlink};
pub(crate) use saml::{Request as SamlRequest, ask};
pub use saml::{arrive_with, receive};

use chrono::TimeDelta;

/// How long somebody may take at their provider.
const AWAY: TimeDelta = TimeDelta::minutes(15);
/// How long a link waits for its account's owner: long enough to sign up and confirm an address.
const LINK_FOR: TimeDelta = TimeDelta::minutes(60);
/// What the logs call this.
const SYSTEM: guildhall_kernel::Actor = guildhall_kernel::Actor::System("single-sign-on");
