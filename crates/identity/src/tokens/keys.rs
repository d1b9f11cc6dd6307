//! The keys that sign access tokens: made here, kept sealed in the database, known to every node.

use std::collections::HashMap;

use anyhow::anyhow;
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeySize, PublicKeyComponents},
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_db::{OpError, OpResult};
use guildhall_kernel::Sealer;
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use serde_json::{Value, json};

use super::claims::TYPE;
use crate::store::KeyRow;

/// Every key that tokens are checked by, and the one that signs new ones.
#[derive(Default)]
pub(super) struct KeyRing {
    signs: Option<SigningKey>,
    verify: HashMap<String, DecodingKey>,
    /// RFC 7517, newest first.
    public: Vec<Value>,
}

struct SigningKey {
    /// The token's first part, which is the same for all of one key.
    header: String,
    pair: RsaKeyPair,
}

/// A key before it is stored.
pub(super) struct NewKey {
    pub(super) kid: String,
    pub(super) public_jwk: Value,
    pub(super) sealed: Vec<u8>,
}

impl KeyRing {
    /// From the rows, newest first. One that can't be read is ours to mend: nobody could sign in.
    pub(super) fn read(rows: &[KeyRow], sealer: &Sealer) -> OpResult<Self> {
        let mut ring = Self::default();
        for row in rows {
            let part = |name: &str| {
                row.public_jwk
                    .get(name)
                    .and_then(Value::as_str)
                    .ok_or_else(|| anyhow!("signing key {} has no {name}", row.kid))
            };
            let key = DecodingKey::from_rsa_components(part("n")?, part("e")?).map_err(anyhow::Error::from)?;
            ring.verify.insert(row.kid.clone(), key);
            ring.public.push(row.public_jwk.clone());
            if row.retired_at.is_none() && ring.signs.is_none() {
                let der = sealer
                    .open(&context(&row.kid), &row.private_sealed)
                    .map_err(|error| anyhow!("signing key {}: {error}", row.kid))?;
                let pair = RsaKeyPair::from_pkcs8(&der).map_err(|error| anyhow!("signing key {}: {error}", row.kid))?;
                ring.signs = Some(SigningKey { header: header(&row.kid), pair });
            }
        }
        Ok(ring)
    }

    pub(super) fn can_sign(&self) -> bool {
        self.signs.is_some()
    }

    pub(super) fn verifies(&self, kid: &str) -> Option<&DecodingKey> {
        self.verify.get(kid)
    }

    pub(super) fn public(&self) -> Value {
        json!({ "keys": self.public })
    }

    /// The compact form (RFC 7515, 7.1).
    pub(super) fn sign(&self, claims: &impl Serialize) -> OpResult<String> {
        let key = self.signs.as_ref().ok_or_else(|| anyhow!("there is no signing key"))?;
        let claims = serde_json::to_vec(claims).map_err(anyhow::Error::from)?;
        let mut token = format!("{}.{}", key.header, URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; key.pair.public_modulus_len()];
        key.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| anyhow!("a token could not be signed"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

/// Makes a key; a fraction of a second of work, off the async threads.
pub(super) async fn generate(kid: String, sealer: Sealer) -> OpResult<NewKey> {
    let made = tokio::task::spawn_blocking(move || {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("an RSA key could not be made"))?;
        let der = AsDer::as_der(&pair).map_err(|_| anyhow!("an RSA key could not be written"))?;
        let sealed = sealer.seal(&context(&kid), der.as_ref()).map_err(anyhow::Error::from)?;
        let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
        let public_jwk = json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": kid,
            "n": URL_SAFE_NO_PAD.encode(public.n),
            "e": URL_SAFE_NO_PAD.encode(public.e),
        });
        Ok::<_, anyhow::Error>(NewKey { kid, public_jwk, sealed })
    });
    made.await.map_err(|error| OpError::Other(error.into()))?.map_err(OpError::Other)
}

fn context(kid: &str) -> String {
    format!("signing-key:{kid}")
}

fn header(kid: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "alg": "RS256", "typ": TYPE, "kid": kid }).to_string())
}
