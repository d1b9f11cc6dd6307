//! The app's pages: what Leptos finds around it for each request.

use axum::http::request::Parts;
use guildhall_host::RequestInfo;
use guildhall_kernel::Actor;
use leptos::prelude::*;

use crate::{middleware::PageNonce, state::AppState};

/// Puts actor and services into Leptos' context. The outcome of a plain form the router finds in the address by itself.
pub(crate) fn provide(state: &AppState) {
    // Pages are rendered in tasks of their own, which the request's origin does not reach.
    provide_context(state.db.clone().pinned());
    provide_context(state.index.clone());
    provide_context(state.passwords.clone());
    provide_context(state.throttle.clone());
    provide_context(state.federation.clone());
    provide_context(state.tokens.clone());
    provide_context(state.dns.clone());
    provide_context(state.factors.clone());
    provide_context(state.stripe.clone());
    let Some((actor, info, nonce)) = with_context::<Parts, _>(|parts| {
        let actor = parts.extensions.get::<Actor>().cloned();
        let info = parts.extensions.get::<RequestInfo>().cloned();
        (actor.unwrap_or_default(), info.unwrap_or_default(), parts.extensions.get::<PageNonce>().cloned())
    }) else {
        return;
    };
    provide_context(actor);
    provide_context(info);
    if let Some(nonce) = nonce {
        // In place of the one that leptos_axum made: this one stands in the answer's policy.
        provide_context(leptos::nonce::Nonce::from_value(nonce.0));
    }
}
