//! Sealing secrets that must be read again: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, RFC 8439) under a key of its own,
//! derived from `GUILDHALL_SECRET_KEY` ([`crate::derive`]).
//!
//! What holds: every sealed text says for what it was sealed (the context is authenticated with it), so that one copied
//! into another row does not open; a changed byte does not open.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::{Chance, derive};

/// The first byte of a sealed text: under which key it was sealed.
const VERSION: u8 = 2;
/// Under the secret itself, as everything was before keys had a purpose: still opened, no longer made.
const BY_THE_SECRET: u8 = 1;
const NONCE: usize = 24;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    before: XChaCha20Poly1305,
    chance: Chance,
}

/// A secret could not be sealed or opened: another key, another context, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret can't be opened: was GUILDHALL_SECRET_KEY changed?")]
pub struct SealError;

impl Sealer {
    /// `secret` is the key of `GUILDHALL_SECRET_KEY`.
    #[must_use]
    pub fn new(secret: &[u8; 32], chance: &Chance) -> Self {
        let key = derive::key(secret, "guildhall: sealed secrets");
        Self {
            cipher: XChaCha20Poly1305::new(&key.into()),
            before: XChaCha20Poly1305::new(secret.into()),
            chance: chance.clone(),
        }
    }

    /// Version, nonce and ciphertext. `context` names what it is and whose, e.g. `totp:{user}`.
    ///
    /// # Errors
    /// Only for more bytes than the cipher can take (256 GiB).
    pub fn seal(&self, context: &str, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let random = self.chance.secret();
        // 192 bits of nonce: chance alone keeps two from being alike.
        let nonce = random.first_chunk::<NONCE>().ok_or(SealError)?;
        let payload = Payload { msg: bytes, aad: context.as_bytes() };
        let sealed = self.cipher.encrypt(XNonce::from_slice(nonce), payload).map_err(|_| SealError)?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// What was sealed under this context.
    ///
    /// # Errors
    /// [`SealError`] for anything that this key did not seal for this context.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError)?;
        let cipher = match *version {
            VERSION => &self.cipher,
            BY_THE_SECRET => &self.before,
            _ => return Err(SealError),
        };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(SealError)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| SealError)
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

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&[key; 32], &Chance::seeded(1))
    }

    #[test]
    fn what_is_sealed_opens_for_its_context_and_key_alone() {
        let sealed = sealer(7).seal("totp:ada", b"secret").unwrap();
        assert_eq!(sealer(7).open("totp:ada", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(sealer(7).open("totp:bob", &sealed), Err(SealError));
        assert_eq!(sealer(8).open("totp:ada", &sealed), Err(SealError));
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn a_changed_or_cut_text_does_not_open() {
        let sealed = sealer(7).seal("x", b"secret").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer(7).open("x", &changed), Err(SealError), "{place}");
            assert_eq!(sealer(7).open("x", &sealed[..place]), Err(SealError));
        }
    }

    #[test]
    fn what_was_sealed_under_the_secret_itself_still_opens() {
        let nonce = [9; NONCE];
        let payload = Payload { msg: &b"secret"[..], aad: &b"totp:ada"[..] };
        let before = XChaCha20Poly1305::new(&[7; 32].into()).encrypt(XNonce::from_slice(&nonce), payload).unwrap();
        let sealed = [&[BY_THE_SECRET][..], &nonce, &before].concat();
        assert_eq!(sealer(7).open("totp:ada", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(sealer(7).open("totp:bob", &sealed), Err(SealError));
        assert_eq!(sealer(7).seal("x", b"y").unwrap()[0], VERSION);
    }

    #[test]
    fn two_of_the_same_differ() {
        let sealer = sealer(7);
        assert_ne!(sealer.seal("x", b"secret"), sealer.seal("x", b"secret"));
    }
}
