//! Taking a quiz.

use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    CourseId, EnrollmentId, Error, LessonId, OptionId, QuestionId,
    catalog::LessonKind,
    learn::{QuizAttemptView, QuizOptionView, QuizQuestionView, QuizView},
};
use uuid::Uuid;

use super::{
    ops::finish_lesson,
    policy,
    store::{self, quiz::NewAttempt},
};

/// Grades the answers to a quiz and keeps the attempt; passing completes the lesson. The same submission is one attempt,
/// however often it arrives. Attempts are not limited.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] when the enrollment or the quiz is not there, or not the actor's;
/// [`Error::Invalid`] for answers that can't be graded, naming each question by [`super::question_field`].
pub async fn submit_quiz(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    lesson: LessonId,
    submission: Uuid,
    answers: Vec<(QuestionId, Vec<OptionId>)>,
) -> OpResult<QuizAttemptView> {
    let user = actor.myself(Action::Learn)?;
    let mut tx = db.begin(actor).await?;
    let held = store::hold(&mut tx, user.id, enrollment).await?.ok_or(Error::NotFound)?;
    let state = store::lesson(&mut tx, enrollment, held.course, lesson).await?.ok_or(Error::NotFound)?;
    if let Some(before) = store::quiz::attempt_by(&mut tx, enrollment, lesson, submission).await? {
        return Ok(before);
    }
    if state.kind != LessonKind::Quiz || !state.has_questions {
        return Err(Error::NotFound.into());
    }
    let questions = store::quiz::questions(&mut tx, lesson).await?;
    let grade = policy::grade(&questions, &answers)?;
    let passed = grade.percent >= state.pass_percent;
    let at = db.clock().now();
    let attempt = NewAttempt {
        id: db.id(),
        enrollment,
        lesson,
        submission,
        percent: grade.percent,
        passed,
        questions: &grade.questions,
        at,
    };
    let number = store::quiz::insert_attempt(&mut tx, attempt).await?;
    if passed {
        finish_lesson(&mut tx, user, enrollment, &held, lesson, at).await?;
    }
    tx.commit().await?;
    Ok(QuizAttemptView { number, percent: grade.percent, passed, at, questions: grade.questions })
}

/// The quiz as the learner sees it: no keys. `None` when it has no questions.
pub(super) async fn quiz_view(
    tx: &mut Tx,
    enrollment: EnrollmentId,
    course: CourseId,
    lesson: LessonId,
) -> OpResult<Option<QuizView>> {
    let Some(state) = store::lesson(tx, enrollment, course, lesson).await? else {
        return Ok(None);
    };
    let questions = store::quiz::questions(tx, lesson).await?;
    if questions.is_empty() {
        return Ok(None);
    }
    let questions = questions
        .into_iter()
        .map(|question| QuizQuestionView {
            id: question.id,
            prompt: question.prompt,
            multiple: question.multiple,
            options: question
                .options
                .into_iter()
                .map(|option| QuizOptionView { id: option.id, text: option.text })
                .collect(),
        })
        .collect();
    let attempts = store::quiz::attempts(tx, enrollment, lesson).await?;
    Ok(Some(QuizView { pass_percent: state.pass_percent, questions, attempts }))
}
