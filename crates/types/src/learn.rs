//! Learning as the learner sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CourseId, EnrollmentId, LessonId, OptionId, QuestionId, catalog::LessonKind};

/// How far an enrollment is: whole lessons, so that it is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressView {
    pub completed_lessons: u32,
    pub total_lessons: u32,
}

impl ProgressView {
    /// Whole percent, rounded down, so that 100 means all.
    #[must_use]
    pub fn percent(self) -> u32 {
        self.completed_lessons.saturating_mul(100).checked_div(self.total_lessons).unwrap_or_default()
    }

    /// More than half of the lessons: from then on a review may be written.
    #[must_use]
    pub const fn past_half(self) -> bool {
        self.completed_lessons.saturating_mul(2) > self.total_lessons
    }
}

/// A course on the learner's shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollmentCard {
    pub id: EnrollmentId,
    pub course: CourseId,
    pub course_slug: String,
    pub title: String,
    /// Of the course's own words; BCP 47.
    pub language: String,
    pub provider_name: String,
    pub progress: ProgressView,
    /// Where "Continue" leads: the last lesson looked at, else the first one.
    pub continue_at: Option<LessonId>,
    pub continue_title: Option<String>,
    pub enrolled_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub may_review: bool,
    pub reviewed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerLesson {
    pub id: LessonId,
    pub title: String,
    pub kind: LessonKind,
    pub minutes: u32,
    pub completed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerModule {
    pub title: String,
    pub lessons: Vec<PlayerLesson>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizOptionView {
    pub id: OptionId,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizQuestionView {
    pub id: QuestionId,
    pub prompt: String,
    pub multiple: bool,
    pub options: Vec<QuizOptionView>,
}

/// How one question of an attempt went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionFeedback {
    pub question: QuestionId,
    pub correct: bool,
    pub chosen: Vec<OptionId>,
    /// What is to be said of each chosen option.
    pub feedback: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizAttemptView {
    /// From 1.
    pub number: u32,
    pub percent: u32,
    pub passed: bool,
    pub at: DateTime<Utc>,
    pub questions: Vec<QuestionFeedback>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizView {
    pub pass_percent: u32,
    pub questions: Vec<QuizQuestionView>,
    /// The newest first.
    pub attempts: Vec<QuizAttemptView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoView {
    pub src: String,
    pub captions: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadView {
    pub name: String,
    pub href: String,
}

/// The lesson that is open in the player.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonView {
    pub lesson: PlayerLesson,
    pub module_title: String,
    /// Safe HTML.
    pub body_html: String,
    pub video: Option<VideoView>,
    pub download: Option<DownloadView>,
    pub quiz: Option<QuizView>,
    pub note: String,
    pub previous: Option<LessonId>,
    pub next: Option<LessonId>,
}

/// The player's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerView {
    pub enrollment: EnrollmentCard,
    pub modules: Vec<PlayerModule>,
    pub open: LessonView,
}

/// The learner's own review, to edit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnReview {
    pub rating: u8,
    pub title: String,
    pub body: String,
}
