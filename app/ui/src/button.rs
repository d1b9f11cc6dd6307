//! Buttons do something, links go somewhere; both can look like a button.
//!
//! States: rest, hover, active, focus (3 px ring), disabled. Keyboard: the browser's own (Enter and Space on a button,
//! Enter on a link).

use leptos::prelude::*;

/// How much a button asks for attention: one primary button a page, the rest quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing most people come to do here.
    #[default]
    Primary,
    /// Everything else.
    Quiet,
    /// Deletes or gives up something.
    Danger,
}

impl ButtonKind {
    /// The CSS classes.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn",
            Self::Quiet => "btn quiet",
            Self::Danger => "btn danger",
        }
    }
}

/// A `<button>`. In a form leave `kind_of` at `submit`; see [`crate::SubmitButton`] for one that cannot be pressed twice.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    /// `submit` (default), `button` or `reset`.
    #[prop(default = "submit")]
    button_type: &'static str,
    /// With `value`: what the form sends when this button is the one pressed.
    #[prop(optional, into)]
    name: crate::MaybeText,
    #[prop(optional, into)] value: crate::MaybeText,
    #[prop(optional)] disabled: bool,
    /// Takes the whole width of its column.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=button_type
            class=class_of(kind, wide)
            name=name.into_option()
            value=value.into_option()
            disabled=disabled
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(optional)] kind: ButtonKind,
    /// Takes the whole width of its column.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=class_of(kind, wide) href=href>
            {children()}
        </a>
    }
}

/// The classes of a button of this kind.
pub(crate) fn class_of(kind: ButtonKind, wide: bool) -> String {
    if wide { format!("{} wide", kind.class()) } else { kind.class().to_owned() }
}
