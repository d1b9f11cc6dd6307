//! Use cases.

mod account;
mod federated;
mod password;
mod session;
mod sign_up;

use guildhall_types::SessionId;

pub use account::{account, change_password, end_other_sessions, end_session, rename};
pub use federated::{create_federated, end_federated, sign_in_federated};
pub use password::{request_reset, reset_password};
pub use session::{NewSession, authenticate, sign_in, sign_out};
pub use sign_up::{SignUp, confirm_email, resend_confirmation, sign_up};

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The network address, for the throttle.
    pub address: String,
    /// `User-Agent`, shown to the person beside their sessions.
    pub user_agent: String,
    /// The session that the browser has already: signing in ends it.
    pub session: Option<SessionId>,
}
