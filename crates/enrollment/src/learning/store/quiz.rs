//! Quizzes: questions with their keys, and attempts.

use chrono::{DateTime, Utc};
use guildhall_types::{
    EnrollmentId, LessonId, OptionId, QuestionId,
    learn::{QuestionFeedback, QuizAttemptView},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::unsigned;
use crate::learning::policy::{AnswerKey, Question};

/// Attempts that are shown; all are kept.
const SHOWN: i64 = 50;

/// The questions of a quiz with their keys; those that nobody could answer, having no options, are left out.
pub(crate) async fn questions(db: &mut PgConnection, lesson: LessonId) -> sqlx::Result<Vec<Question>> {
    let rows = sqlx::query!(
        "select q.id as question_id, q.prompt, q.multiple, o.id as option_id, o.body, o.correct, o.feedback
         from quiz_questions q join quiz_options o on o.question_id = q.id
         where q.lesson_id = $1 order by q.position, o.position",
        lesson.0
    )
    .fetch_all(db)
    .await?;
    let mut questions: Vec<Question> = Vec::new();
    for row in rows {
        let id = QuestionId(row.question_id);
        if questions.last().is_none_or(|question| question.id != id) {
            questions.push(Question { id, prompt: row.prompt, multiple: row.multiple, options: Vec::new() });
        }
        if let Some(question) = questions.last_mut() {
            let option =
                AnswerKey { id: OptionId(row.option_id), text: row.body, correct: row.correct, feedback: row.feedback };
            question.options.push(option);
        }
    }
    Ok(questions)
}

struct AttemptRow {
    number: i32,
    percent: i32,
    passed: bool,
    at: DateTime<Utc>,
    answers: sqlx::types::Json<Vec<QuestionFeedback>>,
}

impl From<AttemptRow> for QuizAttemptView {
    fn from(row: AttemptRow) -> Self {
        Self {
            number: unsigned(row.number),
            percent: unsigned(row.percent),
            passed: row.passed,
            at: row.at,
            questions: row.answers.0,
        }
    }
}

/// The newest first.
pub(crate) async fn attempts(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    lesson: LessonId,
) -> sqlx::Result<Vec<QuizAttemptView>> {
    let rows = sqlx::query_as!(
        AttemptRow,
        "select number, percent, passed, at, answers as \"answers: sqlx::types::Json<Vec<QuestionFeedback>>\"
         from quiz_attempts where enrollment_id = $1 and lesson_id = $2 order by number desc limit $3",
        enrollment.0,
        lesson.0,
        SHOWN
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The attempt that a form made when it was sent before.
pub(crate) async fn attempt_by(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    lesson: LessonId,
    submission: Uuid,
) -> sqlx::Result<Option<QuizAttemptView>> {
    let row = sqlx::query_as!(
        AttemptRow,
        "select number, percent, passed, at, answers as \"answers: sqlx::types::Json<Vec<QuestionFeedback>>\"
         from quiz_attempts where enrollment_id = $1 and lesson_id = $2 and submission = $3",
        enrollment.0,
        lesson.0,
        submission
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Into::into))
}

/// An attempt to be kept. Its number is the next one: the enrollment is held.
pub(crate) struct NewAttempt<'a> {
    pub id: Uuid,
    pub enrollment: EnrollmentId,
    pub lesson: LessonId,
    pub submission: Uuid,
    pub percent: u32,
    pub passed: bool,
    pub questions: &'a [QuestionFeedback],
    pub at: DateTime<Utc>,
}

/// Keeps it and answers its number.
pub(crate) async fn insert_attempt(db: &mut PgConnection, attempt: NewAttempt<'_>) -> sqlx::Result<u32> {
    let number = sqlx::query_scalar!(
        "insert into quiz_attempts (id, enrollment_id, lesson_id, number, percent, passed, answers, at, submission)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8
         from quiz_attempts where enrollment_id = $2 and lesson_id = $3 returning number",
        attempt.id,
        attempt.enrollment.0,
        attempt.lesson.0,
        i32::try_from(attempt.percent).unwrap_or_default(),
        attempt.passed,
        sqlx::types::Json(attempt.questions) as _,
        attempt.at,
        attempt.submission
    )
    .fetch_one(db)
    .await?;
    Ok(unsigned(number))
}
