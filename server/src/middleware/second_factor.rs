//! Whoever's role asks for a second factor sets one up before anything else that the role allows.

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use guildhall_kernel::Actor;
use guildhall_types::Error;

use crate::{rest::problem::Problem, state::AppState};

/// Where it is set up.
const SET_UP: &str = "/account/security";

/// Leads an admin or a provider's owner without a second factor from the pages of their role to where one is set up, and
/// refuses what is sent to them. Runs within `actor`.
pub(crate) async fn second_factor(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let actor = request.extensions().get::<Actor>().cloned().unwrap_or_default();
    if !is_of_a_role(request.uri().path()) || actor.user_id().is_none() {
        return next.run(request).await;
    }
    match guildhall_identity::must_set_up(&state.db, &state.factors, &actor).await {
        Ok(false) => next.run(request).await,
        Ok(true) if matches!(*request.method(), Method::GET | Method::HEAD) && !is_function(request.uri().path()) => {
            Redirect::to(SET_UP).into_response()
        }
        Ok(true) => Problem::from(Error::Forbidden).into_response(),
        Err(error) => Problem::from(error.told()).into_response(),
    }
}

fn is_function(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Whether a path belongs to admins or providers: pages, server functions and REST alike.
fn is_of_a_role(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    if segments.next_if_eq(&"api").is_some() {
        // `fn` or `v1`.
        segments.next();
    }
    matches!(segments.next(), Some("admin" | "provider"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_role_and_no_others() {
        for path in [
            "/admin",
            "/admin/",
            "//admin",
            "/admin/people",
            "/provider",
            "/provider/courses",
            "/api/fn/admin/suspend",
            "/api/fn/provider/publish",
            "/api/v1/admin/users",
        ] {
            assert!(is_of_a_role(path), "{path}");
        }
        for path in [
            "/",
            "/providers",
            "/providers/acme",
            "/administration",
            "/account/security",
            "/api/fn/account/read",
            "/learn",
        ] {
            assert!(!is_of_a_role(path), "{path}");
        }
    }
}
