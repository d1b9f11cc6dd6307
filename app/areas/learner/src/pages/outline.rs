//! The lessons of the course beside the open one; on a narrow screen they fold.

use guildhall_types::{
    LessonId,
    catalog::LessonKind,
    learn::{EnrollmentCard, PlayerLesson, PlayerModule},
    time::{date, duration},
};
use guildhall_ui::{Icon, IconName, Progress};
use leptos::prelude::*;

use crate::{api::lesson_path, parts::course_language};

#[component]
pub(crate) fn Outline(card: EnrollmentCard, modules: Vec<PlayerModule>, open: LessonId) -> impl IntoView {
    let progress = card.progress;
    let done = format!("{} of {} lessons", progress.completed_lessons, progress.total_lessons);
    let summary = format!("Lessons: {} of {} done", progress.completed_lessons, progress.total_lessons);
    let finished = card.completed_at.map(|at| {
        let words = if card.reviewed { "Change your review" } else { "Write a review" };
        view! {
            <p class="meta">
                {format!("You finished this course on {}. ", date(at))} <a href=format!("/learn/{}/review", card.id)>{words}</a>
            </p>
        }
    });
    view! {
        <nav aria-label="Lessons">
            <details class="filters-fold">
                <summary>{summary} <Icon name=IconName::Down /></summary>
                <Progress label="Your progress" value=progress.completed_lessons max=progress.total_lessons text=done />
                {finished}
                <ol class="modules">
                    {modules
                        .into_iter()
                        .map(|module| {
                            view! {
                                <li>
                                    <p class="module" lang=course_language()>{module.title}</p>
                                    <ol class="lessons">
                                        {module
                                            .lessons
                                            .into_iter()
                                            .map(|lesson| {
                                                let here = lesson.id == open;
                                                view! { <Line path=lesson_path(card.id, lesson.id) lesson=lesson here=here /> }
                                            })
                                            .collect_view()}
                                    </ol>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </details>
        </nav>
    }
}

#[component]
fn Line(lesson: PlayerLesson, path: String, here: bool) -> impl IntoView {
    let icon = match lesson.kind {
        _ if lesson.completed => IconName::Check,
        LessonKind::Text => IconName::Text,
        LessonKind::Video => IconName::Play,
        LessonKind::Quiz => IconName::Quiz,
        LessonKind::Download => IconName::Download,
    };
    view! {
        <li class:done=lesson.completed>
            <a href=path aria-current=here.then_some("page")>
                <Icon name=icon />
                <span>
                    <span lang=course_language()>{lesson.title}</span> {lesson.completed.then(|| view! { <span class="vh">" (done)"</span> })}
                    <span class="meta n">{format!("{}, {}", lesson.kind.label(), duration(lesson.minutes))}</span>
                </span>
            </a>
        </li>
    }
}
