//! The app's pages: what Leptos finds around it for each request.

use axum::http::request::Parts;
use guildhall_host::RequestInfo;
use guildhall_kernel::Actor;
use leptos::prelude::*;

use crate::state::AppState;

/// Puts actor, services and the outcome of a plain form into Leptos' context.
pub(crate) fn provide(state: &AppState) {
    provide_context(state.db.clone());
    provide_context(state.index.clone());
    provide_context(state.passwords.clone());
    provide_context(state.throttle.clone());
    provide_context(state.federation.clone());
    provide_context(state.stripe.clone());
    let Some(parts) = use_context::<Parts>() else { return };
    provide_context(parts.extensions.get::<Actor>().cloned().unwrap_or_default());
    provide_context(parts.extensions.get::<RequestInfo>().cloned().unwrap_or_default());
    if let Some(failed) = parts.uri.query().and_then(failed_action) {
        provide_context(failed);
    }
}

/// A form that failed without JavaScript comes back with the action's path and the error in the address.
fn failed_action(query: &str) -> Option<ServerActionError> {
    let find = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    Some(ServerActionError::new(&find("__path")?, &find("__err")?))
}
