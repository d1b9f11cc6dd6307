//! The stylesheet and the scripts of every page.
//!
//! Their names carry hashes, which Leptos reads from disk for each page. They can't change while the program runs, so its markup
//! is made once.

use std::sync::OnceLock;

use leptos::{prelude::*, tachys::html::InertElement};
use leptos_meta::HashedStylesheet;

/// Leptos' own `<link>`s and `<script>`s for these options.
pub(crate) fn assets(options: LeptosOptions) -> impl IntoView {
    static MARKUP: OnceLock<String> = OnceLock::new();
    let markup = MARKUP.get_or_init(|| {
        Owner::new().with(|| {
            view! {
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options=options.clone() />
                <HydrationScripts options=options islands=true />
            }
            .to_html()
        })
    });
    // What `HydrationScripts` says to each page that has islands: only they hydrate.
    #[cfg(feature = "ssr")]
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    InertElement::new(markup.as_str())
}
