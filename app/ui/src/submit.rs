//! [`SubmitButton`]: the button of a form that must not be sent twice.
//!
//! In the browser it says "Working…" once the form is on its way and lets no second press through. It uses
//! `aria-disabled`, so focus stays on it and screen readers hear the change. Coming back with the back button, or waiting
//! 20 seconds for nothing, makes it ready again. Without JavaScript it is a plain button; the server refuses doubles anyway.

use crate::{
    button::{ButtonKind, class_of},
    text::MaybeText,
};
use leptos::{html, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};

const GIVE_UP: Duration = Duration::from_secs(20);

/// A form's submit button that works once.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    /// What it is about, for screen readers alone, where the page shows it beside the button: they read it after the label.
    #[prop(optional, into)]
    about: MaybeText,
    /// What it says while the form is on its way.
    #[prop(default = "Working…".to_owned(), into)]
    busy_label: String,
    #[prop(optional)] kind: ButtonKind,
    /// Takes the whole width of its column.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    view! { <SubmitOnce label about=about.into_string() busy_label class=class_of(kind, wide) /> }
}

/// The island behind [`SubmitButton`].
#[island]
fn SubmitOnce(label: String, about: String, busy_label: String, class: String) -> impl IntoView {
    let busy = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(form) = button.get().and_then(|button| button.form()) {
            watch(&form, busy);
        }
    });
    let text = move || {
        if busy.get() { busy_label.clone() } else { label.clone() }
    };
    let about = (!about.is_empty()).then(|| {
        let words = move || if busy.get() { String::new() } else { format!(" {about}") };
        view! { <span class="vh">{words}</span> }
    });
    view! {
        <button
            type="submit"
            class=class
            node_ref=button
            aria-disabled=move || busy.get().then_some("true")
            aria-live="polite"
        >
            {text}
            {about}
        </button>
    }
}

/// Lets the form's first submit through and stops those after it.
fn watch(form: &web_sys::HtmlFormElement, busy: RwSignal<bool>) {
    let on_submit = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if !event.default_prevented() {
            busy.set(true);
            set_timeout(move || busy.set(false), GIVE_UP);
        }
    });
    let listened = form.add_event_listener_with_callback("submit", on_submit.as_ref().unchecked_ref());
    if listened.is_ok() {
        // The listener lives as long as the page does.
        on_submit.forget();
    }
    // A page that comes back from the browser's back-forward cache comes back as it was left.
    let shown = window_event_listener_untyped("pageshow", move |_| busy.set(false));
    std::mem::forget(shown);
}
