//! Our own key at a provider: `private_key_jwt` (OpenID Connect Core, 9; RFC 7523).

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How long an assertion is good for, in seconds.
const GOOD_FOR: i64 = 300;

/// An RSA key that signs as a client. `Debug` shows its name alone.
pub struct ClientKey {
    pair: RsaKeyPair,
    id: String,
    jwk: Value,
}

/// Why a key can't be used, in words for its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    #[error("Paste the whole private key, from the line BEGIN PRIVATE KEY to the line END PRIVATE KEY")]
    NotPem,
    #[error("Use an RSA private key of 2,048 to 4,096 bits without a passphrase")]
    NotRsa,
    #[error("The private key could not sign")]
    CannotSign,
}

impl ClientKey {
    /// Reads a PEM private key: PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// What the owner should paste instead.
    pub fn from_pem(text: &str) -> Result<Self, KeyProblem> {
        let text = text.trim();
        let body = |label: &str| {
            let body = text.strip_prefix(&format!("-----BEGIN {label}-----"))?;
            let body = body.strip_suffix(&format!("-----END {label}-----"))?;
            STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
        };
        let pair = match (body("PRIVATE KEY"), body("RSA PRIVATE KEY")) {
            (Some(der), _) => RsaKeyPair::from_pkcs8(&der),
            (None, Some(der)) => RsaKeyPair::from_der(&der),
            (None, None) => return Err(KeyProblem::NotPem),
        }
        .map_err(|_| KeyProblem::NotRsa)?;
        let parts: PublicKeyComponents<Vec<u8>> = pair.public().into();
        let (n, e) = (URL_SAFE_NO_PAD.encode(&parts.n), URL_SAFE_NO_PAD.encode(&parts.e));
        // RFC 7638: the members in this order and no space.
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        let jwk = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e });
        Ok(Self { pair, id, jwk })
    }

    /// The public half, as a JSON Web Key.
    #[must_use]
    pub const fn public(&self) -> &Value {
        &self.jwk
    }

    /// The assertion that stands in a secret's place: for this token endpoint, once.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn assertion(
        &self,
        client_id: &str,
        token_url: &str,
        jti: &str,
        now: DateTime<Utc>,
    ) -> Result<String, KeyProblem> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.id });
        let at = now.timestamp();
        let claims = json!({ "iss": client_id, "sub": client_id, "aud": token_url, "jti": jti, "iat": at, "exp": at + GOOD_FOR });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let mut mark = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut mark)
            .map_err(|_| KeyProblem::CannotSign)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(mark)))
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey({})", self.id)
    }
}
