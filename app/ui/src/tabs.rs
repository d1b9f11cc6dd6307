//! [`Tabs`]: links that look like tabs. Each is a page of its own, so the address says which one is open and the keyboard
//! works as with any links.

use leptos::prelude::*;

/// One tab: what it says, where it goes.
#[component]
pub fn Tabs(
    #[prop(into)] label: String,
    /// (label, address).
    links: Vec<(String, String)>,
    /// The place of the open one, from 0.
    current: usize,
) -> impl IntoView {
    view! {
        <nav class="tabs" aria-label=label>
            <ul>
                {links
                    .into_iter()
                    .enumerate()
                    .map(|(at, (label, href))| {
                        view! {
                            <li>
                                <a href=href aria-current=(at == current).then_some("page")>
                                    {label}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}
