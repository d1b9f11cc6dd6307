//! Secret tokens: what is handed out is base64url of 32 random bytes; what is stored is its SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::Chance;

/// A fresh token and the hash to store.
#[must_use]
pub fn issue(chance: &Chance) -> (String, [u8; 32]) {
    let bytes = chance.secret();
    (URL_SAFE_NO_PAD.encode(bytes), Sha256::digest(bytes).into())
}

/// The hash of a token that somebody presents; `None` when it can't be one of ours.
#[must_use]
pub fn hash(token: &str) -> Option<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 32)?;
    Some(Sha256::digest(bytes).into())
}
