//! The area's server functions.

use std::collections::BTreeMap;

use guildhall_types::{
    EnrollmentId, Error, LessonId, Result,
    learn::{EnrollmentCard, OwnReview, PlayerView},
};
use leptos::{server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// What is at an enrollment's address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PlayerPage {
    /// A lesson, with a fresh name for what its quiz's form will send.
    Open { player: Box<PlayerView>, submission: String },
    /// The course has no lessons yet.
    Empty { card: EnrollmentCard },
    /// The learner gave the course back.
    Refunded { title: String, course_slug: String },
}

/// What the page for writing a review shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReviewPage {
    pub card: EnrollmentCard,
    /// The review that is there.
    pub review: Option<OwnReview>,
}

/// The learner's courses.
#[server(name = MyCourses, prefix = "/api/fn", endpoint = "learner/my-courses", input = GetUrl)]
pub async fn my_courses() -> Result<Vec<EnrollmentCard>, Error> {
    guildhall_enrollment::my_courses(&guildhall_host::db()?, &guildhall_host::actor())
        .await
        .map_err(guildhall_host::told)
}

/// The player at a lesson; without one, where the learner was, which does not count as a visit.
#[server(name = ReadPlayer, prefix = "/api/fn", endpoint = "learner/player", input = GetUrl)]
pub async fn read_player(enrollment: String, #[server(default)] lesson: Option<String>) -> Result<PlayerPage, Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    let enrollment = crate::server::id(&enrollment)?;
    let lesson = lesson.as_deref().map(crate::server::id).transpose()?;
    let visit = lesson.is_some() && crate::server::is_visit();
    let view = if visit {
        guildhall_enrollment::player(&db, &actor, enrollment, lesson).await
    } else {
        guildhall_enrollment::peek_player(&db, &actor, enrollment, lesson).await
    };
    if let Some(view) = view.map_err(guildhall_host::told)? {
        let submission: uuid::Uuid = db.id();
        return Ok(PlayerPage::Open { player: Box::new(view), submission: submission.to_string() });
    }
    let card = guildhall_enrollment::shelf_card(&db, &actor, enrollment).await.map_err(guildhall_host::told)?;
    if let Some(card) = card.filter(|card| card.continue_at.is_none()) {
        return Ok(PlayerPage::Empty { card });
    }
    let refunded =
        guildhall_enrollment::refunded_course(&db, &actor, enrollment).await.map_err(guildhall_host::told)?;
    let refunded = refunded.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    guildhall_host::set_status(404);
    Ok(PlayerPage::Refunded { title: refunded.title, course_slug: refunded.slug })
}

/// The learner's review of a course, to write or to change.
#[server(name = ReadReview, prefix = "/api/fn", endpoint = "learner/review", input = GetUrl)]
pub async fn read_review(enrollment: String) -> Result<ReviewPage, Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    let enrollment = crate::server::id(&enrollment)?;
    let card = guildhall_enrollment::shelf_card(&db, &actor, enrollment).await.map_err(guildhall_host::told)?;
    let card = card.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    let review = guildhall_enrollment::own_review(&db, &actor, enrollment).await.map_err(guildhall_host::told)?;
    Ok(ReviewPage { card, review })
}

/// Completes a lesson and goes on to the next.
#[server(name = CompleteLesson, prefix = "/api/fn", endpoint = "learner/complete-lesson")]
pub async fn complete_lesson(enrollment: EnrollmentId, lesson: LessonId) -> Result<(), Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    let done =
        guildhall_enrollment::complete_lesson(&db, &actor, enrollment, lesson).await.map_err(guildhall_host::told)?;
    let path = match done.next {
        _ if done.course_completed => format!("{}?finished=1", lesson_path(enrollment, lesson)),
        Some(next) => lesson_path(enrollment, next),
        None => lesson_path(enrollment, lesson),
    };
    if crate::server::is_plain_form() {
        guildhall_host::see_other(&path);
    }
    Ok(())
}

/// Grades a quiz. Each field of `answers` is named `q-` and the question's id, and holds the ids of the options chosen.
#[server(name = SubmitQuiz, prefix = "/api/fn", endpoint = "learner/submit-quiz")]
pub async fn submit_quiz(
    enrollment: EnrollmentId,
    lesson: LessonId,
    /// A UUID that stays the same when the same form is sent again.
    submission: String,
    #[server(default)] answers: BTreeMap<String, Vec<String>>,
) -> Result<(), Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    let submission = submission
        .parse()
        .map_err(|_| Error::BadRequest { message: "Reload the page and try again.".to_owned() })
        .map_err(guildhall_host::fail)?;
    let chosen = crate::server::answers(&answers)?;
    let attempt = guildhall_enrollment::submit_quiz(&db, &actor, enrollment, lesson, submission, chosen)
        .await
        .map_err(|error| {
            let entered: Vec<(&str, &str)> = answers
                .iter()
                .flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())))
                .collect();
            guildhall_host::told(error).with_entered(&entered)
        })?;
    if crate::server::is_plain_form() {
        guildhall_host::see_other(&format!("{}?attempt={}", lesson_path(enrollment, lesson), attempt.number));
    }
    Ok(())
}

/// Keeps the note on a lesson.
#[server(name = SaveNote, prefix = "/api/fn", endpoint = "learner/save-note")]
pub async fn save_note(
    enrollment: EnrollmentId,
    lesson: LessonId,
    #[server(default)] body: String,
) -> Result<(), Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    guildhall_enrollment::save_note(&db, &actor, enrollment, lesson, &body)
        .await
        .map_err(|error| guildhall_host::told(error).with_entered(&[("body", &body)]))?;
    if crate::server::is_plain_form() {
        guildhall_host::see_other(&format!("{}?note=saved#note", lesson_path(enrollment, lesson)));
    }
    Ok(())
}

/// Writes the review of a course, or changes it.
#[server(name = WriteReview, prefix = "/api/fn", endpoint = "learner/write-review")]
pub async fn write_review(
    enrollment: EnrollmentId,
    #[server(default)] rating: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> Result<(), Error> {
    let (db, actor) = (guildhall_host::db()?, guildhall_host::actor());
    let stars = rating.parse().unwrap_or_default();
    guildhall_enrollment::write_review(&db, &actor, enrollment, stars, &title, &body).await.map_err(|error| {
        guildhall_host::told(error).with_entered(&[("rating", &rating), ("title", &title), ("body", &body)])
    })?;
    if crate::server::is_plain_form() {
        guildhall_host::see_other("/learn?review=saved");
    }
    Ok(())
}

/// The address of a lesson in the player.
pub(crate) fn lesson_path(enrollment: EnrollmentId, lesson: LessonId) -> String {
    format!("/learn/{enrollment}/lessons/{lesson}")
}
