//! Use cases.

mod account;
mod enforced;
mod federated;
mod open;
mod password;
mod refresh;
mod session;
mod sessions;
mod sign_up;

use guildhall_types::SessionId;

pub use account::{account, change_password, rename};
pub use federated::{confirm_federated, create_federated, end_federated, sign_in_federated};
pub(crate) use open::open_session;
pub use open::{NewSession, Signed};
pub use password::{request_reset, reset_password};
pub use refresh::{refresh, session_actor};
pub use session::{SignedIn, sign_in, sign_out};
pub use sessions::{end_other_sessions, end_session, reauthenticate, sessions};
pub use sign_up::{SignUp, confirm_email, resend_confirmation, sign_up};

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The network address, for the throttle and beside the person's sessions.
    pub address: String,
    /// `User-Agent`, shown to the person beside their sessions.
    pub user_agent: String,
    /// The session that the browser has already: signing in ends it.
    pub session: Option<SessionId>,
    /// SHA-256 of the token of a link to an organisation's sign-in that waits in this browser for its account's owner.
    pub link: Option<[u8; 32]>,
}
