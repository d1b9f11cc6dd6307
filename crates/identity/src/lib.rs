//! Who people are: accounts, passwords, sessions, and the links that prove an address.
//!
//! Public: the ops of [`ops`] (signing up, in and out, staying signed in, confirming, resetting, the account) and [`factors`],
//! the services [`Passwords`], [`Throttle`], [`Tokens`] and [`Factors`], the session's [`cookie`]s, the rules of [`policy`], and
//! the jobs of [`jobs`] that the worker runs; [`consents`], what people agreed to; and [`organizations`], with everything about
//! them.
//!
//! Invariants:
//! - A password is stored only as an argon2id PHC string, a token only as its SHA-256.
//! - No answer and no amount of work tells whether an address has an account: whatever depends on that happens in a job,
//!   after the answer, and signing in verifies a password even where there is no account.
//! - Nobody signs in before their address is confirmed, and every signing in makes a new session.
//! - An access token is checked without the database and stops working on every node the moment its session ends or its
//!   person changes; a refresh token works once.
//! - Where an organisation enforces its own sign-in, no other way opens a session, whatever was proved.
//! - Failed tries are told to the audit trail, summed up, without a word of what was typed.
//! - A link sent by mail works once, for one purpose, for a while. A changed password ends the other sessions.

pub mod consents;
pub mod cookie;
pub mod factors;
pub mod failures;
pub mod jobs;
pub mod ops;
pub mod organizations;
mod passwords;
pub mod policy;
mod store;
mod throttle;
mod tokens;

pub use consents::Agreements;
pub use factors::{FactorSettings, Factors, Proof, RequiredOf, must_set_up, prove_again};
pub use ops::{
    Client, NewSession, SignUp, Signed, SignedIn, account, change_password, confirm_email, end_other_sessions,
    end_session, reauthenticate, refresh, rename, request_reset, resend_confirmation, reset_password, session_actor,
    sessions, sign_in, sign_out, sign_up,
};
pub use ops::{confirm_federated, create_federated, end_federated, sign_in_federated};
pub use passwords::Passwords;
pub use policy::EmailAddress;
pub use throttle::Throttle;
pub use tokens::{KeyInfo, Tokens};
