//! Encrypted assertions (SAML Core, 2.3.4; XML Encryption 1.1). AES-GCM alone, so that nothing is decrypted that was tampered
//! with; RSA-OAEP alone, so that no padding can be tried out on us.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm},
};

use super::{DSIG, OurKey, Refusal, XENC, XENC11, signature::bytes, xml::Element};

const NONCE: usize = 12;

/// The text of the assertion in an `EncryptedAssertion`.
pub(super) fn decrypt(encrypted: Element<'_, '_>, key: &OurKey) -> Result<String, Refusal> {
    let wrong = Refusal::EncryptionMethod;
    let data = encrypted.one(XENC, "EncryptedData", wrong)?;
    let algorithm = match method(data)?.attribute("Algorithm") {
        Some("http://www.w3.org/2009/xmlenc11#aes128-gcm") => &AES_128_GCM,
        Some("http://www.w3.org/2009/xmlenc11#aes256-gcm") => &AES_256_GCM,
        _ => return Err(wrong),
    };
    // The key stands in the data, or beside it.
    let inside =
        data.at_most_one(DSIG, "KeyInfo", wrong)?.map(|info| info.all(XENC, "EncryptedKey")).unwrap_or_default();
    let beside = encrypted.all(XENC, "EncryptedKey");
    let keys: Vec<_> = inside.into_iter().chain(beside).collect();
    let [wrapped] = keys.as_slice() else { return Err(wrong) };
    let secret = key.unwrap(oaep(method(*wrapped)?)?, &cipher_value(*wrapped)?).ok_or(Refusal::Encryption)?;
    let key = UnboundKey::new(algorithm, &secret).map_err(|_| Refusal::Encryption)?;
    let sealed = cipher_value(data)?;
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(Refusal::Encryption)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Refusal::Encryption)?;
    let mut text = sealed.to_vec();
    let plain = LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut text).map_err(|_| Refusal::Encryption)?;
    String::from_utf8(plain.to_vec()).map_err(|_| Refusal::Encryption)
}

fn method<'t, 'a>(element: Element<'t, 'a>) -> Result<Element<'t, 'a>, Refusal> {
    element.one(XENC, "EncryptionMethod", Refusal::EncryptionMethod)
}

/// SHA-1 stands here for what the older name of OAEP means by default; collisions don't weaken it there.
fn oaep(method: Element<'_, '_>) -> Result<&'static OaepAlgorithm, Refusal> {
    let wrong = Refusal::EncryptionMethod;
    let digest = method.at_most_one(DSIG, "DigestMethod", wrong)?.and_then(|digest| digest.attribute("Algorithm"));
    let mask = method.at_most_one(XENC11, "MGF", wrong)?.and_then(|mask| mask.attribute("Algorithm"));
    if !method.all(XENC, "OAEPparams").is_empty() {
        return Err(wrong);
    }
    let sha1 = matches!(digest, None | Some("http://www.w3.org/2000/09/xmldsig#sha1"));
    let sha256 = digest == Some("http://www.w3.org/2001/04/xmlenc#sha256");
    match (method.attribute("Algorithm"), mask) {
        (Some("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"), None) if sha1 => Ok(&OAEP_SHA1_MGF1SHA1),
        (Some("http://www.w3.org/2009/xmlenc11#rsa-oaep"), None | Some("http://www.w3.org/2009/xmlenc11#mgf1sha1"))
            if sha1 =>
        {
            Ok(&OAEP_SHA1_MGF1SHA1)
        }
        (Some("http://www.w3.org/2009/xmlenc11#rsa-oaep"), Some("http://www.w3.org/2009/xmlenc11#mgf1sha256"))
            if sha256 =>
        {
            Ok(&OAEP_SHA256_MGF1SHA256)
        }
        _ => Err(wrong),
    }
}

fn cipher_value(element: Element<'_, '_>) -> Result<Vec<u8>, Refusal> {
    let data = element.one(XENC, "CipherData", Refusal::EncryptionMethod)?;
    bytes(data.one(XENC, "CipherValue", Refusal::EncryptionMethod)?)
}
