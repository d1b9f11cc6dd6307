//! Figures: [`Table`], [`StatList`], [`BarChart`].

use crate::{Icon, IconName, MaybeText, field::field_id};
use leptos::prelude::*;

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    Ascending,
    Descending,
}

/// One column of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Right-aligned, tabular figures. Its cells need `class="n"`.
    pub numeric: bool,
    /// Where to go to sort by it.
    pub href: Option<String>,
    /// How it is sorted now.
    pub order: Option<SortOrder>,
}

impl Column {
    /// A column of words.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of figures.
    pub fn numeric(label: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::text(label) }
    }

    /// Sorted by following `href`; `order` is how it is sorted now.
    #[must_use]
    pub fn sorted_by(self, href: impl Into<String>, order: Option<SortOrder>) -> Self {
        Self { href: Some(href.into()), order, ..self }
    }
}

/// A table with a caption, in a region of its own that scrolls sideways (and takes focus for it) where it is too wide.
///
/// Children are its rows: `<tr><th scope="row">…</th><td class="n">…</td></tr>`.
#[component]
pub fn Table(
    #[prop(into)] caption: String,
    columns: Vec<Column>,
    /// The caption is only read, not seen.
    #[prop(optional)]
    hide_caption: bool,
    children: Children,
) -> impl IntoView {
    let id = format!("t-{}", field_id(&caption));
    let labelled_by = id.clone();
    let head = columns
        .into_iter()
        .map(|column| {
            let sort = match column.order {
                Some(SortOrder::Ascending) => Some("ascending"),
                Some(SortOrder::Descending) => Some("descending"),
                None => None,
            };
            let label = match column.href {
                Some(href) => view! {
                    <a href=href>
                        {column.label} {sort.map(|_| view! { <Icon name=IconName::Down /> })}
                    </a>
                }
                .into_any(),
                None => column.label.into_any(),
            };
            view! {
                <th scope="col" class=column.numeric.then_some("n") aria-sort=sort>
                    {label}
                </th>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" tabindex="0" aria-labelledby=labelled_by>
            <table class="data">
                <caption id=id class=hide_caption.then_some("vh")>
                    {caption}
                </caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

/// A figure and what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    pub value: String,
    pub label: String,
}

impl Stat {
    /// The value as it is to be read: "£12,480.00", "78%".
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Several figures side by side.
#[component]
pub fn StatList(
    stats: Vec<Stat>,
    /// Between two rules, label first: for the public pages.
    #[prop(optional)]
    ruled: bool,
) -> impl IntoView {
    view! {
        <dl class=if ruled { "facts" } else { "stats" }>
            {stats
                .into_iter()
                .map(|stat| {
                    view! {
                        <div>
                            <dt>{stat.label}</dt>
                            <dd>{stat.value}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

/// One bar of a [`BarChart`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    pub value: u64,
    /// The value as it is to be read: "£1,200.00".
    pub display: String,
}

impl Bar {
    /// A bar with its value in words.
    pub fn new(label: impl Into<String>, value: u64, display: impl Into<String>) -> Self {
        Self { label: label.into(), value, display: display.into() }
    }
}

/// Bars that compare amounts. It is a table with the bars drawn into it, so what is read out is exactly what is seen, and
/// it stays legible on a phone.
#[component]
pub fn BarChart(
    #[prop(into)] caption: String,
    /// What the labels are: "Month".
    #[prop(into)]
    label_heading: String,
    /// What the values are: "Sales".
    #[prop(into)]
    value_heading: String,
    bars: Vec<Bar>,
    #[prop(optional, into)] note: MaybeText,
) -> impl IntoView {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default().max(1);
    let rows = bars
        .into_iter()
        .map(|bar| {
            // Tenths of a percent; in u128 so that no amount overflows.
            let width = u128::from(bar.value) * 1_000 / u128::from(most);
            view! {
                <tr>
                    <th scope="row">{bar.label}</th>
                    <td class="bar">
                        <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                            <rect width=width.to_string() height="10"></rect>
                        </svg>
                    </td>
                    <td class="n">{bar.display}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="chart">
            <caption>{caption}</caption>
            <thead class="vh">
                <tr>
                    <th scope="col">{label_heading}</th>
                    <td></td>
                    <th scope="col">{value_heading}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {note.into_option().map(|note| view! { <p class="meta">{note}</p> })}
    }
}
