//! One key for each purpose, out of the one secret of `GUILDHALL_SECRET_KEY`: HKDF with SHA-256 (RFC 5869), without a salt,
//! the purpose as its info.
//!
//! What holds: keys of different purposes tell nothing of each other, nor of the secret; the same purpose gives the same key
//! on every node. A purpose that was used is never given to something else.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The key of a purpose.
#[must_use]
pub fn key(secret: &[u8; 32], purpose: &str) -> [u8; 32] {
    expand(&extract(secret), purpose.as_bytes())
}

/// Authenticates messages under the key of a purpose.
#[must_use]
pub fn mac(secret: &[u8; 32], purpose: &str) -> Hmac<Sha256> {
    keyed(&key(secret, purpose))
}

/// RFC 5869, 2.2: no salt is a salt of zeros.
fn extract(secret: &[u8]) -> [u8; 32] {
    let mut mac = keyed(&[0; 32]);
    mac.update(secret);
    mac.finalize().into_bytes().into()
}

/// RFC 5869, 2.3, for one block: 32 bytes are all that is ever asked for.
fn expand(key: &[u8; 32], info: &[u8]) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(info);
    mac.update(&[1]);
    mac.finalize().into_bytes().into()
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // Shorter keys are padded with zeros to a block (RFC 2104).
    let mut block = [0; 64];
    let (start, _) = block.split_at_mut(key.len());
    start.copy_from_slice(key);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_standards_hkdf() {
        // RFC 5869, A.3: neither salt nor info.
        let secret = [0x0b; 22];
        assert_eq!(hex::encode(extract(&secret)), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
        assert_eq!(
            hex::encode(expand(&extract(&secret), b"")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        );
    }

    #[test]
    fn every_purpose_and_secret_has_its_own() {
        let keys = [key(&[1; 32], "a"), key(&[1; 32], "b"), key(&[2; 32], "a"), [1; 32], [2; 32]];
        for (place, one) in keys.iter().enumerate() {
            assert!(!keys[place + 1..].contains(one), "{place}");
        }
        assert_eq!(key(&[1; 32], "a"), keys[0]);
    }
}
