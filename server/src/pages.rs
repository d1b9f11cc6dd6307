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
    provide_context(state.stripe.clone());
    let Some((actor, info, failed)) = with_context::<Parts, _>(|parts| {
        let actor = parts.extensions.get::<Actor>().cloned();
        let info = parts.extensions.get::<RequestInfo>().cloned();
        (actor.unwrap_or_default(), info.unwrap_or_default(), parts.uri.query().and_then(failed_action))
    }) else {
        return;
    };
    provide_context(actor);
    provide_context(info);
    if let Some(failed) = failed {
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
