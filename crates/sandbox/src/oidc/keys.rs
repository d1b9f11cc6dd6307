//! The provider's keys. The RSA key is in the sources and known to everybody; the other is made at each start.

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

const PEM: &str = include_str!("key.pem");
const RSA_ID: &str = "sandbox-rsa";
const EC_ID: &str = "sandbox-ec";

pub struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    rng: SystemRandom,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Keys {
    pub fn new() -> anyhow::Result<Self> {
        let body: String = PEM.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(body).context("the sandbox's key")?;
        let rsa = RsaKeyPair::from_pkcs8(&der).map_err(|error| anyhow!("the sandbox's key: {error}"))?;
        let rng = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng)
            .map_err(|_| anyhow!("no key can be made"))?;
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &rng)
            .map_err(|error| anyhow!("the made key: {error}"))?;
        Ok(Self { rsa, ec, rng })
    }

    /// The public halves, as a JSON Web Key Set.
    pub fn public(&self) -> Value {
        let parts: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        let point = self.ec.public_key().as_ref();
        let (x, y) = (point.get(1..33).unwrap_or_default(), point.get(33..65).unwrap_or_default());
        json!({ "keys": [
            { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": RSA_ID, "n": encode(parts.n), "e": encode(parts.e) },
            { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": EC_ID, "x": encode(x), "y": encode(y) },
        ] })
    }

    /// The modulus, which an attacker would take for an HMAC's secret.
    pub fn rsa_public_bytes(&self) -> Vec<u8> {
        let parts: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        parts.n
    }

    pub fn key_id(&self, elliptic: bool) -> &'static str {
        if elliptic { EC_ID } else { RSA_ID }
    }

    pub fn sign(&self, elliptic: bool, input: &[u8]) -> Option<Vec<u8>> {
        if elliptic {
            return Some(self.ec.sign(&self.rng, input).ok()?.as_ref().to_vec());
        }
        let mut mark = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &self.rng, input, &mut mark).ok()?;
        Some(mark)
    }
}
