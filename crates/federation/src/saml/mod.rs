//! SAML 2.0 as a service provider, pure: what comes in is text, keys, what is expected and the time.
//!
//! Always holds:
//! - An assertion is read from the bytes that a signature of a pinned certificate covers, parsed anew, and from nothing else.
//! - There is one assertion. Documents with a document type, comments, processing instructions or the same id twice are
//!   refused before anything is looked at.
//! - What is not on a list is refused: algorithms, transforms, the shape of signatures, conditions.
//! - `KeyInfo` is passed over: keys come from the metadata that the organisation's owner gave us.
//!
//! Sources: SAML 2.0 Core, Bindings, Profiles (OASIS, 2005) with their errata; XML Signature 1.1, XML Encryption 1.1 and
//! Exclusive XML Canonicalization 1.0 (W3C). See decision 16 for the libraries.

mod assertion;
mod certificate;
mod decrypt;
mod key;
mod metadata;
mod request;
mod response;
mod service;
mod signature;
#[cfg(test)]
mod tests;
mod xml;

pub use assertion::Assertion;
pub use certificate::Certificate;
pub use key::OurKey;
pub use metadata::{IdentityProvider, MetadataProblem, parse_metadata};
pub use request::{Ask, sign_in_url};
pub use response::{Expected, open_response};
pub use service::service_metadata;

/// Namespaces.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
pub(crate) const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
pub(crate) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const POST_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// Why a response is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the response is larger than we take")]
    TooLarge,
    #[error("the response can't be read")]
    Malformed,
    #[error("the response has a document type")]
    Doctype,
    #[error("the response has a comment or a processing instruction in it")]
    Comment,
    #[error("two elements of the response have the same id")]
    DuplicateId,
    #[error("it is not a SAML 2.0 response")]
    NotAResponse,
    #[error("the person did not sign in at the provider")]
    Declined,
    #[error("the provider answers that it could not sign anybody in")]
    Failed,
    #[error("there is not exactly one assertion where it belongs")]
    Assertions,
    #[error("neither the assertion nor the response is signed")]
    Unsigned,
    #[error("a signature is not where it belongs")]
    SignaturePlace,
    #[error("a signature does not cover exactly what it is in, canonicalised as we expect")]
    SignatureForm,
    #[error("it is signed by an algorithm that is not allowed: use RSA or ECDSA with SHA-256 or better")]
    Algorithm,
    #[error("the signed content was changed")]
    Digest,
    #[error("the signature is not of a certificate in the metadata")]
    Signature,
    #[error("it is encrypted in a way that is not allowed: use AES-GCM with RSA-OAEP")]
    EncryptionMethod,
    #[error("the assertion can't be decrypted with this connection's key")]
    Encryption,
    #[error("it is from another provider")]
    Issuer,
    #[error("it was sent to another address")]
    Destination,
    #[error("the assertion is meant for another address")]
    Recipient,
    #[error("the assertion is meant for another audience")]
    Audience,
    #[error("the assertion and its response answer different requests")]
    InResponseTo,
    #[error("nobody here asked for it, and sign-in that begins at the provider is off")]
    Unsolicited,
    #[error("the assertion has expired")]
    Expired,
    #[error("the assertion is not valid yet")]
    NotYet,
    #[error("the assertion was made too long ago, or in the future")]
    IssueInstant,
    #[error("the assertion does not say how its bearer is confirmed")]
    Confirmation,
    #[error("the assertion has a condition that we don't know")]
    Condition,
    #[error("the assertion names nobody, or somebody in a way that we can't use")]
    Subject,
    #[error("the assertion's name for the person changes each time: send a persistent id or the email address")]
    Transient,
    #[error("the assertion does not say that anybody signed in")]
    Authentication,
    #[error("the person was to sign in anew, and the assertion's AuthnInstant is from before")]
    AuthnInstant,
}

/// Text that is safe in an element and in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}
