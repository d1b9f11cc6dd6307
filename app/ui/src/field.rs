//! [`Field`]: a label, a hint, an error and one input, tied together for screen readers.
//!
//! The input's `aria-describedby` names the hint and the error, `aria-invalid` stands when there is an error, and the
//! whole field carries a red bar beside it and words, so that colour is never the only sign. Its id is [`field_id`] of its
//! name, which is where [`crate::ErrorSummary`] links to.

use crate::MaybeText;
use leptos::prelude::*;

/// What kind of input, which decides keyboard and checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    #[default]
    Text,
    Email,
    Password,
    Search,
    Number,
    Tel,
    Url,
    Date,
    /// Several lines; see `rows`.
    Textarea,
}

impl FieldKind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Textarea => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Search => "search",
            Self::Number => "number",
            Self::Tel => "tel",
            Self::Url => "url",
            Self::Date => "date",
        }
    }
}

/// The id of the input called `name`: letters, digits, `-` and `_` stay, anything else becomes `-`.
pub fn field_id(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// The ids that `aria-describedby` lists.
pub(crate) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-hint {id}-error")),
    }
}

/// The line that says what is wrong, empty when nothing is.
pub(crate) fn error_line(id: &str, error: MaybeText) -> impl IntoView + use<> {
    let id = format!("{id}-error");
    error.into_option().map(|error| {
        view! {
            <p class="e" id=id>
                <span class="vh">"Error: "</span>
                {error}
            </p>
        }
    })
}

/// The line of help under a label, empty when there is none.
pub(crate) fn hint_line(id: &str, hint: MaybeText) -> impl IntoView + use<> {
    let id = format!("{id}-hint");
    hint.into_option().map(|hint| {
        view! {
            <p class="h" id=id>
                {hint}
            </p>
        }
    })
}

/// One labelled input.
#[component]
pub fn Field(
    /// The form's name for the value.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    #[prop(optional)] kind: FieldKind,
    /// Help that stands between label and input.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the value and what to do, in words.
    #[prop(optional, into)]
    error: MaybeText,
    /// What stands in the input. Give back what the person typed (never for passwords).
    #[prop(optional, into)]
    value: MaybeText,
    /// The HTML autocomplete token: `email`, `current-password`, `new-password`, `name`, `one-time-code`...
    #[prop(optional, into)]
    autocomplete: MaybeText,
    /// The on-screen keyboard: `numeric`, `decimal`, `email`, `search`.
    #[prop(optional, into)]
    inputmode: MaybeText,
    #[prop(optional, into)] placeholder: MaybeText,
    /// Only where a page has two inputs of one name; the default is [`field_id`] of the name.
    #[prop(optional, into)]
    id: MaybeText,
    #[prop(optional)] required: bool,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional, into)] min: MaybeText,
    #[prop(optional, into)] max: MaybeText,
    #[prop(optional, into)] step: MaybeText,
    /// The id of a `<datalist>` with suggestions.
    #[prop(optional, into)]
    list: MaybeText,
    /// Lines of a textarea.
    #[prop(default = 6)]
    rows: u32,
    /// Narrow, for a few digits.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let id = if id.is_some() { id.into_string() } else { field_id(&name) };
    let described = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    let class = field_class(error.is_some(), short);
    let hint = hint_line(&id, hint);
    let message = error_line(&id, error);
    let spellcheck = matches!(kind, FieldKind::Email | FieldKind::Password | FieldKind::Url).then_some("false");
    let input = if kind == FieldKind::Textarea {
        view! {
            <textarea
                id=id.clone()
                name=name
                rows=rows
                autocomplete=autocomplete.into_option()
                placeholder=placeholder.into_option()
                required=required
                maxlength=maxlength
                aria-describedby=described
                aria-invalid=invalid
                inner_html=escape(&value.into_string())
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id.clone()
                name=name
                type=kind.input_type()
                value=value.into_option()
                autocomplete=autocomplete.into_option()
                inputmode=inputmode.into_option()
                placeholder=placeholder.into_option()
                spellcheck=spellcheck
                autocapitalize=spellcheck.map(|_| "none")
                required=required
                maxlength=maxlength
                min=min.into_option()
                max=max.into_option()
                step=step.into_option()
                list=list.into_option()
                aria-describedby=described
                aria-invalid=invalid
            />
        }
        .into_any()
    };
    let input = if kind == FieldKind::Password {
        view! {
            <div class="secret">
                {input} <crate::RevealPassword input=id.clone() />
            </div>
        }
        .into_any()
    } else {
        input
    };
    view! {
        <div class=class>
            <label for=id>{label}</label>
            {hint}
            {message}
            {input}
        </div>
    }
}

pub(crate) const fn field_class(bad: bool, short: bool) -> &'static str {
    match (bad, short) {
        (false, false) => "field",
        (true, false) => "field bad",
        (false, true) => "field short",
        (true, true) => "field bad short",
    }
}

/// A textarea's content, where the first line break would be swallowed by the HTML parser if it were not doubled.
fn escape(text: &str) -> String {
    let body = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if body.starts_with('\n') { format!("\n{body}") } else { body }
}

#[cfg(test)]
mod tests {
    use super::{described_by, escape, field_id};

    #[test]
    fn ids_are_safe_in_a_fragment() {
        assert_eq!(field_id("email"), "email");
        assert_eq!(field_id("form[new_password]"), "form-new_password-");
    }

    #[test]
    fn description_lists_what_is_there() {
        assert_eq!(described_by("a", false, false), None);
        assert_eq!(described_by("a", true, true).as_deref(), Some("a-hint a-error"));
    }

    #[test]
    fn textarea_content_cannot_end_the_textarea() {
        assert_eq!(escape("</textarea>"), "&lt;/textarea&gt;");
        assert_eq!(escape("\na"), "\n\na");
    }
}
