//! Tokens, right and wrong. Each way to be wrong is one that a client must notice.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::keys::{Keys, encode};

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forge {
    #[default]
    Nothing,
    /// A bit of the signature is turned.
    Signature,
    /// The claims are changed after signing.
    Payload,
    /// `alg: none`, no signature.
    AlgNone,
    /// `alg: HS256` with the public key as the secret.
    AlgConfusion,
    /// A key that is not published.
    UnknownKey,
    Audience,
    AuthorizedParty,
    Issuer,
    Nonce,
    NoNonce,
    Expired,
    NotYet,
    Old,
    FromTheFuture,
    /// A lower level of confidence.
    Vot,
    /// Another tenant.
    Tid,
    AccessTokenHash,
    NoSubject,
    /// As if the person had signed in an hour ago.
    AuthTime,
    /// It does not say when they did.
    NoAuthTime,
}

impl Forge {
    pub const ALL: [(&str, &str); 21] = [
        ("nothing", "Nothing"),
        ("signature", "Its signature"),
        ("payload", "Its claims, changed after signing"),
        ("alg_none", "Its algorithm: none"),
        ("alg_confusion", "Its algorithm: an HMAC under the public key"),
        ("unknown_key", "Its key: one that is not published"),
        ("audience", "Its audience"),
        ("authorized_party", "Its authorized party"),
        ("issuer", "Its issuer"),
        ("nonce", "Its nonce"),
        ("no_nonce", "It has no nonce"),
        ("expired", "It has expired"),
        ("not_yet", "It is not valid yet"),
        ("old", "It was made long ago"),
        ("from_the_future", "It was made in the future"),
        ("vot", "Its level of confidence"),
        ("tid", "Its tenant"),
        ("access_token_hash", "It belongs to another access token"),
        ("no_subject", "It names nobody"),
        ("auth_time", "The person signed in an hour ago"),
        ("no_auth_time", "It does not say when the person signed in"),
    ];

    /// Changes the claims; what concerns the signature is done by [`sign`].
    fn spoil(self, claims: &mut Map<String, Value>, now: i64) {
        let change = match self {
            Self::Audience => ("aud", json!("somebody-else")),
            Self::AuthorizedParty => ("azp", json!("somebody-else")),
            Self::Issuer => ("iss", json!("https://evil.example/oidc")),
            Self::Nonce => ("nonce", json!("another-nonce")),
            Self::NotYet => ("nbf", json!(now + 3_600)),
            Self::FromTheFuture => ("iat", json!(now + 3_600)),
            Self::Vot => ("vot", json!("Cl")),
            Self::Tid => ("tid", json!("00000000-0000-4000-8000-00000000dead")),
            Self::AccessTokenHash => ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
            Self::Expired => {
                claims.insert("iat".to_owned(), json!(now - 300));
                ("exp", json!(now - 120))
            }
            Self::Old => {
                claims.insert("exp".to_owned(), json!(now + 3_600));
                ("iat", json!(now - 86_400))
            }
            Self::NoNonce => {
                claims.remove("nonce");
                return;
            }
            Self::NoSubject => {
                claims.remove("sub");
                return;
            }
            Self::AuthTime => ("auth_time", json!(now - 3_600)),
            Self::NoAuthTime => {
                claims.remove("auth_time");
                return;
            }
            Self::Nothing | Self::Signature | Self::Payload | Self::AlgNone | Self::AlgConfusion | Self::UnknownKey => {
                return;
            }
        };
        claims.insert(change.0.to_owned(), change.1);
    }
}

/// A signed token of these claims, wrong as asked for.
pub fn sign(
    keys: &Keys,
    elliptic: bool,
    kind: &str,
    mut claims: Map<String, Value>,
    forge: Forge,
    now: i64,
) -> Option<String> {
    forge.spoil(&mut claims, now);
    let (alg, kid) = match forge {
        Forge::AlgNone => ("none", keys.key_id(elliptic)),
        Forge::AlgConfusion => ("HS256", keys.key_id(elliptic)),
        Forge::UnknownKey => (if elliptic { "ES256" } else { "RS256" }, "not-published"),
        _ => (if elliptic { "ES256" } else { "RS256" }, keys.key_id(elliptic)),
    };
    let header = json!({ "alg": alg, "typ": kind, "kid": kid });
    let input = format!("{}.{}", encode(header.to_string()), encode(Value::Object(claims.clone()).to_string()));
    let mut mark = match forge {
        Forge::AlgNone => Vec::new(),
        Forge::AlgConfusion => {
            let mut mac = Hmac::<Sha256>::new_from_slice(&keys.rsa_public_bytes()).ok()?;
            mac.update(input.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        _ => keys.sign(elliptic, input.as_bytes())?,
    };
    if forge == Forge::Signature
        && let Some(byte) = mark.last_mut()
    {
        *byte ^= 1;
    }
    if forge == Forge::Payload {
        claims.insert("sub".to_owned(), json!("somebody-else"));
        let input = format!("{}.{}", encode(header.to_string()), encode(Value::Object(claims).to_string()));
        return Some(format!("{input}.{}", encode(mark)));
    }
    Some(format!("{input}.{}", encode(mark)))
}
