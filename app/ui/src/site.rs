//! The frame around every page: [`SiteHeader`] and [`SiteFooter`].

use crate::{Menu, MenuKeys, ThemeChoice, ThemeSwitch};
use leptos::prelude::*;

/// Which of the main navigation's places a page belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    Courses,
    Providers,
    #[default]
    Elsewhere,
}

const PLACES: [(Place, &str, &str); 2] =
    [(Place::Courses, "Courses", "/courses"), (Place::Providers, "Providers", "/providers")];

/// Who is signed in, as the header shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUser {
    pub name: String,
    /// (label, address) of what the menu offers; signing out is always its last entry.
    pub links: Vec<(String, String)>,
}

/// The mark: a quartered tile.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7"></rect>
            <path d="M16 4a12 12 0 0 1 12 12H16zM16 28A12 12 0 0 1 4 16h12z" class="a"></path>
            <path d="M16 4A12 12 0 0 0 4 16h12z" class="b"></path>
        </svg>
    }
}

/// Mark, main navigation, and the person's menu or the ways in. On a narrow screen all of it folds into one menu.
#[component]
pub fn SiteHeader(
    #[prop(optional)] place: Place,
    /// `None`: nobody is signed in.
    #[prop(optional_no_strip)]
    user: Option<HeaderUser>,
) -> impl IntoView {
    let (entry, small) = match user {
        Some(user) => {
            let links = user_links(user.links.clone()).into_any();
            (
                view! { <div class="mine"><Menu label=user.name><ul>{user_links(user.links)}</ul></Menu></div> }
                    .into_any(),
                links,
            )
        }
        None => {
            let entry = view! {
                <a class="enter" href="/sign-in">
                    "Sign in"
                </a>
                <a class="btn join" href="/sign-up">
                    "Create an account"
                </a>
            };
            (
                entry.into_any(),
                view! { <li><a href="/sign-in">"Sign in"</a></li><li><a href="/sign-up">"Create an account"</a></li> }
                    .into_any(),
            )
        }
    };
    view! {
        <header class="top">
            <div class="wrap">
                <a class="mark" href="/">
                    <Mark />
                    "Guildhall"
                </a>
                <nav class="main" aria-label="Main">
                    <ul>{places(place)}</ul>
                </nav>
                <span class="grow"></span>
                {entry}
                <div class="small-nav">
                    <Menu label="Menu">
                        <nav aria-label="Main">
                            <ul>{places(place)} {small}</ul>
                        </nav>
                    </Menu>
                </div>
                <MenuKeys />
            </div>
        </header>
    }
}

fn places(here: Place) -> impl IntoView {
    PLACES
        .into_iter()
        .map(|(place, label, href)| {
            view! {
                <li>
                    <a href=href aria-current=(place == here).then_some("page")>
                        {label}
                    </a>
                </li>
            }
        })
        .collect_view()
}

/// What a signed-in person's menu holds.
fn user_links(links: Vec<(String, String)>) -> impl IntoView {
    view! {
        {links.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect_view()}
        <li>
            <form method="post" action="/sign-out">
                <button class="link">"Sign out"</button>
            </form>
        </li>
    }
}

const FOOTER: [(&str, &str); 4] = [
    ("Accessibility", "/accessibility"),
    ("Privacy", "/privacy"),
    ("Terms", "/terms"),
    ("How our algorithms decide", "/transparency"),
];

/// What the site owes its readers, and the theme switch.
#[component]
pub fn SiteFooter(
    /// What the person chose, from the cookie `theme`.
    #[prop(optional)]
    theme: ThemeChoice,
) -> impl IntoView {
    view! {
        <footer class="bottom">
            <div class="wrap">
                <nav aria-label="Footer">
                    <ul>
                        {FOOTER.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect_view()}
                    </ul>
                </nav>
                <ThemeSwitch current=theme />
                <p>"Guildhall is open source. Your fee is held until you finish."</p>
            </div>
        </footer>
    }
}
