//! Encrypting an assertion for a service (XML Encryption 1.1): AES-256-GCM under a key wrapped with RSA-OAEP.

use anyhow::anyhow;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;

use super::forge::Forge;
use super::{ASSERTION, DSIG};
use crate::ids::chance;

const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";

pub fn encrypt(assertion: &str, certificate: &[u8], forge: Forge) -> anyhow::Result<String> {
    let (_, parsed) =
        x509_parser::parse_x509_certificate(certificate).map_err(|_| anyhow!("the service's certificate"))?;
    let public = PublicEncryptingKey::from_der(parsed.public_key().raw).map_err(|_| anyhow!("the service's key"))?;
    let public = OaepPublicEncryptingKey::new(public).map_err(|_| anyhow!("the service's key"))?;
    let (secret, nonce): ([u8; 32], [u8; 12]) = (chance().random(), chance().random());
    let mut wrapped = vec![0; public.ciphertext_size()];
    public
        .encrypt(&OAEP_SHA1_MGF1SHA1, &secret, &mut wrapped, None)
        .map_err(|_| anyhow!("the key can't be wrapped"))?;
    let key = UnboundKey::new(&AES_256_GCM, &secret).map_err(|_| anyhow!("no key"))?;
    let mut sealed = assertion.as_bytes().to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .map_err(|_| anyhow!("nothing sealed"))?;
    if forge == Forge::Ciphertext
        && let Some(byte) = sealed.first_mut()
    {
        *byte ^= 1;
    }
    let data = match forge {
        Forge::Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
        _ => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    };
    let transport = match forge {
        Forge::Pkcs1 => "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
        _ => "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
    };
    let sealed = STANDARD.encode([&nonce[..], &sealed].concat());
    let cipher =
        |value: &str| format!("<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>");
    Ok(format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{ASSERTION}\"><xenc:EncryptedData xmlns:xenc=\"{XENC}\" Type=\"{XENC}Element\">\
         <xenc:EncryptionMethod Algorithm=\"{data}\"></xenc:EncryptionMethod><ds:KeyInfo xmlns:ds=\"{DSIG}\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{transport}\"></xenc:EncryptionMethod>{}</xenc:EncryptedKey></ds:KeyInfo>{}\
         </xenc:EncryptedData></saml:EncryptedAssertion>",
        cipher(&STANDARD.encode(wrapped)),
        cipher(&sealed),
    ))
}
