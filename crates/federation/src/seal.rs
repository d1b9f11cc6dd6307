//! Secrets at rest: ChaCha20-Poly1305 under the program's key, bound to the row that they belong to.

use std::{fmt, sync::Arc};

use guildhall_kernel::Chance;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Seals and opens. Cheap to clone; `Debug` shows nothing.
#[derive(Clone)]
pub struct Sealer(Arc<LessSafeKey>);

/// A sealed secret that does not open: another key, another row, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret does not open: was GUILDHALL_SECRET_KEY changed?")]
pub struct Unsealable;

impl Sealer {
    /// # Errors
    /// Never with a key of 32 bytes.
    pub fn new(key: &[u8; 32]) -> Result<Self, Unsealable> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| Unsealable)?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Seals a secret for one place, e.g. `sso:{connection}`.
    ///
    /// # Errors
    /// When the secret is longer than the cipher allows.
    pub fn seal(&self, chance: &Chance, place: &str, secret: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().zip(chance.secret()) {
            *to = from;
        }
        let mut sealed = secret.to_vec();
        let bound = Aad::from(place.as_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| Unsealable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// # Errors
    /// [`Unsealable`].
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut body = body.to_vec();
        let secret = self.0.open_in_place(nonce, Aad::from(place.as_bytes()), &mut body).map_err(|_| Unsealable)?;
        Ok(secret.to_vec())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let (sealer, chance) = (Sealer::new(&[7; 32]).unwrap(), Chance::seeded(1));
        let sealed = sealer.seal(&chance, "sso:a", b"secret").unwrap();
        assert_eq!(sealer.open("sso:a", &sealed).unwrap(), b"secret");
        assert_eq!(sealer.open("sso:b", &sealed), Err(Unsealable));
        assert_eq!(Sealer::new(&[8; 32]).unwrap().open("sso:a", &sealed), Err(Unsealable));
        assert_ne!(sealed, sealer.seal(&chance, "sso:a", b"secret").unwrap());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer.open("sso:a", &changed), Err(Unsealable));
        }
        assert_eq!(sealer.open("sso:a", b"short"), Err(Unsealable));
    }
}
