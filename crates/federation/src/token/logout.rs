//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.6).

use chrono::{DateTime, TimeDelta, Utc};

use super::{Algorithm, Issuer, KeySet, Refusal, check_audience, check_times, id_token::subject, jose, text};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Providers may try again for a while.
const OLDEST: TimeDelta = TimeDelta::hours(1);

/// Whose sessions end: all of a subject's, or one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    pub issuer: String,
    pub subject: Option<String>,
    pub session: Option<String>,
    /// `jti`: good once.
    pub id: String,
    pub expires_at: DateTime<Utc>,
}

/// Checks everything about a logout token but whether it was used before.
///
/// # Errors
/// The first check that failed.
pub fn check_logout_token(
    token: &str,
    keys: &KeySet,
    issuer: &Issuer,
    client_id: &str,
    algorithms: &[Algorithm],
    now: DateTime<Utc>,
) -> Result<LogoutToken, Refusal> {
    let signed = jose::open(token, keys, algorithms)?;
    let kind = signed.kind.as_deref().unwrap_or("logout+jwt");
    if !["logout+jwt", "jwt"].iter().any(|known| kind.eq_ignore_ascii_case(known)) {
        return Err(Refusal::Kind);
    }
    let claims = signed.claims;
    issuer.check(&claims)?;
    check_audience(&claims, client_id)?;
    let expires_at = check_times(&claims, now, OLDEST)?;
    let is_logout = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(serde_json::Value::is_object);
    // An ID token, which has a nonce, must not sign anybody out.
    if !is_logout || claims.contains_key("nonce") {
        return Err(Refusal::Kind);
    }
    let subject = subject(&claims)?;
    let session = text(&claims, "sid").filter(|sid| (1..=255).contains(&sid.len())).map(ToOwned::to_owned);
    if subject.is_none() && session.is_none() {
        return Err(Refusal::Subject);
    }
    let id = text(&claims, "jti").filter(|id| (1..=255).contains(&id.len())).ok_or(Refusal::Replayed)?.to_owned();
    let issuer = text(&claims, "iss").ok_or(Refusal::Issuer)?.to_owned();
    Ok(LogoutToken { issuer, subject, session, id, expires_at })
}
