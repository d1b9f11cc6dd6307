//! Choosing: [`Select`], [`CheckboxGroup`], [`RadioGroup`] and a single [`Checkbox`].
//!
//! Groups are a `<fieldset>` with a `<legend>`; every row of a group is a target of at least 24 px, label included.
//! Keyboard: the browser's own (arrows in a radio group and a select, Space on a checkbox).

use crate::{
    MaybeText,
    field::{described_by, error_line, field_class, field_id, hint_line},
};
use leptos::prelude::*;

/// One thing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// Stands under the label.
    pub hint: Option<String>,
    /// How many results it has; stands at the end of the row.
    pub count: Option<u64>,
    pub selected: bool,
}

impl Choice {
    /// A choice with neither hint nor count.
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self { value: value.into(), label: label.into(), selected, ..Self::default() }
    }

    /// With the number of results behind it.
    #[must_use]
    pub fn with_count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    /// With a line of help.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A drop-down list with a label.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: MaybeText,
    #[prop(optional, into)] error: MaybeText,
    #[prop(optional, into)] id: MaybeText,
    #[prop(optional, into)] autocomplete: MaybeText,
    #[prop(optional)] required: bool,
    /// Label beside the list instead of above it, for a toolbar.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let id = if id.is_some() { id.into_string() } else { field_id(&name) };
    let described = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let class = if inline { "field row" } else { field_class(error.is_some(), false) };
    let hint = hint_line(&id, hint);
    let message = error_line(&id, error);
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            {hint}
            {message}
            <select
                id=id
                name=name
                autocomplete=autocomplete.into_option()
                required=required
                aria-describedby=described
                aria-invalid=invalid
            >
                {options
                    .into_iter()
                    .map(|o| {
                        view! {
                            <option value=o.value selected=o.selected>
                                {o.label}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// One checkbox with its label; sends `value` when ticked, nothing when not.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(default = "true".to_owned(), into)] value: String,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: MaybeText,
    #[prop(optional, into)] error: MaybeText,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let id = field_id(&name);
    let described = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let class = field_class(error.is_some(), false);
    let hint = hint_line(&id, hint);
    let message = error_line(&id, error);
    view! {
        <div class=class>
            {message}
            <label class="check">
                <input
                    type="checkbox"
                    id=id
                    name=name
                    value=value
                    checked=checked
                    required=required
                    aria-describedby=described
                    aria-invalid=invalid
                />
                <span>{label}</span>
            </label>
            {hint}
        </div>
    }
}

/// Any number of a list.
#[component]
pub fn CheckboxGroup(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: MaybeText,
    #[prop(optional, into)] error: MaybeText,
) -> impl IntoView {
    group("checkbox", name, legend, options, hint, error)
}

/// Exactly one of a list.
#[component]
pub fn RadioGroup(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: MaybeText,
    #[prop(optional, into)] error: MaybeText,
) -> impl IntoView {
    group("radio", name, legend, options, hint, error)
}

fn group(
    kind: &'static str,
    name: String,
    legend: String,
    options: Vec<Choice>,
    hint: MaybeText,
    error: MaybeText,
) -> impl IntoView {
    let id = field_id(&name);
    let described = described_by(&id, hint.is_some(), error.is_some());
    let class = field_class(error.is_some(), false);
    let hint = hint_line(&id, hint);
    let message = error_line(&id, error);
    let rows = options
        .into_iter()
        .enumerate()
        .map(|(at, choice)| {
            // The first row carries the group's id, so that the error summary's link lands on something that takes focus.
            let id = if at == 0 { id.clone() } else { format!("{id}-{at}") };
            row(kind, id, name.clone(), choice)
        })
        .collect_view();
    view! {
        <fieldset class=class aria-describedby=described>
            <legend>{legend}</legend>
            {hint}
            {message}
            {rows}
        </fieldset>
    }
}

fn row(kind: &'static str, id: String, name: String, choice: Choice) -> impl IntoView {
    let hint_id = choice.hint.is_some().then(|| format!("{id}-hint"));
    let hint = choice.hint.map(|hint| {
        view! {
            <p class="h" id=hint_id.clone()>
                {hint}
            </p>
        }
    });
    let count = choice.count.map(|count| {
        view! {
            <span class="n">
                {count} <span class="vh">{if count == 1 { " result" } else { " results" }}</span>
            </span>
        }
    });
    view! {
        <label class="check">
            <input type=kind id=id name=name value=choice.value checked=choice.selected aria-describedby=hint_id />
            <span>{choice.label}</span>
            {count}
        </label>
        {hint}
    }
}
