//! Parts that several of the area's pages show.

use guildhall_types::{
    Error,
    catalog::{CourseCard, RatingSummary, ReviewView},
    language, time,
};
use guildhall_ui::{ButtonLink, Card, EmptyState, Rating};
use leptos::prelude::*;
use leptos_meta::Title;

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
    view! {
        <Card href=format!("/courses/{}", card.slug) title=card.title title_html=title_html lang=lang.clone() cover=format!("/covers/{}.svg", card.id) meta=meta lazy=lazy>
            {snippet_html.map(|html| view! { <p class="snippet" lang=lang.clone() inner_html=html></p> })}
            <span class="price">{card.price.price_label()}</span>
            <span class="grow"></span>
            {stars(card.rating)}
        </Card>
    }
}

/// The stars of a card; nothing before there are any.
pub(crate) fn stars(rating: RatingSummary) -> impl IntoView {
    rating
        .tenths()
        .and_then(|tenths| u32::try_from(tenths).ok())
        .map(|tenths| view! { <Rating value=f64::from(tenths) / 10.0 count=rating.count compact=true /> })
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
    let title = match error {
        Error::NotFound => "Page not found",
        _ => "Something went wrong",
    };
    view! {
        <Title text=title />
        <h1>{title}</h1>
        <EmptyState title="What you can do" text=error.to_string()>
            <ButtonLink href="/courses">"See all courses"</ButtonLink>
        </EmptyState>
    }
}
