//! The app's pages: what Leptos finds around it for each request.

use axum::http::request::Parts;
use guildhall_host::RequestInfo;
use guildhall_kernel::Actor;
use leptos::prelude::*;

use crate::{middleware::PageNonce, state::AppState};

/// Puts actor and services into Leptos' context. The outcome of a plain form the router finds in the address by itself.
pub(crate) fn provide(state: &AppState) {
    provide_context(state.db.clone());
    provide_context(state.index.clone());
    provide_context(state.passwords.clone());
    provide_context(state.throttle.clone());
    provide_context(state.stripe.clone());
    let Some(parts) = use_context::<Parts>() else { return };
    provide_context(parts.extensions.get::<Actor>().cloned().unwrap_or_default());
    provide_context(parts.extensions.get::<RequestInfo>().cloned().unwrap_or_default());
    if let Some(nonce) = parts.extensions.get::<PageNonce>() {
        // In place of the one that leptos_axum made: this one stands in the answer's policy.
        provide_context(leptos::nonce::Nonce::from_value(nonce.0.clone()));
    }
}
