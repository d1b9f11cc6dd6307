//! The stylesheet and the scripts of every page.
//!
//! Their names carry hashes, which Leptos reads from disk for each page. They can't change while the program runs, so its markup
//! is made once, and each answer's nonce is put in.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    leptos::{
        nonce::{Nonce, use_nonce},
        tachys::html::InertElement,
    },
    leptos_meta::HashedStylesheet,
    std::sync::OnceLock,
};

/// Stands where a nonce belongs. A nonce is base64: it can't look like this.
#[cfg(feature = "ssr")]
const PLACE: &str = "{nonce}";

/// Leptos' own `<link>`s and `<script>`s for these options.
#[cfg(feature = "ssr")]
pub(crate) fn assets(options: LeptosOptions) -> impl IntoView {
    static MARKUP: OnceLock<String> = OnceLock::new();
    let markup = MARKUP.get_or_init(|| {
        Owner::new().with(|| {
            provide_context(Nonce::from_value(PLACE));
            view! {
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options=options.clone() />
                <HydrationScripts options=options islands=true />
            }
            .to_html()
        })
    });
    // What `HydrationScripts` says to each page that has islands: only they hydrate.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    InertElement::new(markup.replace(PLACE, &nonce))
}

/// The browser has them already.
#[cfg(not(feature = "ssr"))]
pub(crate) fn assets(_: LeptosOptions) -> impl IntoView {}
