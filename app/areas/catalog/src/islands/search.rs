//! The search field with suggestions: an editable combobox with a list (WAI-ARIA APG), a plain GET form underneath.

use guildhall_types::search::{Suggestion, SuggestionKind};
use leptos::{prelude::*, task::spawn_local};

use crate::api::suggest;

const KINDS: [(SuggestionKind, &str); 3] =
    [(SuggestionKind::Course, "Course"), (SuggestionKind::Skill, "Skill"), (SuggestionKind::Provider, "Provider")];

fn kind_label(kind: SuggestionKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, label)| *label)
}

/// The search field. On the catalogue page it is part of the filters' form, so that words and filters go together.
#[island]
pub fn SearchCombobox(value: String, id: String, filters: bool) -> impl IntoView {
    let text = RwSignal::new(value.clone());
    let found = RwSignal::new(Vec::<Suggestion>::new());
    let active = RwSignal::new(None::<usize>);
    let asked = StoredValue::new(0_u32);
    let list_id = format!("{id}-list");
    let option_id = {
        let id = id.clone();
        move |place: usize| format!("{id}-option-{place}")
    };

    let ask = move |typed: String| {
        text.set(typed.clone());
        active.set(None);
        asked.update_value(|number| *number = number.wrapping_add(1));
        let mine = asked.get_value();
        if typed.trim().is_empty() {
            found.set(Vec::new());
            return;
        }
        spawn_local(async move {
            if let Ok(list) = suggest(typed).await {
                // A slow answer must not replace a newer one.
                if asked.get_value() == mine {
                    found.set(list);
                }
            }
        });
    };
    let close = move || {
        asked.update_value(|number| *number = number.wrapping_add(1));
        found.set(Vec::new());
        active.set(None);
    };
    let go = move |place: usize| {
        let href = found.with_untracked(|list| list.get(place).map(|one| one.href.clone()));
        if let (Some(href), Some(window)) = (href, web_sys::window()) {
            let _ = window.location().set_href(&href);
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        let length = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if length > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % length)));
            }
            "ArrowUp" if length > 0 => {
                event.prevent_default();
                active.update(|at| *at = Some(at.map_or(length - 1, |at| (at + length - 1) % length)));
            }
            // Without this the browser empties a search field at the same time.
            "Escape" if length > 0 => {
                event.prevent_default();
                close();
            }
            "Enter" => {
                if let Some(place) = active.get_untracked() {
                    event.prevent_default();
                    go(place);
                }
            }
            _ => {}
        }
    };
    let status = move || match found.with(Vec::len) {
        0 => String::new(),
        1 => "1 suggestion".to_owned(),
        more => format!("{more} suggestions. Use the arrow keys."),
    };
    let options = {
        let option_id = option_id.clone();
        move || {
            let option_id = option_id.clone();
            found
                .get()
                .into_iter()
                .enumerate()
                .map(|(place, one)| {
                    let chosen = move || active.get() == Some(place);
                    view! {
                        <li
                            role="option"
                            id=option_id(place)
                            aria-selected=move || if chosen() { "true" } else { "false" }
                            class:active=chosen
                            on:mousedown=move |event| {
                                event.prevent_default();
                                go(place);
                            }
                        >
                            <span>{one.label}</span>
                            <span class="meta">{kind_label(one.kind)}</span>
                        </li>
                    }
                })
                .collect_view()
        }
    };
    let expanded = move || if found.with(Vec::is_empty) { "false" } else { "true" };
    let current = move || active.get().map(&option_id);
    let form = filters.then_some("filters");
    view! {
        <form class="search" role="search" action="/courses" method="get">
            <input
                id=id
                name="q"
                type="search"
                form=form
                value=value
                maxlength="200"
                placeholder="What do you want to be able to do?"
                aria-label="Search courses"
                autocomplete="off"
                autocapitalize="none"
                role="combobox"
                aria-autocomplete="list"
                aria-expanded=expanded
                aria-controls=list_id.clone()
                aria-activedescendant=current
                on:input=move |event| ask(event_target_value(&event))
                on:keydown=key
                on:blur=move |_| close()
            />
            <button class="btn" form=form>
                "Search"
            </button>
            <ul class="suggestions" role="listbox" id=list_id aria-label="Suggestions" hidden=move || found.with(Vec::is_empty)>
                {options}
            </ul>
            <span class="vh" role="status">
                {status}
            </span>
        </form>
    }
}
