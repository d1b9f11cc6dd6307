//! Writing a review, and changing it.

use guildhall_types::{
    Error,
    form::{REVIEW_BODY_MAX, REVIEW_TITLE_MAX},
};
use guildhall_ui::{Breadcrumbs, ButtonLink, EmptyState, ErrorSummary, Field, FieldKind, Icon, IconName, SubmitButton};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use super::param;
use crate::{
    api::{ReviewPage, WriteReview, read_review},
    parts::{failed, refusal, summary_lines},
};

#[component]
pub(crate) fn ReviewView() -> impl IntoView {
    let enrollment = param("enrollment");
    let error = failed::<WriteReview>();
    view! {
        <Suspense>
            {
                let (enrollment, error) = (enrollment.clone(), error.clone());
                Suspend::new(async move {
                    match read_review(enrollment).await {
                        Ok(page) => view! { <Review page=page error=error /> }.into_any(),
                        Err(error) => refusal(&error),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Review(page: ReviewPage, #[prop(optional_no_strip)] error: Option<Error>) -> impl IntoView {
    let card = page.card.clone();
    let words = if card.reviewed { "Change your review" } else { "Write a review" };
    let problems = error.as_ref().map(|error| summary_lines(error, ToOwned::to_owned)).unwrap_or_default();
    let title = format!("{}{words} of {}", if problems.is_empty() { "" } else { "Error: " }, card.title);
    let body = if card.may_review {
        view! { <ReviewForm page=page error=error /> }.into_any()
    } else {
        let left = format!(
            "You can review this course once more than half of its lessons are done. You have done {} of {}.",
            card.progress.completed_lessons, card.progress.total_lessons
        );
        view! {
            <EmptyState title="A little further first" text=left>
                <ButtonLink href=format!("/learn/{}", card.id)>"Continue the course"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    };
    view! {
        <Title text=title />
        <Breadcrumbs links=vec![("My courses".to_owned(), "/learn".to_owned()), (card.title.clone(), format!("/learn/{}", card.id))] />
        <div class="narrow">
            <ErrorSummary errors=problems />
            <h1>{words}</h1>
            <p class="lede">{card.title.clone()}</p>
            {body}
        </div>
    }
}

#[component]
fn ReviewForm(page: ReviewPage, #[prop(optional_no_strip)] error: Option<Error>) -> impl IntoView {
    let own = page.review.unwrap_or_default();
    let typed = |name: &str, kept: String| error.as_ref().and_then(|error| error.entered(name)).unwrap_or(kept);
    let message = |name: &str| error.as_ref().and_then(|error| error.message_for(name));
    let rating = typed("rating", own.rating.to_string());
    view! {
        <form class="mt-8" method="post" action=WriteReview::url()>
            <input type="hidden" name="enrollment" value=page.card.id.to_string() />
            <Stars rating=rating message=message("rating") />
            <Field
                name="title"
                label="Title"
                hint="The most important thing in one line."
                value=typed("title", own.title)
                error=message("title")
                maxlength=u32::try_from(REVIEW_TITLE_MAX).unwrap_or(u32::MAX)
            />
            <Field
                name="body"
                label="Your review (optional)"
                hint="What did you learn? Whom would you send to this course?"
                kind=FieldKind::Textarea
                rows=8
                value=typed("body", own.body)
                error=message("body")
                maxlength=u32::try_from(REVIEW_BODY_MAX).unwrap_or(u32::MAX)
            />
            <p class="meta">"Your review stands on the course's page with your given name and the first letter of your family name."</p>
            <p class="row mt-4">
                <SubmitButton label=if page.card.reviewed { "Save your review" } else { "Publish your review" } />
                <a href="/learn">"Back to my courses"</a>
            </p>
        </form>
    }
}

const MEANINGS: [(u8, &str); 5] = [
    (1, "1 star: poor"),
    (2, "2 stars: fair"),
    (3, "3 stars: good"),
    (4, "4 stars: very good"),
    (5, "5 stars: excellent"),
];

/// Five radio buttons that look like stars; the words beside the stars say which is chosen.
#[component]
fn Stars(rating: String, #[prop(optional_no_strip)] message: Option<String>) -> impl IntoView {
    let class = if message.is_some() { "field bad" } else { "field" };
    let described = message.is_some().then_some("rating-error");
    let error = message.map(|message| {
        view! {
            <p class="e" id="rating-error">
                <span class="vh">"Error: "</span>
                {message}
            </p>
        }
    });
    let stars = MEANINGS
        .into_iter()
        .map(|(number, meaning)| {
            let id = if number == 1 { "rating".to_owned() } else { format!("rating-{number}") };
            let value = number.to_string();
            let checked = value == rating;
            view! {
                <label>
                    <input type="radio" id=id name="rating" value=value checked=checked />
                    <Icon name=IconName::Star />
                    <span>{meaning}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class=class aria-describedby=described>
            <legend>"How many stars do you give?"</legend>
            {error}
            <div class="star-choice">{stars}</div>
        </fieldset>
    }
}
