//! What every domain crate stands on and what does no I/O: who acts ([`Actor`]) and may do what ([`policy`]), what time it is
//! ([`Clock`]), where chance comes from ([`Chance`]), where a request came from ([`RequestOrigin`]), which paths lead on within
//! the site ([`next_path`]), and the making and hashing of secrets.
//!
//! Invariants: nothing else in the workspace reads the wall clock or the system's randomness; a secret token is stored only
//! as its SHA-256.

mod actor;
mod chance;
mod clock;
pub mod derive;
pub mod mail;
mod next_path;
mod origin;
pub mod policy;
pub mod seal;
pub mod slug;
pub mod token;

pub use actor::{Actor, Membership, STEP_UP, UserActor};
pub use chance::Chance;
pub use clock::Clock;
pub use next_path::next_path;
pub use origin::RequestOrigin;
pub use policy::{Action, Subject};
pub use seal::Sealer;
