//! Who may call which server function. A new one without a row in the table fails this test.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::{Site, text};

/// What nobody in particular gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anonymous {
    /// It is public: an answer, or what is wrong with the input.
    Allowed,
    /// Sign in first.
    Refused,
}
use Anonymous::{Allowed, Refused};

const TABLE: &[(&str, Anonymous)] = &[
    ("/api/fn/account/agree", Refused),
    ("/api/fn/account/ask-erasure", Refused),
    ("/api/fn/account/ask-export", Refused),
    ("/api/fn/account/ask-for-removal", Allowed),
    ("/api/fn/account/change-password", Refused),
    ("/api/fn/account/confirm-email", Allowed),
    ("/api/fn/account/confirm-totp", Refused),
    ("/api/fn/account/end-other-sessions", Refused),
    ("/api/fn/account/end-session", Refused),
    ("/api/fn/account/finish-link", Refused),
    ("/api/fn/organizations/make-scim-token", Refused),
    ("/api/fn/account/pending-link", Allowed),
    ("/api/fn/organizations/remove-connection", Refused),
    ("/api/fn/account/finish-passkey", Refused),
    ("/api/fn/account/finish-passkey-sign-in", Allowed),
    ("/api/fn/account/finish-second-step", Allowed),
    ("/api/fn/account/keep-factors", Refused),
    ("/api/fn/account/keep-factors-by-link", Allowed),
    ("/api/fn/account/keep-recovery-codes", Refused),
    ("/api/fn/account/make-recovery-codes", Refused),
    ("/api/fn/account/outstanding", Refused),
    ("/api/fn/account/privacy", Refused),
    ("/api/fn/account/read", Refused),
    ("/api/fn/account/reauthenticate", Refused),
    ("/api/fn/account/recovery-codes", Refused),
    ("/api/fn/account/remove-passkey", Refused),
    ("/api/fn/account/remove-totp", Refused),
    ("/api/fn/account/rename", Refused),
    ("/api/fn/account/rename-passkey", Refused),
    ("/api/fn/account/request-reset", Allowed),
    ("/api/fn/account/resend-confirmation", Allowed),
    ("/api/fn/account/reset-password", Allowed),
    ("/api/fn/organizations/revoke-scim-token", Refused),
    ("/api/fn/organizations/save-connection", Refused),
    ("/api/fn/organizations/sign-on", Refused),
    ("/api/fn/organizations/save-saml-connection", Refused),
    ("/api/fn/account/sign-on-links", Refused),
    ("/api/fn/account/start-sign-on", Allowed),
    ("/api/fn/account/unlink-sign-on", Refused),
    ("/api/fn/organizations/switch-connection", Refused),
    ("/api/fn/organizations/test-connection", Refused),
    ("/api/fn/account/sessions", Refused),
    ("/api/fn/account/second-step", Allowed),
    ("/api/fn/account/security", Refused),
    ("/api/fn/account/send-removal-code", Allowed),
    ("/api/fn/account/sign-in", Allowed),
    ("/api/fn/account/sign-in-with-code", Allowed),
    ("/api/fn/account/sign-up", Allowed),
    ("/api/fn/account/start-passkey", Refused),
    ("/api/fn/account/start-passkey-sign-in", Allowed),
    ("/api/fn/account/start-proof", Refused),
    ("/api/fn/account/start-second-step", Allowed),
    ("/api/fn/account/start-totp", Refused),
    ("/api/fn/account/totp", Refused),
    ("/api/fn/account/withdraw-erasure", Refused),
    ("/api/fn/admin/audit", Refused),
    ("/api/fn/admin/end-sessions", Refused),
    ("/api/fn/admin/erase-person", Refused),
    ("/api/fn/admin/erasure", Refused),
    ("/api/fn/admin/give-admin", Refused),
    ("/api/fn/admin/keep-person", Refused),
    ("/api/fn/admin/organization", Refused),
    ("/api/fn/admin/organizations", Refused),
    ("/api/fn/admin/overview", Refused),
    ("/api/fn/admin/people", Refused),
    ("/api/fn/admin/person", Refused),
    ("/api/fn/admin/restore-organization", Refused),
    ("/api/fn/admin/restore-person", Refused),
    ("/api/fn/admin/suspend-organization", Refused),
    ("/api/fn/admin/suspend-person", Refused),
    ("/api/fn/admin/take-admin", Refused),
    ("/api/fn/catalog/course", Allowed),
    ("/api/fn/catalog/home", Allowed),
    ("/api/fn/catalog/preview", Allowed),
    ("/api/fn/catalog/provider", Allowed),
    ("/api/fn/catalog/providers", Allowed),
    ("/api/fn/catalog/reviews", Allowed),
    ("/api/fn/catalog/search", Allowed),
    ("/api/fn/catalog/suggest", Allowed),
    ("/api/fn/checkout/buy", Refused),
    ("/api/fn/checkout/order", Refused),
    ("/api/fn/checkout/order-status", Refused),
    ("/api/fn/checkout/orders", Refused),
    ("/api/fn/checkout/summary", Allowed),
    ("/api/fn/learner/complete-lesson", Refused),
    ("/api/fn/learner/my-courses", Refused),
    ("/api/fn/learner/player", Refused),
    ("/api/fn/learner/review", Refused),
    ("/api/fn/learner/save-note", Refused),
    ("/api/fn/learner/submit-quiz", Refused),
    ("/api/fn/learner/write-review", Refused),
    ("/api/fn/organizations/accept", Refused),
    ("/api/fn/organizations/accept-mine", Refused),
    ("/api/fn/organizations/add-domain", Refused),
    ("/api/fn/organizations/add-to-team", Refused),
    ("/api/fn/organizations/check-domain", Refused),
    ("/api/fn/organizations/create", Refused),
    ("/api/fn/organizations/create-team", Refused),
    ("/api/fn/organizations/decline", Refused),
    ("/api/fn/organizations/decline-mine", Refused),
    ("/api/fn/organizations/delete-team", Refused),
    ("/api/fn/organizations/domains", Refused),
    ("/api/fn/organizations/enter-code", Refused),
    ("/api/fn/organizations/invitations", Refused),
    ("/api/fn/organizations/invite", Refused),
    ("/api/fn/organizations/join", Refused),
    ("/api/fn/organizations/leave", Refused),
    ("/api/fn/organizations/members", Refused),
    ("/api/fn/organizations/mine", Refused),
    ("/api/fn/organizations/offer", Allowed),
    ("/api/fn/organizations/put-in-team", Refused),
    ("/api/fn/organizations/remove-domain", Refused),
    ("/api/fn/organizations/remove-member", Refused),
    ("/api/fn/organizations/rename", Refused),
    ("/api/fn/organizations/rename-team", Refused),
    ("/api/fn/organizations/resend", Refused),
    ("/api/fn/organizations/send-code", Refused),
    ("/api/fn/organizations/set-role", Refused),
    ("/api/fn/organizations/switch", Refused),
    ("/api/fn/organizations/take-out-of-team", Refused),
    ("/api/fn/organizations/teams", Refused),
    ("/api/fn/organizations/transfer", Refused),
    ("/api/fn/organizations/view", Refused),
    ("/api/fn/organizations/withdraw", Refused),
    ("/api/fn/privacy/register", Allowed),
];

#[tokio::test]
async fn every_server_function_has_its_row() {
    let table: BTreeMap<&str, Anonymous> = TABLE.iter().copied().collect();
    let known: BTreeMap<&str, ()> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| (path, ())).collect();
    let without: Vec<&&str> = known.keys().filter(|path| !table.contains_key(**path)).collect();
    assert!(without.is_empty(), "server functions without a row in this table: {without:#?}");
    let gone: Vec<&&str> = table.keys().filter(|path| !known.contains_key(**path)).collect();
    assert!(gone.is_empty(), "rows without a server function: {gone:?}");
}

#[tokio::test]
async fn strangers_get_what_the_table_says() {
    // There are more of them than anybody may send in a minute.
    let site = Site::open_with(&[("GUILDHALL_RATE_LIMITS", "off")]).await;
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let Some((_, expected)) = TABLE.iter().find(|(known, _)| *known == path) else { continue };
        // Fields of every name that a function may ask for; unknown ones are passed over.
        let id = "00000000-0000-7000-8000-000000000000";
        let fields = format!(
            "slug=nothing&user={id}&team={id}&invitation={id}&role=learner&manager=false&kind=provider&domain=a.test&mailbox=admin&code=1&reason=R&cursor=&lesson={id}&enrollment={id}&order={id}&session={id}&submission={id}&id={id}&query=&prefix=a&page=1&price=0&back=false&email=a%40b.test&password=x&name=A&token=x&next=%2F&rating=5&title=T&body=B&text=B&current=x&new=x&mail_code=x&credential=x&current_password=x&new_password=x&answers[q-{id}][0]={id}"
        );
        let builder = if method == axum::http::Method::GET {
            Request::get(format!("{path}?{fields}"))
        } else {
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        };
        let body = if method == axum::http::Method::GET { Body::empty() } else { Body::from(fields) };
        let response = site.send(builder.header(header::ACCEPT, "application/json").body(body).unwrap()).await;
        let status = response.status();
        let body = text(response).await;
        assert!(!body.contains("bad_request"), "{path} was not even reached: {body}");
        match expected {
            Refused => assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}: {body}"),
            Allowed => assert!(
                !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::INTERNAL_SERVER_ERROR),
                "{path}: {status} {body}"
            ),
        }
    }
}
