//! A quiz: one form, with what was said of the attempt that is looked at beside each question.

use guildhall_types::{
    EnrollmentId, Error, LessonId, QuestionId,
    learn::{QuestionFeedback, QuizAttemptView, QuizQuestionView, QuizView},
    time::date_time,
};
use guildhall_ui::{Column, Icon, IconName, SubmitButton, Table, Tag, TagKind};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{SubmitQuiz, lesson_path},
    parts::course_language,
};

/// The quiz's form and the attempts so far.
#[component]
pub(crate) fn Quiz(
    enrollment: EnrollmentId,
    lesson: LessonId,
    quiz: QuizView,
    submission: String,
    /// The attempt that is looked at.
    #[prop(optional_no_strip)]
    shown: Option<QuizAttemptView>,
    /// Why the form came back.
    #[prop(optional_no_strip)]
    error: Option<Error>,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    // The form bears a name that is good once: the browser is to ask for the page anew when it comes back to it.
    guildhall_host::append_header(http::header::CACHE_CONTROL, "no-store");
    let total = quiz.questions.len();
    let again = !quiz.attempts.is_empty();
    let questions = quiz
        .questions
        .into_iter()
        .enumerate()
        .map(|(place, question)| {
            let field = format!("q-{}", question.id);
            let feedback = if error.is_some() { None } else { feedback_on(shown.as_ref(), question.id) };
            let chosen = match &error {
                Some(error) => entered(error, &field),
                None => feedback.iter().flat_map(|feedback| &feedback.chosen).map(ToString::to_string).collect(),
            };
            let message = error.as_ref().and_then(|error| error.message_for(&field));
            view! { <Question place=place total=total field=field question=question chosen=chosen feedback=feedback message=message /> }
        })
        .collect_view();
    let summary = shown
        .filter(|_| error.is_none())
        .map(|attempt| view! { <Outcome attempt=attempt pass_percent=quiz.pass_percent total=total /> });
    view! {
        {summary}
        <form class="quiz" method="post" action=SubmitQuiz::url() aria-label="Quiz">
            <p class="meta">{format!("The pass mark is {}%. You can try as often as you like.", quiz.pass_percent)}</p>
            <input type="hidden" name="enrollment" value=enrollment.to_string() />
            <input type="hidden" name="lesson" value=lesson.to_string() />
            <input type="hidden" name="submission" value=submission autocomplete="off" />
            {questions}
            <SubmitButton label=if again { "Try again" } else { "Check my answers" } busy_label="Checking…" />
        </form>
        <Attempts attempts=quiz.attempts path=lesson_path(enrollment, lesson) />
    }
}

fn feedback_on(attempt: Option<&QuizAttemptView>, question: QuestionId) -> Option<QuestionFeedback> {
    attempt?.questions.iter().find(|feedback| feedback.question == question).cloned()
}

/// The options that had been chosen in a form that came back.
fn entered(error: &Error, field: &str) -> Vec<String> {
    match error {
        Error::Invalid { entered, .. } => {
            entered.iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// How the attempt went, in the page's focus.
#[component]
fn Outcome(attempt: QuizAttemptView, pass_percent: u32, total: usize) -> impl IntoView {
    let right = attempt.questions.iter().filter(|question| question.correct).count();
    let title = if attempt.passed {
        format!("You passed with {}%", attempt.percent)
    } else {
        format!("{}% this time, {pass_percent}% are needed", attempt.percent)
    };
    let text = match (attempt.passed, right == total) {
        (true, true) => "Every answer was right.".to_owned(),
        (true, false) => format!("{right} of {total} answers were right. See below what was said of the others."),
        (false, _) => {
            format!("{right} of {total} answers were right. See below which, change the others and try again.")
        }
    };
    let class = if attempt.passed { "outcome panel good" } else { "outcome panel" };
    view! {
        <section class=class tabindex="-1" autofocus=true aria-labelledby="outcome-title">
            <h2 id="outcome-title">{title}</h2>
            <p>{text}</p>
        </section>
    }
}

#[component]
fn Question(
    place: usize,
    total: usize,
    /// The form's name for it; the first option bears it as its id, so that an error's link lands there.
    field: String,
    question: QuizQuestionView,
    chosen: Vec<String>,
    #[prop(optional_no_strip)] feedback: Option<QuestionFeedback>,
    #[prop(optional_no_strip)] message: Option<String>,
) -> impl IntoView {
    let kind = if question.multiple { "checkbox" } else { "radio" };
    let (error_id, said_id, hint_id) = (format!("{field}-error"), format!("{field}-said"), format!("{field}-hint"));
    let described: Vec<&str> = [
        question.multiple.then_some(hint_id.as_str()),
        message.is_some().then_some(error_id.as_str()),
        feedback.is_some().then_some(said_id.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let class = if message.is_some() { "field bad question" } else { "field question" };
    let options = question
        .options
        .into_iter()
        .enumerate()
        .map(|(at, option)| {
            let value = option.id.to_string();
            let id = if at == 0 { field.clone() } else { format!("{field}-{at}") };
            let checked = chosen.contains(&value);
            view! {
                <label class="check">
                    <input type=kind id=id name=format!("answers[{field}][]") value=value checked=checked />
                    <span lang=course_language()>{option.text}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class=class aria-describedby=described>
            <legend>
                <span class="meta">{format!("Question {} of {total}", place + 1)}</span>
                <span class="vh">": "</span>
                <span class="prompt" lang=course_language()>{question.prompt}</span>
            </legend>
            {question.multiple.then(|| view! { <p class="h" id=hint_id>"Choose all that are right."</p> })}
            {message
                .map(|message| {
                    view! {
                        <p class="e" id=error_id>
                            <span class="vh">"Error: "</span>
                            {message}
                        </p>
                    }
                })}
            {options}
            {feedback.map(|feedback| view! { <Said id=said_id feedback=feedback /> })}
        </fieldset>
    }
}

/// What is said of an answer.
#[component]
fn Said(id: String, feedback: QuestionFeedback) -> impl IntoView {
    let (class, icon, word) = if feedback.correct {
        ("said good", IconName::Check, "Right")
    } else {
        ("said", IconName::Close, "Not right yet")
    };
    view! {
        <div class=class id=id>
            <p class="row">
                <Icon name=icon />
                <b>{word}</b>
            </p>
            {feedback.feedback.into_iter().map(|text| view! { <p lang=course_language()>{text}</p> }).collect_view()}
        </div>
    }
}

/// What was tried before; each attempt can be looked at again.
#[component]
fn Attempts(attempts: Vec<QuizAttemptView>, path: String) -> impl IntoView {
    (!attempts.is_empty()).then(|| {
        let rows = attempts
            .into_iter()
            .map(|attempt| {
                let (kind, word) = if attempt.passed { (TagKind::Good, "Passed") } else { (TagKind::Plain, "Not passed") };
                view! {
                    <tr>
                        <th scope="row">
                            <a href=format!("{path}?attempt={}", attempt.number)>{format!("Attempt {}", attempt.number)}</a>
                        </th>
                        <td class="n">{format!("{}%", attempt.percent)}</td>
                        <td>
                            <Tag kind=kind>{word}</Tag>
                        </td>
                        <td>{date_time(attempt.at)}</td>
                    </tr>
                }
            })
            .collect_view();
        let columns = ["Attempt", "Score", "Result", "When"].map(|label| if label == "Score" { Column::numeric(label) } else { Column::text(label) });
        view! {
            <div class="attempts">
                <Table caption="Your attempts" columns=columns.to_vec()>
                    {rows}
                </Table>
            </div>
        }
    })
}
