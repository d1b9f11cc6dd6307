//! Certificates that a provider signs with: pinned, so of a certificate only the key counts.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
};
use chrono::{DateTime, Utc};
use x509_parser::{
    oid_registry::{OID_EC_P256, OID_NIST_EC_P384},
    parse_x509_certificate,
    public_key::PublicKey,
};

/// Signatures that we take (XML Signature 1.1, 6.4; RFC 6931).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    EcdsaSha256,
    EcdsaSha384,
}

impl Algorithm {
    pub(super) fn named(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Some(Self::RsaSha256),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Some(Self::RsaSha384),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Some(Self::RsaSha512),
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => Some(Self::EcdsaSha256),
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => Some(Self::EcdsaSha384),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
enum Key {
    /// Modulus and exponent, without leading zeros.
    Rsa(Vec<u8>, Vec<u8>),
    /// An uncompressed point.
    P256(Vec<u8>),
    P384(Vec<u8>),
}

/// A certificate whose key we can use.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    key: Key,
    expires_at: DateTime<Utc>,
}

impl Certificate {
    /// Reads DER; `None` when it is no certificate, or its key is none that we take: RSA of 2,048 to 8,192 bits, P-256, P-384.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = parse_x509_certificate(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let info = certificate.public_key();
        let key = match info.parsed().ok()? {
            PublicKey::RSA(key) => {
                let plain =
                    |number: &[u8]| -> Vec<u8> { number.iter().copied().skip_while(|byte| *byte == 0).collect() };
                let modulus = plain(key.modulus);
                if !(256..=1024).contains(&modulus.len()) {
                    return None;
                }
                Key::Rsa(modulus, plain(key.exponent))
            }
            PublicKey::EC(point) => {
                let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok())?;
                match point.data().len() {
                    65 if curve == OID_EC_P256 => Key::P256(point.data().to_vec()),
                    97 if curve == OID_NIST_EC_P384 => Key::P384(point.data().to_vec()),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let expires_at = DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0)?;
        Some(Self { der: der.to_vec(), key, expires_at })
    }

    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// When it runs out. Pinned certificates are taken past that: what ends them is new metadata.
    #[must_use]
    pub const fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// What it signs with, for people.
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.key {
            Key::Rsa(modulus, _) => format!("RSA, {} bits", modulus.len() * 8),
            Key::P256(_) => "ECDSA, P-256".to_owned(),
            Key::P384(_) => "ECDSA, P-384".to_owned(),
        }
    }

    /// Whether the message carries this key's signature.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.key, algorithm) {
            (Key::Rsa(n, e), Algorithm::RsaSha256 | Algorithm::RsaSha384 | Algorithm::RsaSha512) => {
                let how = match algorithm {
                    Algorithm::RsaSha384 => &RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(how, message, signature).is_ok()
            }
            (Key::P256(point), Algorithm::EcdsaSha256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Key::P384(point), Algorithm::EcdsaSha384) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}
