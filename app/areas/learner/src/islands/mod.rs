//! What runs in the browser.

mod note;

pub use note::NoteAutosave;
