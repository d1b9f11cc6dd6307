//! What every domain crate stands on and what does no I/O: who acts ([`Actor`]), what time it is ([`Clock`]), where chance
//! comes from ([`Chance`]), and the making and hashing of secrets.
//!
//! Invariants: nothing else in the workspace reads the wall clock or the system's randomness; a secret token is stored only
//! as its SHA-256.

mod actor;
mod chance;
mod clock;
pub mod mail;
pub mod seal;
pub mod slug;
pub mod token;

pub use actor::{Actor, UserActor};
pub use chance::Chance;
pub use clock::Clock;
pub use seal::Sealer;
