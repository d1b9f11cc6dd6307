//! Enveloped signatures, written in canonical form by hand (XML Signature 1.1; Exclusive XML Canonicalization 1.0).

use anyhow::anyhow;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::DSIG;
use super::forge::Forge;

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

enum Key {
    Rsa(Box<RsaKeyPair>),
    /// P-256.
    Ec(EcdsaKeyPair),
}

/// A key with its certificate. `Debug` shows neither.
pub struct Signer {
    key: Key,
    certificate: Vec<u8>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// # Errors
    /// When the key is no RSA key in PKCS#8.
    pub fn rsa(pkcs8: &[u8], certificate: Vec<u8>) -> anyhow::Result<Self> {
        let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|error| anyhow!("an RSA key: {error}"))?;
        Ok(Self { key: Key::Rsa(Box::new(key)), certificate })
    }

    /// With a P-256 key that signs in the fixed form.
    #[must_use]
    pub const fn ec(key: EcdsaKeyPair, certificate: Vec<u8>) -> Self {
        Self { key: Key::Ec(key), certificate }
    }

    /// A key that nobody knows, which says of itself in `KeyInfo` what it is.
    pub(super) fn stranger() -> anyhow::Result<Self> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key can be made"))?;
        let public = aws_lc_rs::signature::KeyPair::public_key(&key).as_der().map_err(|_| anyhow!("no public key"))?;
        let certificate = public.as_ref().to_vec();
        Ok(Self { key: Key::Rsa(Box::new(key)), certificate })
    }

    pub(super) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    const fn method(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => RSA_SHA256,
            Key::Ec(_) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        }
    }

    fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let rng = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut mark = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &rng, message, &mut mark).map_err(|_| anyhow!("no signature"))?;
                Ok(mark)
            }
            Key::Ec(key) => Ok(key.sign(&rng, message).map_err(|_| anyhow!("no signature"))?.as_ref().to_vec()),
        }
    }
}

/// The element with an enveloped signature of itself after its issuer. `canonical` is its canonical text, `id` its id.
///
/// # Errors
/// When the key does not sign.
pub fn sign_with(signer: &Signer, forge: Forge, canonical: &str, id: &str) -> anyhow::Result<String> {
    let method = match forge {
        Forge::Sha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        Forge::Hmac => "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        _ => signer.method(),
    };
    let digest = STANDARD.encode(Sha256::digest(canonical.as_bytes()));
    let info = signed_info(forge, method, id, &digest);
    // As it stands in the document the prefix is declared above it.
    let alone = info.replacen("<ds:SignedInfo>", &format!("<ds:SignedInfo xmlns:ds=\"{DSIG}\">"), 1);
    let mut mark = if forge == Forge::Hmac {
        let mut mac = Hmac::<Sha256>::new_from_slice(signer.certificate())?;
        mac.update(alone.as_bytes());
        mac.finalize().into_bytes().to_vec()
    } else {
        signer.sign(alone.as_bytes())?
    };
    if forge == Forge::Signature
        && let Some(byte) = mark.last_mut()
    {
        *byte ^= 1;
    }
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        STANDARD.encode(mark),
        STANDARD.encode(signer.certificate()),
    );
    Ok(canonical.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1))
}

fn signed_info(forge: Forge, method: &str, id: &str, digest: &str) -> String {
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let canonical = match forge {
        Forge::WithComments => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        Forge::InclusiveC14n => inclusive,
        _ => EXCLUSIVE,
    };
    let uri = match forge {
        Forge::EmptyReference => String::new(),
        Forge::OtherReference => "#_elsewhere".to_owned(),
        _ => format!("#{id}"),
    };
    let more = match forge {
        Forge::ExtraTransform => {
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>"
        }
        _ => "",
    };
    let hash = match forge {
        Forge::Sha1Digest => "http://www.w3.org/2000/09/xmldsig#sha1",
        _ => "http://www.w3.org/2001/04/xmlenc#sha256",
    };
    format!(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{canonical}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod><ds:Reference URI=\"{uri}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>{more}\
         <ds:Transform Algorithm=\"{canonical}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"xs\"></ec:InclusiveNamespaces>\
         </ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{hash}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue>\
         </ds:Reference></ds:SignedInfo>"
    )
}
