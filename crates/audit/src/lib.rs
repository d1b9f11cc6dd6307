//! The audit trail: who did what, acting for whom, to what, from where, with what changed.
//!
//! [`record`] tells of an event in the transaction of the change itself: both commit, or neither. Sealing ([`jobs::seal`]) then puts
//! events into a chain, numbered without gaps, in which each row's hash covers the hash before it; [`verify`] walks it, and
//! [`jobs::anchor`] writes the chain's end into the file store each day, out of the database's reach. Admins [`search`] and
//! [`export`], which are events themselves.
//!
//! Invariants: no role of the program can change or remove an event, waiting or sealed; values of keys that name secrets never
//! reach the trail; an event's time, address and request id are the database's to say, not the caller's.
//! `docs/decisions/0010-audit-chain.md` has the reasons and the encoding.

mod anchor;
mod canonical;
mod chain;
mod event;
mod export;
mod filter;
pub mod jobs;
mod search;
mod secrets;
mod store;
mod verify;
mod walk;

pub use anchor::Anchor;
pub use canonical::canonical;
pub use chain::{GENESIS, Hash, Row};
pub use event::{Event, Party, record};
pub use export::{Format, export};
pub use filter::Filter;
pub use search::search;
pub use secrets::strip;
pub use verify::{Fault, Report, verify};
