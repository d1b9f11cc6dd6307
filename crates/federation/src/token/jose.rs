//! Signed tokens in compact form (RFC 7515) and the keys that check them (RFC 7517): parsing and signatures, nothing of
//! what a token claims.
//!
//! Always holds: the algorithm is one that the caller allows and fits the key's type, so that neither `none` nor an HMAC
//! under a public key can pass; keys come from the provider's set alone, never from the token's header.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Refusal;

/// A longer token is none of ours.
const LONGEST: usize = 64 * 1024;
/// More keys than any provider publishes.
const MOST_KEYS: usize = 64;

/// The signatures that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Uncompressed point of P-256.
    P256(Vec<u8>),
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    material: Material,
}

impl Key {
    fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = matches!(
            (&self.material, algorithm),
            (Material::Rsa { .. }, Algorithm::Rs256) | (Material::P256(_), Algorithm::Es256)
        );
        kind && self.algorithm.as_deref().is_none_or(|named| named == algorithm.name())
    }

    fn verify(&self, input: &[u8], mark: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, input, mark).is_ok()
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(input, mark).is_ok()
            }
        }
    }
}

/// A provider's keys that sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

#[derive(Deserialize)]
struct RawSet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RawKey {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

impl KeySet {
    /// Reads a set; keys of other kinds, and for encryption, are passed over (RFC 7517, 5).
    ///
    /// # Errors
    /// When it is no key set at all.
    pub fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let set: RawSet = serde_json::from_slice(text).map_err(|_| "it is not a JSON Web Key Set")?;
        Ok(Self(set.keys.into_iter().take(MOST_KEYS).filter_map(key).collect()))
    }

    /// Whether some key can check such signatures.
    #[must_use]
    pub fn has(&self, algorithm: Algorithm) -> bool {
        self.0.iter().any(|key| key.fits(algorithm))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key that a token's header points to.
    fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let mut fitting = self.0.iter().filter(|key| key.fits(algorithm) && (id.is_none() || key.id.as_deref() == id));
        let key = fitting.next().ok_or(Refusal::UnknownKey)?;
        // Without a name there must be no choice.
        if id.is_none() && fitting.next().is_some() { Err(Refusal::UnknownKey) } else { Ok(key) }
    }
}

fn key(value: Value) -> Option<Key> {
    let raw: RawKey = serde_json::from_value(value).ok()?;
    if raw.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let part = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let material = match raw.kty.as_str() {
        "RSA" => Material::Rsa { n: part(raw.n)?, e: part(raw.e)? },
        "EC" if raw.crv.as_deref() == Some("P-256") => {
            let (x, y) = (part(raw.x)?, part(raw.y)?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            Material::P256([&[4], x.as_slice(), &y].concat())
        }
        _ => return None,
    };
    Some(Key { id: raw.kid, algorithm: raw.alg, material })
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    /// Extensions that must be understood: there are none that we do.
    #[serde(default)]
    crit: Option<Value>,
}

/// What a token says, once its signature was found good; and its `typ`.
#[derive(Debug)]
pub struct Signed {
    pub kind: Option<String>,
    pub claims: Map<String, Value>,
}

/// Checks a token's form and signature.
///
/// # Errors
/// Why it is refused; [`Refusal::UnknownKey`] when newer keys may help.
pub fn open(token: &str, keys: &KeySet, allowed: &[Algorithm]) -> Result<Signed, Refusal> {
    if token.len() > LONGEST {
        return Err(Refusal::Malformed);
    }
    let (input, mark) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = input.split_once('.').ok_or(Refusal::Malformed)?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed);
    let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| Refusal::Malformed)?;
    let algorithm = Algorithm::named(&header.alg).filter(|algorithm| allowed.contains(algorithm));
    let algorithm = algorithm.ok_or(Refusal::Algorithm)?;
    if header.crit.is_some() {
        return Err(Refusal::Malformed);
    }
    let payload = part(payload)?;
    let mark = part(mark)?;
    if !keys.find(header.kid.as_deref(), algorithm)?.verify(input.as_bytes(), &mark) {
        return Err(Refusal::Signature);
    }
    let claims = serde_json::from_slice(&payload).map_err(|_| Refusal::Malformed)?;
    Ok(Signed { kind: header.typ, claims })
}

/// `at_hash` of an access token (OpenID Connect Core, 3.1.3.6); SHA-256 for both algorithms.
#[must_use]
pub fn half_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default())
}
