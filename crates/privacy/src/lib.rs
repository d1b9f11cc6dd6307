//! What is kept about people: the register of it, copies of it for themselves, their erasure, and how long anything is kept.
//!
//! One list, [`PARTS`], says of every table that holds something personal which rows are a person's, what of them a copy
//! leaves out, and what erasing does with them. The copy, the erasure and the register's headings are made from it; what each
//! column is for and how long it is kept stands in the schema's own comments. The second list, [`RULES`], says what goes by
//! itself and when.
//!
//! Public: [`register`], [`overview`]; [`ask_export`] and [`open_export`]; [`ask_erasure`] and [`withdraw_erasure`], and for
//! admins [`ask_erasure_of`] and [`withdraw_erasure_of`]; [`run_retention`]; and the [`jobs`] behind them.
//!
//! Invariants:
//! - A table with a personal column that is in no part, and a personal column without purpose and time, fail a test.
//! - A copy goes to the person whose it is and to nobody else, and both making and fetching it are events.
//! - An erasure is one transaction, after 14 days in which it can be withdrawn: it is done whole or not at all, however often
//!   its job runs. What the law wants kept stays beside a person without name and address.
//! - An organisation never loses its last owner by an erasure.
//!
//! `docs/decisions/0015-one-list-of-personal-data.md` has the reasons.

mod erasure;
mod erasure_of;
mod export;
pub mod jobs;
mod overview;
mod parts;
pub mod policy;
mod register;
mod retention;
mod store;

pub use erasure::{ask_erasure, withdraw_erasure};
pub use erasure_of::{ask_erasure_of, erasure_of, withdraw_erasure_of};
pub use export::{OpenExport, ask_export, open_export};
pub use overview::overview;
pub use parts::{Area, Erase, Export, PARTS, Part};
pub use register::register;
pub use retention::{Deed, RULES, RetentionLine, RetentionReport, Rule, run_retention};
