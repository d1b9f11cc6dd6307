//! `POST /csp-reports`: what browsers say that the Content-Security-Policy stopped.
//!
//! Anybody can send these, so they are only counted and, a few a minute, logged; no value of theirs becomes a label.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use serde::Deserialize;

use crate::{
    limits::{Policy, Whom},
    state::AppState,
};

/// The most that reports may weigh, in bytes.
pub(crate) const LIMIT: usize = 16 * 1024;
/// Lines in the log, from everybody together.
const LOGGED: Policy = Policy { name: "csp-log", quota: 10, seconds: 60 };

/// `application/csp-report` (CSP 2).
#[derive(Deserialize)]
struct Old {
    #[serde(rename = "csp-report")]
    report: Violation,
}

/// One of `application/reports+json` (Reporting API).
#[derive(Deserialize)]
struct New {
    #[serde(rename = "type")]
    kind: String,
    body: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Violation {
    #[serde(alias = "documentURL", rename = "document-uri")]
    document: String,
    #[serde(alias = "effectiveDirective", rename = "effective-directive")]
    directive: String,
    #[serde(alias = "blockedURL", rename = "blocked-uri")]
    blocked: String,
}

pub(crate) async fn receive(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(violations) = read(kind, &body) else { return StatusCode::BAD_REQUEST };
    for violation in violations {
        metrics::counter!("csp_violations").increment(1);
        if state.limits.take_here(&LOGGED, Whom::Network(None)).is_none_or(|verdict| verdict.allowed) {
            let (document, blocked) = (without_query(&violation.document), without_query(&violation.blocked));
            tracing::warn!(document, directive = short(&violation.directive), blocked, "a browser stopped something");
        }
    }
    StatusCode::NO_CONTENT
}

fn read(kind: &str, body: &[u8]) -> Option<Vec<Violation>> {
    if kind.starts_with("application/reports+json") {
        let reports: Vec<New> = serde_json::from_slice(body).ok()?;
        let violations = reports.into_iter().filter(|report| report.kind == "csp-violation");
        return Some(violations.filter_map(|report| serde_json::from_value(report.body).ok()).collect());
    }
    let old: Old = serde_json::from_slice(body).ok()?;
    Some(vec![old.report])
}

/// An address may hold a token or what somebody searched for: neither belongs in a log.
fn without_query(address: &str) -> &str {
    short(address.split(['?', '#']).next().unwrap_or_default())
}

fn short(text: &str) -> &str {
    text.char_indices().nth(200).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let old = br#"{"csp-report":{"document-uri":"https://a.test/x?token=1","effective-directive":"img-src","blocked-uri":"https://b.test"}}"#;
        let new = br#"[{"type":"csp-violation","age":1,"url":"u","body":{"documentURL":"https://a.test/x?token=1","effectiveDirective":"img-src",
            "blockedURL":"https://b.test"}},{"type":"deprecation","body":{}}]"#;
        for (kind, body) in [("application/csp-report", &old[..]), ("application/reports+json", &new[..])] {
            let found = read(kind, body).unwrap();
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].directive.as_str(), found[0].blocked.as_str()), ("img-src", "https://b.test"));
            assert_eq!(without_query(&found[0].document), "https://a.test/x");
        }
        assert!(read("application/json", b"nonsense").is_none());
        assert_eq!(short(&"é".repeat(300)).chars().count(), 200);
    }
}
