//! The rules of learning, without I/O: grading a quiz, and what a note and a review may hold.

use guildhall_types::{
    Error, Fields, OptionId, QuestionId,
    form::{NOTE_MAX, REVIEW_BODY_MAX, REVIEW_TITLE_MAX},
    learn::{OwnReview, ProgressView, QuestionFeedback},
};

/// A question with its key.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub id: QuestionId,
    pub prompt: String,
    pub multiple: bool,
    pub options: Vec<AnswerKey>,
}

/// An option, and whether it is to be chosen. Stays on the server.
#[derive(Clone, Debug)]
pub(crate) struct AnswerKey {
    pub id: OptionId,
    pub text: String,
    pub correct: bool,
    pub feedback: String,
}

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grade {
    /// Whole percent of the questions, rounded down, so that 100 means all.
    pub percent: u32,
    pub questions: Vec<QuestionFeedback>,
}

/// The field that a question's errors name.
#[must_use]
pub fn question_field(question: QuestionId) -> String {
    format!("q-{question}")
}

/// Grades an attempt. A question is right when exactly its correct options are chosen. Answers to one question that come
/// apart count together; their order and repetitions don't matter.
///
/// # Errors
/// [`Error::Invalid`], naming each question by [`question_field`], when one is not answered, has two answers where one is
/// asked for, or has an option that is not its own; naming the form as a whole when there are answers to other questions.
pub(crate) fn grade(questions: &[Question], answers: &[(QuestionId, Vec<OptionId>)]) -> Result<Grade, Error> {
    let mut fields = Fields::new();
    if answers.iter().any(|(id, _)| !questions.iter().any(|question| question.id == *id)) {
        fields.add("", "The quiz has changed since you opened it. Check your answers and send them again.");
    }
    let mut marked = Vec::with_capacity(questions.len());
    for (number, question) in (1_u32..).zip(questions) {
        let sent: Vec<OptionId> = answers
            .iter()
            .filter(|(id, _)| *id == question.id)
            .flat_map(|(_, options)| options.iter().copied())
            .collect();
        match mark(question, &sent) {
            Ok(feedback) => marked.push(feedback),
            Err(problem) => fields.add(&question_field(question.id), problem.message(number)),
        }
    }
    fields.finish()?;
    let right = marked.iter().filter(|question| question.correct).count();
    let percent = (right * 100).checked_div(marked.len()).unwrap_or(100);
    Ok(Grade { percent: u32::try_from(percent).unwrap_or_default(), questions: marked })
}

/// Why an answer can't be graded.
enum Problem {
    Unanswered,
    TooMany,
    Foreign,
}

impl Problem {
    fn message(&self, number: u32) -> String {
        match self {
            Self::Unanswered => format!("Answer question {number}."),
            Self::TooMany => format!("Choose one answer to question {number}."),
            Self::Foreign => {
                format!("Question {number} has changed since you opened it. Choose from the answers it has now.")
            }
        }
    }
}

fn mark(question: &Question, sent: &[OptionId]) -> Result<QuestionFeedback, Problem> {
    if sent.iter().any(|id| !question.options.iter().any(|option| option.id == *id)) {
        return Err(Problem::Foreign);
    }
    let chosen: Vec<&AnswerKey> = question.options.iter().filter(|option| sent.contains(&option.id)).collect();
    if chosen.is_empty() {
        return Err(Problem::Unanswered);
    }
    if chosen.len() > 1 && !question.multiple {
        return Err(Problem::TooMany);
    }
    Ok(QuestionFeedback {
        question: question.id,
        correct: question.options.iter().all(|option| option.correct == sent.contains(&option.id)),
        chosen: chosen.iter().map(|option| option.id).collect(),
        feedback: chosen
            .iter()
            .filter(|option| !option.feedback.is_empty())
            .map(|option| option.feedback.clone())
            .collect(),
    })
}

/// What somebody typed, with the line ends that tables hold, and without the one character that they can't.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\0', "")
}

/// A note as it is kept; `None` is no note.
///
/// # Errors
/// [`Error::Invalid`] on `body` when it is longer than [`NOTE_MAX`].
pub(crate) fn note(body: &str) -> Result<Option<String>, Error> {
    let body = tidy(body);
    let length = body.chars().count();
    if length > NOTE_MAX {
        return Err(Error::field(
            "body",
            format!("A note can have up to 10,000 characters. This one has {length}: shorten it."),
        ));
    }
    Ok((!body.trim().is_empty()).then_some(body))
}

/// A review as it is kept.
///
/// # Errors
/// [`Error::Invalid`] on `rating`, `title` or `body`.
pub(crate) fn review(rating: u8, title: &str, body: &str) -> Result<OwnReview, Error> {
    let title = tidy(title).split_whitespace().collect::<Vec<_>>().join(" ");
    let body = tidy(body).trim().to_owned();
    let mut fields = Fields::new();
    if !(1..=5).contains(&rating) {
        fields.add("rating", RATING_MISSING);
    }
    if title.is_empty() {
        fields.add("title", TITLE_MISSING);
    } else if title.chars().count() > REVIEW_TITLE_MAX {
        fields.add("title", TITLE_TOO_LONG);
    }
    if body.chars().count() > REVIEW_BODY_MAX {
        fields.add("body", BODY_TOO_LONG);
    }
    fields.finish()?;
    Ok(OwnReview { rating, title, body })
}

const RATING_MISSING: &str = "Choose how many stars you give, from 1 to 5.";
const TITLE_MISSING: &str = "Give your review a title.";
const TITLE_TOO_LONG: &str = "Shorten the title to 120 characters.";
const BODY_TOO_LONG: &str = "Shorten your review to 4,000 characters.";
pub(crate) const TOO_EARLY: &str = "You can review this course once you are more than half way through it.";

/// What a broken constraint of `reviews` means for the person; `None` when it is a fault of ours.
pub(crate) fn review_error(constraint: &str) -> Option<Error> {
    match constraint {
        "reviews_need_progress" => Some(Error::conflict(TOO_EARLY)),
        "reviews_one_per_enrollment" => {
            Some(Error::conflict("You have reviewed this course already. Reload the page to change your review."))
        }
        "reviews_rating_check" => Some(Error::field("rating", RATING_MISSING)),
        "reviews_title_check" => Some(Error::field("title", TITLE_TOO_LONG)),
        "reviews_body_check" => Some(Error::field("body", BODY_TOO_LONG)),
        _ => None,
    }
}

/// Whether a review may be written; one that is there may always be changed.
pub(crate) const fn may_review(progress: ProgressView, reviewed: bool) -> bool {
    reviewed || progress.past_half()
}

/// As it stands under a review: `Ada Lovelace` -> `Ada L.`
pub(crate) fn author_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let given = words.next().unwrap_or("A learner");
    match words.next_back().and_then(|family| family.chars().next()) {
        Some(initial) => {
            // Room for the blank, the initial and the full stop in what the table holds.
            let given: String = given.chars().take(90).collect();
            format!("{given} {}.", initial.to_uppercase())
        }
        None => given.to_owned(),
    }
}
