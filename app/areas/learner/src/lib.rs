//! Learning: the shelf, the player with its quizzes and notes, and the review afterwards.
//!
//! Pages are rendered on the server and every form is a plain one. The island [`NoteAutosave`] saves notes while they are
//! typed, and is never needed.

mod api;
mod islands;
mod pages;
mod parts;
#[cfg(feature = "ssr")]
mod server;

pub use api::{PlayerPage, ReviewPage};
pub use islands::NoteAutosave;
pub use pages::LearnerRoutes;

/// Links the islands into the browser's module.
pub const fn link() {}
