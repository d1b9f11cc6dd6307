//! The code for the tokens, and the tokens for a person.

use chrono::{DateTime, Utc};
use guildhall_db::{Db, OpError, OpResult};
use guildhall_types::Error;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{arrive::Vouched, begin::away, cookie};
use crate::{
    Federation, Provider, ProviderError,
    net::Basic,
    policy::{AuthMethod, Connection, profile},
    store::connections::Kept,
    token::{ClientKey, Expected, IdToken, Refusal, check_id_token},
};

/// What the token endpoint answers, as far as it matters.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

/// A refusal of the token endpoint (RFC 6749, 5.2).
#[derive(Default, Deserialize)]
pub(crate) struct TokenError {
    #[serde(default)]
    pub(crate) error: String,
}

/// What whoever can do nothing about it is told. Which check failed stands in the log.
fn refuse(refusal: Refusal, connection: &Connection) -> Error {
    tracing::warn!(connection = %connection.id, %refusal, "refused a provider's token");
    match refusal {
        Refusal::NoAuthTime => silent(),
        Refusal::AuthTime => not_anew(),
        _ => unsure(),
    }
}

/// What somebody is told whose provider did not ask who they are.
pub(super) fn not_anew() -> Error {
    Error::conflict(
        "Your organisation’s sign-in did not ask you to prove who you are again, so we could not confirm it. Sign out there, and try again.",
    )
}

/// What somebody is told whose provider does not say when it asked.
pub(super) fn silent() -> Error {
    Error::conflict(
        "Your organisation’s sign-in does not tell us when you signed in, so we could not confirm that it is you. Ask whoever looks after it to have it send the claim “auth_time”.",
    )
}

/// What somebody is told whose provider's word did not hold.
pub(super) fn unsure() -> Error {
    Error::BadRequest {
        message: "We could not be sure of what your organisation’s sign-in told us, so you are not signed in. Start again; if it happens again, tell whoever looks after it.".to_owned(),
    }
}

/// Asks for the tokens and checks them. `secret` is the attempt's, `signed_in_since` when somebody was sent to sign in anew.
pub(super) async fn exchange(
    db: &Db,
    federation: &Federation,
    kept: &Kept,
    provider: &Provider,
    code: &str,
    secret: &str,
    signed_in_since: Option<DateTime<Utc>>,
) -> OpResult<Vouched> {
    let connection = &kept.connection;
    let now = db.clock().now();
    let answer = ask_for_tokens(db, federation, kept, provider, code, &cookie::verifier(secret)).await?;
    if !answer.status.is_success() {
        let error: TokenError = serde_json::from_slice(&answer.body).unwrap_or_default();
        let what = format!("the token endpoint refuses with {} “{}”", answer.status.as_u16(), error.error);
        return Err(away(ProviderError::Wrong(what)).into());
    }
    let tokens: Tokens = serde_json::from_slice(&answer.body)
        .map_err(|_| away(ProviderError::Wrong("the token endpoint's answer can't be read".to_owned())))?;
    let nonce = cookie::nonce(secret);
    let token = check(federation, connection, provider, &tokens, &nonce, signed_in_since, now).await?;
    let more = userinfo(federation, provider, &tokens, &token).await?;
    let profile =
        profile(connection, &token, &more).map_err(|refused| Error::Conflict { message: refused.to_string() })?;
    let mark = Sha256::digest(tokens.id_token.as_bytes()).into();
    Ok(Vouched { profile, mark, expires_at: token.expires_at, signed_in_at: token.signed_in_at })
}

async fn check(
    federation: &Federation,
    connection: &Connection,
    provider: &Provider,
    tokens: &Tokens,
    nonce: &str,
    signed_in_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> OpResult<IdToken> {
    let issuer = connection.expected_issuer();
    let expected = Expected {
        issuer: &issuer,
        client_id: &connection.client_id,
        algorithms: connection.kind.algorithms(),
        nonce,
        confidence: connection.kind.confidence(),
        access_token: tokens.access_token.as_deref(),
        signed_in_since,
    };
    let checked = match check_id_token(&tokens.id_token, &provider.keys, &expected, now) {
        Err(Refusal::UnknownKey) => {
            let provider = federation.providers.again(connection, now).await.map_err(away)?;
            check_id_token(&tokens.id_token, &provider.keys, &expected, now)
        }
        checked => checked,
    };
    Ok(checked.map_err(|refusal| refuse(refusal, connection))?)
}

/// More claims, where the token does not bring the address. They must be of the same subject.
async fn userinfo(
    federation: &Federation,
    provider: &Provider,
    tokens: &Tokens,
    token: &IdToken,
) -> OpResult<Map<String, Value>> {
    let (Some(url), Some(access), false) =
        (&provider.metadata.userinfo_endpoint, &tokens.access_token, token.claims.contains_key("email"))
    else {
        return Ok(Map::new());
    };
    let answer = federation.providers.fetcher().get(url, Some(access)).await.map_err(|error| away(error.into()))?;
    let claims: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_same = claims.get("sub").and_then(Value::as_str) == Some(&token.subject);
    if answer.status.is_success() && is_same {
        Ok(claims)
    } else {
        Err(away(ProviderError::Wrong("the user-info endpoint answers for somebody else, or not at all".to_owned()))
            .into())
    }
}

/// One request to the token endpoint, with whatever proves us there.
pub(crate) async fn ask_for_tokens(
    db: &Db,
    federation: &Federation,
    kept: &Kept,
    provider: &Provider,
    code: &str,
    verifier: &str,
) -> OpResult<crate::net::Answer> {
    let connection = &kept.connection;
    let secret = open_secret(federation, kept)?;
    let redirect = federation.redirect_url();
    let url = &provider.metadata.token_endpoint;
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect),
        ("code_verifier", verifier),
    ];
    let (assertion, mut basic) = (client_assertion(db, connection, &secret, url)?, Basic::Unused);
    match connection.auth_method {
        AuthMethod::SecretBasic => basic = Basic::With { client: &connection.client_id, secret: &secret },
        AuthMethod::SecretPost => {
            form.extend([("client_id", connection.client_id.as_str()), ("client_secret", &secret)]);
        }
        AuthMethod::PrivateKeyJwt => form.extend([
            ("client_id", connection.client_id.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ]),
        // SAML has no token endpoint.
        AuthMethod::Certificate => {}
    }
    let answer = federation.providers.fetcher().post(url, &form, basic).await;
    Ok(answer.map_err(|error| away(error.into()))?)
}

fn client_assertion(db: &Db, connection: &Connection, secret: &str, url: &str) -> OpResult<String> {
    if connection.auth_method != AuthMethod::PrivateKeyJwt {
        return Ok(String::new());
    }
    let jti: uuid::Uuid = db.id();
    let key = ClientKey::from_pem(secret).map_err(anyhow::Error::from)?;
    let assertion = key.assertion(&connection.client_id, url, &jti.to_string(), db.clock().now());
    Ok(assertion.map_err(anyhow::Error::from)?)
}

fn open_secret(federation: &Federation, kept: &Kept) -> OpResult<String> {
    let place = crate::connections::place(kept.connection.id);
    let secret = federation.sealer.open(&place, &kept.secret_sealed).map_err(anyhow::Error::from)?;
    String::from_utf8(secret).map_err(|error| OpError::Other(error.into()))
}
