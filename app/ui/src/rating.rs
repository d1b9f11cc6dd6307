//! [`Rating`] and [`RatingHistogram`]. Stars are drawn; what is read out is the text "4.7 of 5".

use crate::{IconName, Markup};
use leptos::prelude::*;

/// Five stars filled to the value, and the value in words.
#[component]
pub fn Rating(
    /// From 0 to 5.
    value: f64,
    /// How many reviews it is the mean of; stands behind it as "from 128 reviews". 0: not shown.
    #[prop(optional)]
    count: u64,
    /// Where the reviews are; makes the count a link.
    #[prop(optional, into)]
    href: crate::MaybeText,
    /// One star and the number, for cards.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let value = value.clamp(0.0, 5.0);
    if compact {
        return compact_rating(Markup::new(), value, count).view().into_any();
    }
    let count = (count > 0).then(|| {
        let text = format!("from {count} {}", if count == 1 { "review" } else { "reviews" });
        match href.into_option() {
            Some(href) => view! { <a href=href.to_string()>{text}</a> }.into_any(),
            None => view! { <span class="meta">{text}</span> }.into_any(),
        }
    });
    view! {
        <span class="rating">
            <Stars value />
            <span>
                <b>{format!("{value:.1}")}</b>
                " of 5"
            </span>
            {count}
        </span>
    }
    .into_any()
}

/// One star and the number, for cards.
pub(crate) fn compact_rating(markup: Markup, value: f64, count: u64) -> Markup {
    let markup = IconName::Star.draw(markup.html("<span class=\"rating compact\">"));
    markup
        .html("<span class=\"vh\">Rated </span>")
        .number(format_args!("{:.1}", value.clamp(0.0, 5.0)))
        .html("<span class=\"vh\"> of 5</span>")
        .when(count > 0, |markup| {
            markup.html("<span class=\"count\">(").number(count).html(")<span class=\"vh\"> reviews</span></span>")
        })
        .html("</span>")
}

/// Only the drawing.
#[component]
fn Stars(value: f64) -> impl IntoView {
    view! {
        <svg class="stars" viewBox="0 0 100 20" aria-hidden="true">
            <rect class="off" width="100" height="20"></rect>
            <rect width=format!("{:.0}", value * 20.0) height="20"></rect>
        </svg>
    }
}

/// How many reviews gave how many stars: a table, with a bar for the eye.
#[component]
pub fn RatingHistogram(
    /// How many reviews gave 1, 2, 3, 4 and 5 stars.
    counts: [u64; 5],
) -> impl IntoView {
    let total: u64 = counts.iter().sum();
    let rows = [1_u64, 2, 3, 4, 5]
        .into_iter()
        .zip(counts)
        .rev()
        .map(|(stars, count)| {
            let percent = (count * 100 + total / 2).checked_div(total).unwrap_or_default();
            Markup::new()
                .html("<tr><th scope=\"row\">")
                .number(stars)
                .html(if stars == 1 { " star" } else { " stars" })
                .html("</th><td class=\"bar\"><svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
                .html("<rect class=\"off\" width=\"100\" height=\"8\"></rect><rect width=\"")
                .number(percent)
                .html("\" height=\"8\"></rect></svg></td><td class=\"n\">")
                .number(count)
                .html("</td><td class=\"n\">")
                .number(percent)
                .html("%</td></tr>")
        })
        .fold(Markup::new(), Markup::append);
    Markup::new()
        .html("<table class=\"histogram\"><caption class=\"vh\">Reviews by number of stars</caption>")
        .html("<thead class=\"vh\"><tr><th scope=\"col\">Stars</th><td></td>")
        .html("<th scope=\"col\">Reviews</th><th scope=\"col\">Share</th></tr></thead><tbody>")
        .append(rows)
        .html("</tbody></table>")
        .view()
}
