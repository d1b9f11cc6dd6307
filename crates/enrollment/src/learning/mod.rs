//! Learning: the shelf, the player, progress, quizzes, notes and reviews.
//!
//! Always holds: every op is the enrolled person's own, and for anybody else, admins included, the enrollment does not
//! exist; a refunded enrollment is closed; progress counts whole lessons that are part of the course now; what changes
//! progress holds the enrollment's row, so two tabs complete a course once; a completed enrollment stays completed when the
//! provider adds lessons; which answers are right never leaves the server but through the feedback on those chosen.

mod ops;
mod policy;
mod quiz;
mod review;
mod store;
#[cfg(test)]
mod tests;

pub use ops::{
    LessonDone, RefundedCourse, complete_lesson, download, my_courses, peek_player, player, refunded_course, save_note,
    shelf_card,
};
pub use policy::question_field;
pub use quiz::submit_quiz;
pub use review::{own_review, write_review};
