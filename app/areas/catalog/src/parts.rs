//! Parts that several of the area's pages show.

use guildhall_types::{
    Error,
    catalog::{CourseCard, RatingSummary, ReviewView},
    language, time,
};
use guildhall_ui::{ButtonLink, Card, Rating};
use leptos::prelude::*;

/// A course in a list.
#[component]
pub(crate) fn CourseTile(
    card: CourseCard,
    #[prop(optional_no_strip)] title_html: Option<String>,
    /// The words that were found; the provider and the level when nothing was searched for.
    #[prop(optional_no_strip)]
    snippet_html: Option<String>,
    #[prop(default = true)] lazy: bool,
) -> impl IntoView {
    let meta = format!("{} · {}", card.provider_name, card.level.label());
    let lang = language::attribute(&card.language);
    let rating = mean(card.rating).map(|mean| (mean, card.rating.count));
    view! {
        <Card
            href=format!("/courses/{}", card.slug)
            title=card.title
            title_html=title_html
            lang=lang
            cover=format!("/covers/{}.svg", card.id)
            meta=meta
            snippet_html=snippet_html
            price=card.price.price_label()
            rating=rating
            lazy=lazy
        />
    }
}

/// The mean of the ratings, from 1 to 5; nothing before there are any.
fn mean(rating: RatingSummary) -> Option<f64> {
    rating.tenths().and_then(|tenths| u32::try_from(tenths).ok()).map(|tenths| f64::from(tenths) / 10.0)
}

/// The stars of a card; nothing before there are any.
pub(crate) fn stars(rating: RatingSummary) -> impl IntoView {
    mean(rating).map(|mean| view! { <Rating value=mean count=rating.count compact=true /> })
}

/// A review.
#[component]
pub(crate) fn Review(review: ReviewView) -> impl IntoView {
    view! {
        <article class="review">
            <h3>{review.title}</h3>
            <p class="meta">
                <Rating value=f64::from(review.rating) />
                " "
                {review.author_name}
                ", "
                {time::date(review.written_at)}
                {review.edited.then_some(" (edited)")}
            </p>
            <p>{review.body}</p>
        </article>
    }
}

/// What stands where a page could not be shown. The status was set by the server function.
#[component]
pub(crate) fn Failure(error: Error) -> impl IntoView {
    view! {
        <guildhall_ui::Failure error=error>
            <ButtonLink href="/courses">"See all courses"</ButtonLink>
        </guildhall_ui::Failure>
    }
}
