//! The shelf, the player, progress and notes.

use chrono::{DateTime, Utc};
use guildhall_catalog::markdown;
use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Action, Actor, UserActor,
    mail::{Mail, SendMail},
};
use guildhall_types::{
    EnrollmentId, Error, LessonId, UserId,
    catalog::LessonKind,
    learn::{DownloadView, EnrollmentCard, LessonView, PlayerModule, PlayerView, VideoView},
};

use super::{
    policy,
    quiz::quiz_view,
    store::{self, Content, Held, OutlineLesson},
};
use crate::jobs::CourseCompleted;

/// The actor's courses, the most recently seen or bought first; those given back are left out.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn my_courses(db: &Db, actor: &Actor) -> OpResult<Vec<EnrollmentCard>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    Ok(store::cards(&mut tx, user).await?)
}

/// One of the actor's courses.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn shelf_card(db: &Db, actor: &Actor, enrollment: EnrollmentId) -> OpResult<Option<EnrollmentCard>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    Ok(store::card(&mut tx, user, enrollment).await?)
}

/// A course that the actor had and gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundedCourse {
    pub title: String,
    pub slug: String,
}

/// The course of a refunded enrollment, to say why the player is closed.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn refunded_course(db: &Db, actor: &Actor, enrollment: EnrollmentId) -> OpResult<Option<RefundedCourse>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    let found = store::refunded(&mut tx, user, enrollment).await?;
    Ok(found.map(|(title, slug)| RefundedCourse { title, slug }))
}

/// The player, open at a lesson, or where the learner was. Remembers the lesson as the last one seen. `None` when the
/// enrollment or the lesson is not there, or not the actor's, or refunded, or when the course has no lessons yet.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn player(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    lesson: Option<LessonId>,
) -> OpResult<Option<PlayerView>> {
    let user = actor.myself(Action::Learn)?;
    let mut tx = db.begin(actor).await?;
    let Some(mut view) = read_player(&mut tx, user.id, enrollment, lesson).await? else {
        return Ok(None);
    };
    let now = db.clock().now();
    store::mark_seen(&mut tx, user.id, enrollment, view.open.lesson.id, now).await?;
    let progress = view.enrollment.progress;
    if view.enrollment.completed_at.is_none() && progress.completed_lessons == progress.total_lessons {
        // The last lesson that was left to do has been taken out of the course since.
        if store::hold(&mut tx, user.id, enrollment).await?.is_some() {
            complete_course(&mut tx, user, enrollment, now).await?;
        }
        view.enrollment = store::card(&mut tx, user.id, enrollment).await?.unwrap_or(view.enrollment);
    }
    tx.commit().await?;
    Ok(Some(view))
}

/// As [`player`], but nothing is remembered: for what a browser fetches before anybody has asked for it.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn peek_player(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    lesson: Option<LessonId>,
) -> OpResult<Option<PlayerView>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    read_player(&mut tx, user, enrollment, lesson).await
}

async fn read_player(
    tx: &mut Tx,
    user: UserId,
    enrollment: EnrollmentId,
    lesson: Option<LessonId>,
) -> OpResult<Option<PlayerView>> {
    let Some(card) = store::card(tx, user, enrollment).await? else {
        return Ok(None);
    };
    let outline = store::outline(tx, enrollment, card.course).await?;
    let wanted = lesson.or(card.continue_at);
    let Some(place) = outline.iter().position(|one| Some(one.lesson.id) == wanted) else {
        return Ok(None);
    };
    let Some(here) = outline.get(place) else {
        return Ok(None);
    };
    let Some(content) = store::content(tx, enrollment, here.lesson.id).await? else {
        return Ok(None);
    };
    let quiz = match here.lesson.kind {
        LessonKind::Quiz => quiz_view(tx, enrollment, card.course, here.lesson.id).await?,
        LessonKind::Text | LessonKind::Video | LessonKind::Download => None,
    };
    let at = |place: Option<usize>| place.and_then(|place| outline.get(place)).map(|one| one.lesson.id);
    let open = LessonView {
        quiz,
        previous: at(place.checked_sub(1)),
        next: at(place.checked_add(1)),
        ..lesson_view(enrollment, here, content)
    };
    Ok(Some(PlayerView { enrollment: card, modules: modules(outline), open }))
}

fn lesson_view(enrollment: EnrollmentId, here: &OutlineLesson, content: Content) -> LessonView {
    let Content { body_md, video_src, captions_src, download_name, download_key, note } = content;
    LessonView {
        lesson: here.lesson.clone(),
        module_title: here.module_title.clone(),
        body_html: markdown::to_html(&body_md),
        video: video_src.map(|src| VideoView { src, captions: captions_src }),
        download: download_key.map(|_| DownloadView {
            name: download_name.unwrap_or_else(|| "The file".to_owned()),
            href: format!("/learn/{enrollment}/files/{}", here.lesson.id),
        }),
        quiz: None,
        note,
        previous: None,
        next: None,
    }
}

fn modules(outline: Vec<OutlineLesson>) -> Vec<PlayerModule> {
    let mut modules: Vec<PlayerModule> = Vec::new();
    let mut at = None;
    for one in outline {
        if at != Some(one.module) {
            at = Some(one.module);
            modules.push(PlayerModule { title: one.module_title, lessons: Vec::new() });
        }
        if let Some(module) = modules.last_mut() {
            module.lessons.push(one.lesson);
        }
    }
    modules
}

/// What completing a lesson led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LessonDone {
    /// This very call completed the course.
    pub course_completed: bool,
    /// The lesson to go on with: the next one, or after the last one the first that is left; `None` when all are done.
    pub next: Option<LessonId>,
}

/// Completes a lesson, and with the last one the course. Doing it again changes nothing.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] when the enrollment or the lesson is not there, or not the actor's;
/// [`Error::Conflict`] for a quiz that has not been passed.
pub async fn complete_lesson(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    lesson: LessonId,
) -> OpResult<LessonDone> {
    let user = actor.myself(Action::Learn)?;
    let mut tx = db.begin(actor).await?;
    let held = store::hold(&mut tx, user.id, enrollment).await?.ok_or(Error::NotFound)?;
    let state = store::lesson(&mut tx, enrollment, held.course, lesson).await?.ok_or(Error::NotFound)?;
    if state.kind == LessonKind::Quiz && state.has_questions && !state.passed && !state.completed {
        return Err(Error::conflict("Pass the quiz to finish this lesson. You can try as often as you like.").into());
    }
    let course_completed = finish_lesson(&mut tx, user, enrollment, &held, lesson, db.clock().now()).await?;
    let outline = store::outline(&mut tx, enrollment, held.course).await?;
    tx.commit().await?;
    Ok(LessonDone { course_completed, next: next_lesson(&outline, lesson) })
}

/// Counts the lesson, and completes the course when it was the last one; answers whether it did. The enrollment is held.
pub(super) async fn finish_lesson(
    tx: &mut Tx,
    user: &UserActor,
    enrollment: EnrollmentId,
    held: &Held,
    lesson: LessonId,
    now: DateTime<Utc>,
) -> OpResult<bool> {
    store::complete(tx, enrollment, held.course, lesson, now).await?;
    if held.completed { Ok(false) } else { complete_course(tx, user, enrollment, now).await }
}

/// Completes the course if nothing is left of it; what follows from that is enqueued with it, once. The enrollment is held.
async fn complete_course(
    tx: &mut Tx,
    user: &UserActor,
    enrollment: EnrollmentId,
    now: DateTime<Utc>,
) -> OpResult<bool> {
    let Some(course) = store::complete_course(tx, enrollment, now).await? else {
        return Ok(false);
    };
    enqueue(tx, &CourseCompleted { enrollment }, JobOptions::default()).await?;
    let message = SendMail {
        key: format!("completed:{enrollment}"),
        user: Some(user.id),
        to: user.email.clone(),
        mail: Mail::Completed { name: user.name.clone(), course, link_path: format!("/learn/{enrollment}/review") },
    };
    enqueue(tx, &message, JobOptions::default()).await?;
    Ok(true)
}

fn next_lesson(outline: &[OutlineLesson], after: LessonId) -> Option<LessonId> {
    if outline.iter().all(|one| one.lesson.completed) {
        return None;
    }
    let following = outline.iter().skip_while(|one| one.lesson.id != after).nth(1);
    following.or_else(|| outline.iter().find(|one| !one.lesson.completed)).map(|one| one.lesson.id)
}

/// Keeps the learner's note on a lesson: the last one written stands, an empty one is none.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] as for [`complete_lesson`]; [`Error::Invalid`] on `body` when it is too
/// long.
pub async fn save_note(db: &Db, actor: &Actor, enrollment: EnrollmentId, lesson: LessonId, body: &str) -> OpResult<()> {
    let user = actor.myself(Action::Learn)?.id;
    let note = policy::note(body)?;
    let mut tx = db.begin(actor).await?;
    let held = store::hold(&mut tx, user, enrollment).await?.ok_or(Error::NotFound)?;
    store::lesson(&mut tx, enrollment, held.course, lesson).await?.ok_or(Error::NotFound)?;
    match note {
        Some(body) => store::review::write_note(&mut tx, enrollment, lesson, &body, db.clock().now()).await?,
        None => store::review::delete_note(&mut tx, enrollment, lesson).await?,
    }
    tx.commit().await?;
    Ok(())
}

/// A lesson's file, by its name and its key in the file store; `None` when there is none for the actor.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn download(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    lesson: LessonId,
) -> OpResult<Option<(String, String)>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    Ok(store::download(&mut tx, user, enrollment, lesson).await?)
}
