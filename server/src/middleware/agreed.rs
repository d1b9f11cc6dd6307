//! Whoever has not agreed to the terms as they stand is asked before going on: people who came through their organisation, and
//! everybody once the terms have changed. What they may not do until then is held by the policy table
//! (`guildhall_kernel::policy`); this only asks them before a page is made, rather than when its button is pressed.

use axum::{
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use guildhall_kernel::Actor;

/// The parts of the site that one uses rather than reads. One's own account is not among them: a copy of one's data, and having
/// it erased, are there for those too who do not agree.
const USED: [&str; 4] = ["learn", "checkout", "provider", "enterprise"];

/// Leads from those pages to where one agrees, and back. Runs within `actor`.
pub(crate) async fn agreed(request: Request, next: Next) -> Response {
    let actor = request.extensions().get::<Actor>();
    let must_agree = actor.and_then(|actor| actor.user().ok()).is_some_and(|user| user.must_agree);
    if !must_agree || !is_asked_before(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let back = request.uri().path_and_query().map_or("/learn", |path| path.as_str());
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
    Redirect::to(&format!("/account/agree?{query}")).into_response()
}

fn is_asked_before(method: &Method, path: &str) -> bool {
    let first = path.split('/').find(|segment| !segment.is_empty()).unwrap_or_default();
    matches!(*method, Method::GET | Method::HEAD) && USED.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_uses_and_nothing_else() {
        for path in ["/learn", "/learn/x/lessons/y", "//checkout/a", "/provider", "/enterprise/seats"] {
            assert!(is_asked_before(&Method::GET, path), "{path}");
            assert!(!is_asked_before(&Method::POST, path), "{path}");
        }
        for path in [
            "/",
            "/courses",
            "/providers/a",
            "/account/privacy",
            "/account/agree",
            "/terms",
            "/api/fn/learner/player",
            "/pkg/x",
        ] {
            assert!(!is_asked_before(&Method::GET, path), "{path}");
        }
    }
}
