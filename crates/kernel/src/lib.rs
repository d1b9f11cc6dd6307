//! What every domain crate stands on and what does no I/O: who acts ([`Actor`]) and may do what ([`policy`]), what time it is
//! ([`Clock`]), where chance comes from ([`Chance`]), and the making and hashing of secrets.
//!
//! Invariants: nothing else in the workspace reads the wall clock or the system's randomness; a secret token is stored only
//! as its SHA-256.

mod actor;
mod chance;
mod clock;
pub mod mail;
pub mod policy;
pub mod slug;
pub mod token;

pub use actor::{Actor, Membership, UserActor};
pub use chance::Chance;
pub use clock::Clock;
pub use policy::{Action, Subject};
