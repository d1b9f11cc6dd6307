//! Courses: what they are made of, how they are read, and how they come in.
//!
//! Public API: the reads of [`ops`], [`import`], and Markdown made safe ([`markdown`]).
//!
//! Invariants: what an anonymous reader gets is published; Markdown leaves this crate as sanitised HTML only; importing the
//! same file again changes nothing but what the file changed.

mod import;
pub mod markdown;
mod ops;
mod policy;
mod store;

pub use import::{Format, ImportOptions, ImportReport, RowError, import};
pub use ops::{
    CategoryPalette, LessonPreview, PublishedPage, card, cards, categories, category_palette, course, home,
    lesson_preview, provider, providers, reviews, sitemap,
};
pub use policy::{CourseRecord, DownloadRecord, LessonRecord, OptionRecord, QuestionRecord, QuizRecord, VideoRecord};
