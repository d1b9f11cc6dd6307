//! ID tokens (OpenID Connect Core, 3.1.3.7), with what Microsoft Entra ID and GOV.UK One Login ask for besides.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::{Algorithm, KeySet, LEEWAY, OLDEST, Refusal, check_audience, check_times, half_hash, jose, text, time};

/// Who must have made a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// Exactly this one.
    Exactly(String),
    /// Microsoft Entra ID: `template` holds `{tenantid}`, or is one tenant's own; the token's `tid` fills it and must be
    /// among the tenants.
    Tenants { template: String, tenants: Vec<String> },
}

impl Issuer {
    /// Checks `iss` and, where it matters, `tid`.
    pub(super) fn check(&self, claims: &Map<String, Value>) -> Result<(), Refusal> {
        let issuer = text(claims, "iss").ok_or(Refusal::Issuer)?;
        match self {
            Self::Exactly(expected) if issuer == expected => Ok(()),
            Self::Exactly(_) => Err(Refusal::Issuer),
            Self::Tenants { template, tenants } => {
                let tenant = text(claims, "tid").ok_or(Refusal::Tenant)?;
                if !tenants.iter().any(|allowed| allowed == tenant) {
                    return Err(Refusal::Tenant);
                }
                if issuer == template.replace("{tenantid}", tenant) { Ok(()) } else { Err(Refusal::Issuer) }
            }
        }
    }
}

/// What a token must fit.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a Issuer,
    pub client_id: &'a str,
    pub algorithms: &'a [Algorithm],
    pub nonce: &'a str,
    /// The level of confidence that was asked for: One Login's `vot`.
    pub confidence: Option<&'a str>,
    /// What came beside the token.
    pub access_token: Option<&'a str>,
    /// The person was to sign in anew, since then: `auth_time` must say that they did.
    pub signed_in_since: Option<DateTime<Utc>>,
}

/// A token that passed every check.
#[derive(Clone, Debug)]
pub struct IdToken {
    pub issuer: String,
    pub subject: String,
    pub session: Option<String>,
    pub expires_at: DateTime<Utc>,
    /// When the person showed the provider who they are, where it says so (`auth_time`).
    pub signed_in_at: Option<DateTime<Utc>>,
    pub claims: Map<String, Value>,
}

/// Checks everything about an ID token but whether it was used before, which only a store knows.
///
/// # Errors
/// The first check that failed.
pub fn check_id_token(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<IdToken, Refusal> {
    let signed = jose::open(token, keys, expected.algorithms)?;
    if signed.kind.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("jwt")) {
        return Err(Refusal::Kind);
    }
    let claims = signed.claims;
    expected.issuer.check(&claims)?;
    check_audience(&claims, expected.client_id)?;
    let expires_at = check_times(&claims, now, OLDEST)?;
    let nonce = text(&claims, "nonce").ok_or(Refusal::Nonce)?;
    if expected.nonce.is_empty() || !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(Refusal::Nonce);
    }
    if expected.confidence.is_some_and(|level| text(&claims, "vot") != Some(level)) {
        return Err(Refusal::Confidence);
    }
    if let Some(hash) = claims.get("at_hash") {
        let fits = expected.access_token.map(half_hash).is_some_and(|own| hash.as_str() == Some(&own));
        if !fits {
            return Err(Refusal::AccessToken);
        }
    }
    let signed_in_at = signed_in_at(&claims, expected.signed_in_since, now)?;
    // A logout token must never open a session.
    if claims.contains_key("events") {
        return Err(Refusal::Kind);
    }
    let subject = subject(&claims)?.ok_or(Refusal::Subject)?;
    let issuer = text(&claims, "iss").ok_or(Refusal::Issuer)?.to_owned();
    let session = text(&claims, "sid").filter(|sid| (1..=255).contains(&sid.len())).map(ToOwned::to_owned);
    Ok(IdToken { issuer, subject, session, expires_at, signed_in_at, claims })
}

/// `auth_time` (OpenID Connect Core, 2), which must be there and new where `max_age` was sent (3.1.3.7). Elsewhere one that can't be
/// read, or lies in the future, says nothing.
fn signed_in_at(
    claims: &Map<String, Value>,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(since) = since else {
        return Ok(time(claims, "auth_time").ok().flatten().filter(|at| *at <= now + LEEWAY));
    };
    let at = time(claims, "auth_time")?.ok_or(Refusal::NoAuthTime)?;
    if at < since - LEEWAY || at > now + LEEWAY { Err(Refusal::AuthTime) } else { Ok(Some(at)) }
}

/// `sub`: at most 255 ASCII characters.
pub(super) fn subject(claims: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match claims.get("sub") {
        None => Ok(None),
        Some(value) => {
            let subject = value.as_str().ok_or(Refusal::Subject)?;
            let plain = (1..=255).contains(&subject.len()) && subject.bytes().all(|byte| (32..127).contains(&byte));
            if plain { Ok(Some(subject.to_owned())) } else { Err(Refusal::Subject) }
        }
    }
}
