//! The player: a lesson among its course's lessons.

use guildhall_types::{
    Error, LessonId, language,
    learn::{EnrollmentCard, PlayerView},
    time::date,
};
use guildhall_ui::{Breadcrumbs, ButtonKind, ButtonLink, EmptyState, ErrorSummary, field_id};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    lesson::{GoOn, Lesson, Notes, Turn},
    outline::Outline,
    param, query,
    quiz::Quiz,
};
use crate::{
    api::{CompleteLesson, PlayerPage, SaveNote, SubmitQuiz, lesson_path, read_player},
    parts::{CourseLanguage, failed, go_on, refusal, summary_lines},
};

/// What the address and a form that came back say beside the lesson.
#[derive(Clone, Default)]
struct Visit {
    /// The attempt that is looked at.
    attempt: Option<u32>,
    /// The course has just been finished.
    finished: bool,
    note_saved: bool,
    completing: Option<Error>,
    quiz: Option<Error>,
    note: Option<Error>,
}

/// `/learn/{enrollment}`: leads to where the learner was.
#[component]
pub(crate) fn ContinueView() -> impl IntoView {
    let enrollment = param("enrollment");
    view! {
        <Suspense>
            {
                let enrollment = enrollment.clone();
                Suspend::new(async move {
                    match read_player(enrollment, None).await {
                        Ok(PlayerPage::Open { player, .. }) => {
                            let path = lesson_path(player.enrollment.id, player.open.lesson.id);
                            go_on(&path);
                            view! { <h1>{player.enrollment.title}</h1> <p><ButtonLink href=path>"Continue"</ButtonLink></p> }.into_any()
                        }
                        other => closed(other),
                    }
                })
            }
        </Suspense>
    }
}

/// `/learn/{enrollment}/lessons/{lesson}`.
#[component]
pub(crate) fn PlayerAt() -> impl IntoView {
    let (enrollment, lesson) = (param("enrollment"), param("lesson"));
    let visit = Visit {
        attempt: query("attempt").and_then(|number| number.parse().ok()),
        finished: query("finished").is_some(),
        note_saved: query("note").is_some(),
        completing: failed::<CompleteLesson>(),
        quiz: failed::<SubmitQuiz>(),
        note: failed::<SaveNote>(),
    };
    view! {
        <Suspense>
            {
                let (enrollment, lesson, visit) = (enrollment.clone(), lesson.clone(), visit.clone());
                Suspend::new(async move {
                    match read_player(enrollment, Some(lesson)).await {
                        Ok(PlayerPage::Open { player, submission }) => {
                            view! { <Player player=*player submission=submission visit=visit /> }.into_any()
                        }
                        other => closed(other),
                    }
                })
            }
        </Suspense>
    }
}

/// What stands where there is no lesson to show.
fn closed(page: Result<PlayerPage, Error>) -> AnyView {
    match page {
        Ok(PlayerPage::Refunded { title, course_slug }) => view! {
            <Title text="Course closed" />
            <h1>"This course is closed"</h1>
            <EmptyState
                title=title
                text="You had your money back for this course, so its lessons, your progress and your notes are closed. You can buy it again."
            >
                <ButtonLink href=format!("/courses/{course_slug}")>"See the course"</ButtonLink>
                <ButtonLink href="/learn" kind=ButtonKind::Quiet>
                    "Go to my courses"
                </ButtonLink>
            </EmptyState>
        }
        .into_any(),
        Ok(PlayerPage::Empty { card }) => view! {
            <Title text=card.title.clone() />
            <Breadcrumbs links=vec![("My courses".to_owned(), "/learn".to_owned())] />
            <h1 lang=language::attribute(&card.language)>{card.title}</h1>
            <EmptyState title="There are no lessons yet" text="The provider is still preparing them. Your place is kept: come back later.">
                <ButtonLink href="/learn">"Go to my courses"</ButtonLink>
            </EmptyState>
        }
        .into_any(),
        Ok(PlayerPage::Open { .. }) => ().into_any(),
        Err(error) => refusal(&error),
    }
}

#[component]
fn Player(player: PlayerView, submission: String, visit: Visit) -> impl IntoView {
    let PlayerView { enrollment: card, modules, open } = player;
    let lang = language::attribute(&card.language);
    provide_context(CourseLanguage(lang.clone()));
    let lessons: Vec<(LessonId, String)> =
        modules.iter().flat_map(|module| &module.lessons).map(|lesson| (lesson.id, lesson.title.clone())).collect();
    let number = lessons.iter().position(|(id, _)| *id == open.lesson.id).unwrap_or_default() + 1;
    let named = |id: Option<LessonId>| id.and_then(|id| lessons.iter().find(|(known, _)| *known == id).cloned());
    let (previous, next) = (named(open.previous), named(open.next));

    let problems: Vec<(String, String)> = [
        visit.completing.as_ref().map(|error| summary_lines(error, ToOwned::to_owned)),
        visit.quiz.as_ref().map(|error| summary_lines(error, ToOwned::to_owned)),
        visit.note.as_ref().map(|error| summary_lines(error, |_| "note".to_owned())),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .map(|(name, message)| (if name.is_empty() { name } else { field_id(&name) }, message))
    .collect();
    let title = format!("{}{} · {}", if problems.is_empty() { "" } else { "Error: " }, open.lesson.title, card.title);

    let attempt =
        visit.attempt.and_then(|number| open.quiz.as_ref()?.attempts.iter().find(|one| one.number == number).cloned());
    let at = attempt.as_ref().map(|attempt| attempt.at);
    // An attempt and the completion that it led to bear the same time.
    let finished = card.completed_at.is_some() && (visit.finished || (at.is_some() && at == card.completed_at));
    let where_in = format!("{} · Lesson {number} of {}", open.module_title, lessons.len());
    let has_quiz = open.quiz.is_some();
    let (id, lesson) = (card.id, open.lesson.clone());
    let quiz = open.quiz.clone().map(|quiz| {
        view! { <Quiz enrollment=id lesson=lesson.id quiz=quiz submission=submission shown=attempt.clone() error=visit.quiz.clone() /> }
    });
    view! {
        <Title text=title />
        <Breadcrumbs links=vec![("My courses".to_owned(), "/learn".to_owned()), (card.title.clone(), format!("/learn/{id}"))] />
        <div class="player">
            <Outline card=card.clone() modules=modules open=lesson.id />
            <div class="lesson">
                <ErrorSummary errors=problems />
                {finished.then(|| view! { <Finished card=card.clone() focus=attempt.is_none() /> })}
                <p class="meta">{where_in}</p>
                <h1 lang=lang>{lesson.title.clone()}</h1>
                <Lesson open=open.clone() />
                {quiz}
                <GoOn enrollment=id lesson=lesson.clone() needs_pass=has_quiz next=next.clone() />
                <Turn enrollment=id previous=previous next=next />
                <Notes enrollment=id lesson=lesson.id note=open.note error=visit.note saved=visit.note_saved />
            </div>
        </div>
    }
}

/// The course is done: a word of praise, and the way to a review.
#[component]
fn Finished(card: EnrollmentCard, focus: bool) -> impl IntoView {
    let on = card.completed_at.map(|at| format!("All lessons were done on {}. Well done.", date(at)));
    let words = if card.reviewed { "Change your review" } else { "Write a review" };
    view! {
        <section class="finished panel" tabindex="-1" autofocus=focus aria-labelledby="finished-title">
            <h2 id="finished-title">{format!("You have finished {}", card.title)}</h2>
            <p>{on} " What did it do for you? A few lines help others to choose, and its provider to teach better."</p>
            <p class="row">
                <ButtonLink href=format!("/learn/{}/review", card.id)>{words}</ButtonLink>
                <ButtonLink href="/learn" kind=ButtonKind::Quiet>
                    "Go to my courses"
                </ButtonLink>
            </p>
        </section>
    }
}
