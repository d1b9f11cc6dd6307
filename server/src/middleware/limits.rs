//! How many requests are let through: see `crate::limits`.

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use guildhall_kernel::{Actor, RequestOrigin};
use guildhall_types::Error;

use crate::{
    limits::{ADDRESS, FLOOD, PERSON, Policy, SIGN_IN, TYPING, Verdict, Whom, tell},
    refusal::Refusal,
    state::AppState,
};

/// Whatever comes from one address, files too; only `/health` is free.
pub(crate) async fn flood(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health") {
        return next.run(request).await;
    }
    match state.limits.take_here(&FLOOD, origin(&request).into()) {
        Some(verdict) if !verdict.allowed => refuse(&request, &[(FLOOD, verdict)], verdict),
        _ => next.run(request).await,
    }
}

/// Pages, forms and the API, by person or else by address; what proves who somebody is more tightly. Comes after the actor.
pub(crate) async fn limits(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let whom = match request.extensions().get::<Actor>().and_then(Actor::user_id) {
        Some(user) => Whom::Person(user),
        None => origin(&request).into(),
    };
    let mut counted: Vec<(Policy, Verdict)> = Vec::with_capacity(2);
    for policy in policies(request.method(), request.uri().path(), whom).iter().copied() {
        let Some(verdict) = state.limits.take(policy, whom).await else { continue };
        counted.push((*policy, verdict));
        if !verdict.allowed {
            return refuse(&request, &counted, verdict);
        }
    }
    let mut response = next.run(request).await;
    tell(response.headers_mut(), &counted);
    response
}

fn origin(request: &Request) -> RequestOrigin {
    request.extensions().get().copied().unwrap_or_default()
}

fn refuse(request: &Request, counted: &[(Policy, Verdict)], verdict: Verdict) -> Response {
    let names: Vec<&str> = counted.iter().map(|(policy, _)| policy.name).collect();
    tracing::info!(policies = ?names, "too many requests");
    metrics::counter!("requests_refused", "policy" => names.last().copied().unwrap_or_default()).increment(1);
    let error = Error::TooMany { retry_after_seconds: verdict.seconds_until_more() };
    let mut response = Refusal::of(request).with(error);
    tell(response.headers_mut(), counted);
    response
}

/// The policies that count a request, the tightest first.
fn policies(method: &Method, path: &str, whom: Whom) -> &'static [&'static Policy] {
    let signed_in = matches!(whom, Whom::Person(_));
    if path == "/api/fn/catalog/suggest" {
        &[&TYPING]
    } else if *method == Method::POST && proves_who(path) {
        if signed_in { &[&SIGN_IN, &PERSON] } else { &[&SIGN_IN, &ADDRESS] }
    } else if signed_in {
        &[&PERSON]
    } else {
        &[&ADDRESS]
    }
}

/// Whether a form or call proves who somebody is, or asks for mail that does: passwords, codes, links, passkeys, tokens.
fn proves_who(path: &str) -> bool {
    const SIGNS: [&str; 11] = [
        "sign-in", "sign-up", "password", "reset", "confirm", "resend", "code", "factor", "passkey", "step-up", "token",
    ];
    let rest = path.strip_prefix("/api/fn/account/").or_else(|| path.strip_prefix("/api/v1/auth/"));
    rest.is_some_and(|rest| path.starts_with("/api/v1/auth/") || SIGNS.iter().any(|sign| rest.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_its_policies() {
        let names = |method: Method, path: &str, whom: Whom| -> Vec<&str> {
            policies(&method, path, whom).iter().map(|policy| policy.name).collect()
        };
        let (nobody, person) = (Whom::Network(None), Whom::Person(uuid::Uuid::nil().into()));
        assert_eq!(names(Method::GET, "/courses", nobody), ["address"]);
        assert_eq!(names(Method::GET, "/courses", person), ["person"]);
        assert_eq!(names(Method::GET, "/sign-in", nobody), ["address"]);
        assert_eq!(names(Method::GET, "/api/fn/catalog/suggest", person), ["typing"]);
        assert_eq!(names(Method::POST, "/api/fn/account/request-reset", nobody), ["sign-in", "address"]);
        assert_eq!(names(Method::POST, "/api/fn/account/change-password", person), ["sign-in", "person"]);
        assert_eq!(names(Method::POST, "/api/fn/account/rename", person), ["person"]);
        assert_eq!(names(Method::POST, "/api/v1/auth/refresh", nobody), ["sign-in", "address"]);
        assert_eq!(names(Method::POST, "/api/fn/learner/save-note", nobody), ["address"]);
    }
}
