//! The shelf: what somebody learns, and where they were.

use guildhall_types::{language, learn::EnrollmentCard, time::date};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink, Cover, EmptyState, Progress};
use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::{
    api::{lesson_path, my_courses},
    parts::refusal,
};

#[component]
pub(crate) fn ShelfView() -> impl IntoView {
    let thanks = query("review").is_some();
    view! {
        <Suspense>
            {Suspend::new(async move {
                match my_courses().await {
                    Ok(cards) => view! { <Shelf cards=cards thanks=thanks /> }.into_any(),
                    Err(error) => refusal(&error),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Shelf(
    cards: Vec<EnrollmentCard>,
    /// A review has just been written.
    thanks: bool,
) -> impl IntoView {
    let empty = cards.is_empty();
    let (done, open): (Vec<_>, Vec<_>) = cards.into_iter().partition(|card| card.completed_at.is_some());
    view! {
        <Title text="My courses" />
        {thanks.then(|| view! { <Banner kind=BannerKind::Success title="Thank you for your review">"It is on the course's page now. You can change it at any time."</Banner> })}
        <h1>"My courses"</h1>
        {empty
            .then(|| {
                view! {
                    <div class="mt-8">
                        <EmptyState title="You have no courses yet" text="Find one that teaches what you want to be able to do. Many cost nothing.">
                            <ButtonLink href="/courses">"See all courses"</ButtonLink>
                        </EmptyState>
                    </div>
                }
            })}
        <Section title="In progress" cards=open />
        <Section title="Completed" cards=done />
    }
}

#[component]
fn Section(title: &'static str, cards: Vec<EnrollmentCard>) -> impl IntoView {
    (!cards.is_empty()).then(|| {
        view! {
            <section class="section shelf-section">
                <h2>{title}</h2>
                <ul class="shelf">{cards.into_iter().map(|card| view! { <Entry card=card /> }).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn Entry(card: EnrollmentCard) -> impl IntoView {
    let progress = card.progress;
    let meta = match card.completed_at {
        Some(at) => format!("{} · Completed on {}", card.provider_name, date(at)),
        None => format!("{} · Enrolled on {}", card.provider_name, date(card.enrolled_at)),
    };
    view! {
        <li class="panel">
            <Cover src=format!("/covers/{}.svg", card.course) />
            <div class="in">
                <h3 lang=language::attribute(&card.language)>{card.title.clone()}</h3>
                <p class="meta">{meta.trim_start_matches(" · ").to_owned()}</p>
                {(progress.total_lessons > 0)
                    .then(|| {
                        view! {
                            <Progress
                                label="Progress"
                                value=progress.completed_lessons
                                max=progress.total_lessons
                                text=format!("{} of {} lessons", progress.completed_lessons, progress.total_lessons)
                            />
                        }
                    })}
                <Ways card=card />
            </div>
        </li>
    }
}

/// Where the learner can go from a card.
#[component]
fn Ways(card: EnrollmentCard) -> impl IntoView {
    let Some(lesson) = card.continue_at else {
        return view! { <p class="meta">"The provider has not added lessons yet. Come back later."</p> }.into_any();
    };
    let path = lesson_path(card.id, lesson);
    let (title, reviewed) = (card.title.clone(), card.title);
    let go_on = if card.completed_at.is_some() {
        view! {
            <ButtonLink href=path kind=ButtonKind::Quiet>
                "Look again" <span class="vh">": " {title}</span>
            </ButtonLink>
        }
        .into_any()
    } else {
        view! { <ButtonLink href=path>{format!("Continue: {}", card.continue_title.unwrap_or_default())}</ButtonLink> }
            .into_any()
    };
    let review = card.may_review.then(|| {
        let words = if card.reviewed { "Change your review" } else { "Write a review" };
        view! {
            <a href=format!("/learn/{}/review", card.id)>
                {words} <span class="vh">" of " {reviewed}</span>
            </a>
        }
    });
    view! { <p class="row">{go_on} {review}</p> }.into_any()
}
