//! Our own key at one provider: it decrypts assertions, and signs requests where the provider wants that.

use std::fmt;

use anyhow::{Context, anyhow};
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey},
    signature::RSA_PKCS1_SHA256,
};
use chrono::{DateTime, Datelike, Utc};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, date_time_ymd};

/// How long our certificate says that it is good for. Providers pin it, so this must not end by surprise.
const YEARS: i32 = 10;

/// An RSA key. `Debug` shows nothing of it.
pub struct OurKey {
    pkcs8: Vec<u8>,
}

impl OurKey {
    /// Makes a key, and the certificate by which the provider knows it, with `name` on it. A fraction of a second of work.
    ///
    /// # Errors
    /// When the machine can make no key.
    pub fn generate(name: &str, now: DateTime<Utc>) -> anyhow::Result<(Self, Vec<u8>)> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("an RSA key could not be made"))?;
        let der = AsDer::as_der(&pair).map_err(|_| anyhow!("an RSA key could not be written"))?;
        let pkcs8 = der.as_ref().to_vec();
        let signer = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_slice().into(), &PKCS_RSA_SHA256)
            .context("a key for a certificate")?;
        let mut called = DistinguishedName::new();
        called.push(DnType::CommonName, name.chars().take(64).collect::<String>());
        let mut params = CertificateParams::default();
        params.distinguished_name = called;
        let month = u8::try_from(now.month()).context("a month")?;
        // Days from the first of the month: every month of every year has one.
        params.not_before = date_time_ymd(now.year(), month, 1);
        params.not_after = date_time_ymd(now.year() + YEARS, month, 1);
        let certificate = params.self_signed(&signer).context("our certificate at a provider")?;
        Ok((Self { pkcs8 }, certificate.der().to_vec()))
    }

    /// From what [`Self::to_bytes`] gave.
    #[must_use]
    pub const fn from_bytes(pkcs8: Vec<u8>) -> Self {
        Self { pkcs8 }
    }

    /// PKCS#8, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> &[u8] {
        &self.pkcs8
    }

    /// A key that was encrypted for us.
    pub(super) fn unwrap(&self, how: &'static OaepAlgorithm, wrapped: &[u8]) -> Option<Vec<u8>> {
        let key = PrivateDecryptingKey::from_pkcs8(&self.pkcs8).ok()?;
        let key = OaepPrivateDecryptingKey::new(key).ok()?;
        if wrapped.len() != key.key_size_bytes() {
            return None;
        }
        let mut plain = vec![0; key.min_output_size()];
        key.decrypt(how, wrapped, &mut plain, None).ok().map(|plain| plain.to_vec())
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let pair = KeyPair::from_pkcs8(&self.pkcs8).ok()?;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

impl fmt::Debug for OurKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OurKey")
    }
}
