//! Things that open: [`Menu`] and [`Disclosure`], both a native `<details>`, so they work without JavaScript.
//!
//! Keyboard: Tab to the summary, Enter or Space opens and closes, Tab goes through what is inside. In the browser Escape
//! and a press elsewhere close a menu too.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button that opens a small panel of links (children: usually a `<ul>`).
#[component]
pub fn Menu(#[prop(into)] label: String, children: Children) -> impl IntoView {
    view! {
        <details class="menu" name="menu">
            <summary>
                {label} <crate::Icon name=crate::IconName::Down />
            </summary>
            <div class="panel">{children()}</div>
        </details>
    }
}

/// A titled part of a page that opens: a syllabus's module, a question.
#[component]
pub fn Disclosure(
    #[prop(into)] title: String,
    /// Stands at the end of the title's line: "4 lessons, 50 min".
    #[prop(optional, into)]
    note: crate::MaybeText,
    #[prop(optional)] open: bool,
    /// The title's language, where it is not the page's.
    #[prop(optional_no_strip)]
    lang: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary>
                <span lang=lang>{title}</span>
                {note.into_option().map(|note| view! { <span class="meta">{note}</span> })}
                <crate::Icon name=crate::IconName::Down />
            </summary>
            <div class="in">{children()}</div>
        </details>
    }
}

/// Filters that stand open beside the results where there is room, and fold into a button where there is not.
#[component]
pub fn FilterPanel(
    /// How many filters are set; stands on the button.
    #[prop(optional)]
    active: usize,
    #[prop(default = "Filters".to_owned(), into)] label: String,
    children: Children,
) -> impl IntoView {
    let label = if active == 0 { label } else { format!("{label} ({active})") };
    view! {
        <details class="filters-fold">
            <summary>
                {label} <crate::Icon name=crate::IconName::Down />
            </summary>
            {children()}
        </details>
    }
}

/// Closes open menus on Escape (focus goes back to the menu's button) and on a press elsewhere. Once a page.
#[island]
pub fn MenuKeys() -> impl IntoView {
    Effect::new(move |_| {
        let keys = window_event_listener(leptos::ev::keydown, |event| {
            if event.key() == "Escape" {
                close_menus(None, true);
            }
        });
        let press = window_event_listener(leptos::ev::click, |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            close_menus(target.as_ref(), false);
        });
        // The listeners live as long as the page does.
        std::mem::forget((keys, press));
    });
}

/// Closes every open menu that does not hold `inside`.
fn close_menus(inside: Option<&web_sys::Node>, refocus: bool) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let Ok(Some(menu)) = document.query_selector("details.menu[open]") else {
        return;
    };
    if inside.is_some_and(|node| menu.contains(Some(node))) {
        return;
    }
    let had_focus = document.active_element().is_some_and(|focused| menu.contains(Some(&focused)));
    let _ = menu.remove_attribute("open");
    if refocus
        && had_focus
        && let Ok(Some(summary)) = menu.query_selector("summary")
        && let Some(summary) = summary.dyn_ref::<web_sys::HtmlElement>()
    {
        let _ = summary.focus();
    }
}
