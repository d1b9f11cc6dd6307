//! Parts of every page's frame that are not its header or footer.

use leptos::prelude::*;

/// The first thing on a page: jumps over the header to `<main id="main" tabindex="-1">`.
#[component]
pub fn SkipLink() -> impl IntoView {
    view! {
        <a class="skip" href="#main">
            "Skip to main content"
        </a>
    }
}

/// Words for screen readers only.
#[component]
pub fn VisuallyHidden(children: Children) -> impl IntoView {
    view! { <span class="vh">{children()}</span> }
}

/// Where this page is: (label, address), the outermost first. The page itself is not part of it.
#[component]
pub fn Breadcrumbs(links: Vec<(String, String)>) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <ol>
                {links
                    .into_iter()
                    .map(|(label, href)| view! { <li><a href=href>{label}</a></li> })
                    .collect_view()}
            </ol>
        </nav>
    }
}

/// A heading with something at the end of its line: a link to more, a date, a button.
#[component]
pub fn SectionHead(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="head">
            <h2>{title}</h2>
            {children.map(|children| children())}
        </div>
    }
}

/// The search box: a GET form to the catalogue.
#[component]
pub fn SearchBox(
    #[prop(optional, into)] value: crate::MaybeText,
    #[prop(default = "/courses".to_owned(), into)] action: String,
    #[prop(default = "What do you want to be able to do?".to_owned(), into)] placeholder: String,
    #[prop(default = "Search courses".to_owned(), into)] label: String,
) -> impl IntoView {
    view! {
        <form class="search" role="search" action=action method="get">
            <input
                type="search"
                name="q"
                value=value.into_option()
                placeholder=placeholder
                aria-label=label
                autocomplete="off"
                maxlength="200"
            />
            <button class="btn" type="submit">
                "Search"
            </button>
        </form>
    }
}
