//! What a lesson teaches, what comes after it, and the learner's notes on it.

use guildhall_types::{
    EnrollmentId, Error, LessonId,
    catalog::LessonKind,
    form::NOTE_MAX,
    learn::{LessonView, PlayerLesson},
    time::duration,
};
use guildhall_ui::{ButtonLink, Field, FieldKind, Icon, IconName, Prose, SubmitButton, Tag, TagKind};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    NoteAutosave,
    api::{CompleteLesson, SaveNote, lesson_path},
    parts::course_language,
};

/// The lesson's text, film and file.
#[component]
pub(crate) fn Lesson(open: LessonView) -> impl IntoView {
    let empty =
        open.body_html.trim().is_empty() && open.video.is_none() && open.download.is_none() && open.quiz.is_none();
    let captioned = open.video.as_ref().is_some_and(|video| video.captions.is_some());
    let video = open.video.map(|video| {
        view! {
            <video controls preload="metadata" playsinline src=video.src aria-label=open.lesson.title.clone()>
                {video.captions.map(|src| view! { <track kind="captions" srclang="en" label="English" src=src default=true /> })}
            </video>
            {(!captioned).then(|| view! { <p class="meta">"The provider has given no captions for this video."</p> })}
        }
    });
    let download = open.download.map(|file| {
        view! {
            <p>
                <a class="btn quiet" href=file.href download=file.name.clone()>
                    <Icon name=IconName::Download />
                    {format!("Download {}", file.name)}
                </a>
            </p>
        }
    });
    view! {
        <p class="row meta">
            <span>{format!("{}, {}", open.lesson.kind.label(), duration(open.lesson.minutes))}</span>
            {open.lesson.completed.then(|| view! { <Tag kind=TagKind::Good>"Done"</Tag> })}
        </p>
        {video}
        {(!open.body_html.trim().is_empty())
            .then(|| {
                // The text's own headings begin at the third level.
                view! {
                    <h2 class="vh">"Lesson text"</h2>
                    <Prose html=open.body_html lang=course_language() />
                }
            })}
        {download}
        {empty.then(|| view! { <p class="meta">"The provider has not added the content of this lesson yet."</p> })}
    }
}

/// The one thing to do next.
#[component]
pub(crate) fn GoOn(
    enrollment: EnrollmentId,
    lesson: PlayerLesson,
    /// Done by passing the quiz on it.
    needs_pass: bool,
    next: Option<(LessonId, String)>,
) -> impl IntoView {
    if lesson.completed {
        return next
            .map(|(id, title)| view! { <p class="go-on"><ButtonLink href=lesson_path(enrollment, id)>{format!("Continue: {title}")}</ButtonLink></p> })
            .into_any();
    }
    if needs_pass && lesson.kind == LessonKind::Quiz {
        return ().into_any();
    }
    view! {
        <form class="go-on" method="post" action=CompleteLesson::url()>
            <input type="hidden" name="enrollment" value=enrollment.to_string() />
            <input type="hidden" name="lesson" value=lesson.id.to_string() />
            <SubmitButton label="Mark as done and continue" />
        </form>
    }
    .into_any()
}

/// Back and forth, whether this lesson is done or not.
#[component]
pub(crate) fn Turn(
    enrollment: EnrollmentId,
    previous: Option<(LessonId, String)>,
    next: Option<(LessonId, String)>,
) -> impl IntoView {
    let link = move |way: &'static str, lesson: Option<(LessonId, String)>| {
        lesson.map(|(id, title)| {
            view! {
                <li>
                    <a href=lesson_path(enrollment, id) rel=if way == "Next" { "next" } else { "prev" }>
                        <span class="meta">{way}</span>
                        <span class="vh">": "</span>
                        <span>{title}</span>
                    </a>
                </li>
            }
        })
    };
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="turn" aria-label="Previous and next lesson">
                <ul>{link("Previous", previous)} {link("Next", next)}</ul>
            </nav>
        }
    })
}

/// The notes: a plain form, which the island saves while it is typed into.
#[component]
pub(crate) fn Notes(
    enrollment: EnrollmentId,
    lesson: LessonId,
    note: String,
    error: Option<Error>,
    saved: bool,
) -> impl IntoView {
    let typed = error.as_ref().and_then(|error| error.entered("body")).unwrap_or(note);
    let message = error.as_ref().and_then(|error| error.message_for("body"));
    view! {
        <section class="notes" aria-labelledby="notes-title">
            <h2 id="notes-title">"Your notes"</h2>
            <form method="post" action=SaveNote::url()>
                <input type="hidden" name="enrollment" value=enrollment.to_string() />
                <input type="hidden" name="lesson" value=lesson.to_string() />
                <Field
                    name="body"
                    id="note"
                    label="Notes on this lesson"
                    hint="Only you can see them."
                    kind=FieldKind::Textarea
                    value=typed
                    error=message
                    maxlength=u32::try_from(NOTE_MAX).unwrap_or(u32::MAX)
                />
                <p class="row">
                    <button class="btn quiet">"Save notes"</button>
                    <NoteAutosave enrollment=enrollment lesson=lesson saved=saved />
                </p>
            </form>
        </section>
    }
}
