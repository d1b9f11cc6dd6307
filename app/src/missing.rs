//! The page for what isn't there.

use guildhall_ui::{ButtonLink, EmptyState, SearchBox};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// Says so, and where to go on.
#[component]
pub fn Missing() -> impl IntoView {
    #[cfg(feature = "ssr")]
    guildhall_host::set_status(404);
    view! {
        <Title text="Page not found" />
        <Meta name="robots" content="noindex" />
        <h1>"Page not found"</h1>
        <EmptyState title="What you can do" text="Check the address for typing mistakes, or search for what you need.">
            <ButtonLink href="/courses">"See all courses"</ButtonLink>
        </EmptyState>
        <SearchBox />
    }
}
