//! Who takes which course: enrolling, learning, completing and reviewing.
//!
//! Invariants: nobody has a course twice (one live enrollment for a person and a course, held by a unique index); an
//! enrollment that was paid for names its order line; taking one course back leaves every other alone; learning is the
//! learner's own (see [`complete_lesson`] and its neighbours).

mod grant;
pub mod jobs;
mod learning;
mod store;

pub use grant::{EnrollmentGrant, enroll_free, find, grant, live, withdraw};
pub use learning::{
    LessonDone, RefundedCourse, complete_lesson, download, my_courses, own_review, peek_player, player, question_field,
    refunded_course, save_note, shelf_card, submit_quiz, write_review,
};
