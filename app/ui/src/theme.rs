//! The theme: light, dark, or what the device says.
//!
//! The choice is the cookie `theme` (`light` or `dark`; none means the device's). The page's `<html>` carries it as
//! `data-theme`. [`ThemeSwitch`] posts `theme` to `/theme`, which sets the cookie and sends the person back; in the browser
//! the switch does both at once without leaving the page.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    Light,
    Dark,
    #[default]
    System,
}

impl ThemeChoice {
    /// Every choice, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::System];

    /// Its name in the form and in the cookie.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    /// From a form's or cookie's value; anything unknown is what the device says.
    pub fn parse(value: &str) -> Self {
        Self::ALL.into_iter().find(|choice| choice.name() == value).unwrap_or_default()
    }

    /// The value of `<html data-theme>`; none for what the device says.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then_some(self.name())
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Dark => "Dark",
            Self::System => "Auto",
        }
    }

    const fn icon(self) -> crate::IconName {
        match self {
            Self::Light => crate::IconName::Sun,
            Self::Dark => crate::IconName::Moon,
            Self::System => crate::IconName::Screen,
        }
    }
}

/// Three buttons, the chosen one pressed.
#[island]
pub fn ThemeSwitch(current: ThemeChoice) -> impl IntoView {
    let chosen = RwSignal::new(current);
    let choose = move |choice: ThemeChoice| {
        move |event: leptos::ev::MouseEvent| {
            // Without this the form posts: the way that also works without JavaScript.
            if apply(choice) {
                event.prevent_default();
                chosen.set(choice);
            }
        }
    };
    view! {
        <form class="theme" method="post" action="/theme" aria-label="Colours">
            {ThemeChoice::ALL
                .into_iter()
                .map(|choice| {
                    view! {
                        <button
                            type="submit"
                            name="theme"
                            value=choice.name()
                            aria-pressed=move || if chosen.get() == choice { "true" } else { "false" }
                            on:click=choose(choice)
                        >
                            <crate::Icon name=choice.icon() />
                            {choice.label()}
                        </button>
                    }
                })
                .collect_view()}
        </form>
    }
}

/// Paints the page and keeps the choice for a year; false where the browser refuses, and then the form does it.
fn apply(choice: ThemeChoice) -> bool {
    use wasm_bindgen::JsCast;
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return false;
    };
    let Some(root) = document.document_element() else {
        return false;
    };
    let painted = match choice.attribute() {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
    let age = if choice == ThemeChoice::System { 0 } else { 31_536_000 };
    let cookie = format!("theme={}; Path=/; Max-Age={age}; SameSite=Lax", choice.name());
    let kept = document.dyn_ref::<web_sys::HtmlDocument>().map(|document| document.set_cookie(&cookie));
    painted.is_ok() && matches!(kept, Some(Ok(())))
}

#[cfg(test)]
mod tests {
    use super::ThemeChoice;

    #[test]
    fn names_come_back() {
        for choice in ThemeChoice::ALL {
            assert_eq!(ThemeChoice::parse(choice.name()), choice);
        }
        assert_eq!(ThemeChoice::parse("<script>"), ThemeChoice::System);
        assert_eq!(ThemeChoice::System.attribute(), None);
    }
}
