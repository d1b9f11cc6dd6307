//! Every check of a provider's tokens, pure: what comes in is text, keys, what is expected and the time.
//!
//! Always holds: a token passes only when every check does; which one failed is known to logs and tests, not to the person.

mod client_key;
mod id_token;
mod jose;
mod logout;
#[cfg(test)]
mod tests;

pub use client_key::{ClientKey, KeyProblem};
pub use id_token::{Expected, IdToken, Issuer, check_id_token};
pub use jose::{Algorithm, KeySet, half_hash};
pub use logout::{LogoutToken, check_logout_token};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

/// How far two clocks may be apart.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// A token is fetched at once after it was made.
pub const OLDEST: TimeDelta = TimeDelta::minutes(10);

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the token can't be read")]
    Malformed,
    #[error("the token is signed by an algorithm that is not allowed")]
    Algorithm,
    #[error("the token is signed by a key that the provider does not publish")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token is from another issuer")]
    Issuer,
    #[error("the token is for somebody else")]
    Audience,
    #[error("the token was asked for by somebody else")]
    AuthorizedParty,
    #[error("the token answers another request")]
    Nonce,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
    #[error("the token was made too long ago, or in the future")]
    IssuedAt,
    #[error("the token's level of confidence is not the one asked for")]
    Confidence,
    #[error("the token is from a tenant that is not allowed")]
    Tenant,
    #[error("the token does not belong to the access token beside it")]
    AccessToken,
    #[error("the token names nobody")]
    Subject,
    #[error("the token is of another kind")]
    Kind,
    #[error("the token does not say when the person signed in: the provider must send auth_time")]
    NoAuthTime,
    #[error("the person did not sign in anew")]
    AuthTime,
    #[error("the token was used before")]
    Replayed,
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A time claim: seconds since the epoch. One that is there and can't be read is refused.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            let at = value.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            at.map(Some).ok_or(Refusal::Malformed)
        }
    }
}

/// Not expired, begun, and made lately; answers when it expires.
fn check_times(claims: &Map<String, Value>, now: DateTime<Utc>, oldest: TimeDelta) -> Result<DateTime<Utc>, Refusal> {
    let expires = time(claims, "exp")?.ok_or(Refusal::Expired)?;
    // In this direction nothing overflows: `now` is a real time.
    if expires <= now - LEEWAY {
        return Err(Refusal::Expired);
    }
    if time(claims, "nbf")?.is_some_and(|begins| begins > now + LEEWAY) {
        return Err(Refusal::NotYet);
    }
    let made = time(claims, "iat")?.ok_or(Refusal::IssuedAt)?;
    if made > now + LEEWAY || made < now - oldest - LEEWAY {
        return Err(Refusal::IssuedAt);
    }
    Ok(expires)
}

/// `aud` names us; where it names others too, or `azp` is there, `azp` is us.
fn check_audience(claims: &Map<String, Value>, client: &str) -> Result<(), Refusal> {
    let several = match claims.get("aud") {
        Some(Value::String(one)) if one == client => false,
        Some(Value::Array(all)) if all.iter().any(|one| one.as_str() == Some(client)) => all.len() > 1,
        _ => return Err(Refusal::Audience),
    };
    match claims.get("azp") {
        None if several => Err(Refusal::AuthorizedParty),
        None => Ok(()),
        Some(azp) if azp.as_str() == Some(client) => Ok(()),
        Some(_) => Err(Refusal::AuthorizedParty),
    }
}
