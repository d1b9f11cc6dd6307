//! The catalogue's search: an index of the published courses beside the program, made from the database and never more than
//! a copy of it.
//!
//! Public: [`browse`] answers the catalogue page; [`SearchIndex`] answers questions and suggestions; [`catch_up`], [`follow`] and
//! [`reindex`] make it follow the database.
//!
//! Invariants: the index and its cursor are written in one commit, so a kill leaves both as they were; an index that is
//! missing, damaged or of another version is begun anew; any text is a question, and none is an error; only published
//! courses are put in. Whoever shows hits reads them from the database, which has the last word on what is published.
//!
//! How a question is answered: [`query`] cuts it into units, [`matching`] scores them over the segments, [`collector`]
//! filters, counts the facets and keeps the best, [`highlight`] marks the words found.

mod browse;
mod collector;
mod columns;
mod disk;
mod document;
mod error;
mod filter;
mod highlight;
mod index;
mod indexer;
mod matching;
mod number;
mod query;
mod schema;
mod search;
mod snapshot;
mod spelling;
mod store;
mod suggest;
mod text;
mod vocabulary;

pub use browse::{browse, parse_address};
pub use document::{Change, CourseDocument};
pub use error::SearchError;
pub use index::SearchIndex;
pub use indexer::{Progress, catch_up, follow, reindex};
