//! Answers, right and wrong. Each way to be wrong is one that a service must notice.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::assertion::Times;
use super::idp::Answer;
use super::wrap::VICTIM;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forge {
    #[default]
    Nothing,
    /// A bit of the signature is turned.
    Signature,
    /// The content is changed after signing.
    Content,
    /// Not signed at all.
    Unsigned,
    /// RSA with SHA-1.
    Sha1,
    Sha1Digest,
    /// An HMAC under the public certificate.
    Hmac,
    /// A key that the metadata does not have, with itself in `KeyInfo`.
    UnknownKey,
    InclusiveC14n,
    WithComments,
    ExtraTransform,
    EmptyReference,
    OtherReference,
    /// Another element has the signed one's id.
    DuplicateId,
    Issuer,
    Destination,
    Recipient,
    Audience,
    NoAudience,
    InResponseTo,
    /// Response and assertion answer different requests.
    TwoRequests,
    /// As if the provider had begun.
    Unsolicited,
    Expired,
    NotYet,
    Old,
    FromTheFuture,
    HolderOfKey,
    /// A name that changes each time.
    Transient,
    TwoAssertions,
    /// A comment in the middle of the name.
    Comment,
    ProcessingInstruction,
    Doctype,
    BillionLaughs,
    ExternalEntity,
    Huge,
    Deep,
    /// Encrypted with AES-CBC.
    Cbc,
    /// The key wrapped with PKCS#1 v1.5.
    Pkcs1,
    /// A bit of the ciphertext is turned.
    Ciphertext,
    /// Signature wrapping, by the numbers of SAML Raider: 1 and 2 need a signed response, the others a signed assertion.
    Xsw1,
    Xsw2,
    Xsw3,
    Xsw4,
    Xsw5,
    Xsw6,
    Xsw7,
    Xsw8,
    /// The provider says that the person did not sign in.
    Declined,
}

impl Forge {
    pub const ALL: [(Self, &str); 48] = [
        (Self::Nothing, "Nothing"),
        (Self::Signature, "Its signature"),
        (Self::Content, "Its content, changed after signing"),
        (Self::Unsigned, "It is not signed"),
        (Self::Sha1, "Its algorithm: SHA-1"),
        (Self::Sha1Digest, "Its digest: SHA-1"),
        (Self::Hmac, "Its algorithm: an HMAC under the certificate"),
        (Self::UnknownKey, "Its key: one that is not in the metadata"),
        (Self::InclusiveC14n, "It is canonicalised inclusively"),
        (Self::WithComments, "It is canonicalised with comments"),
        (Self::ExtraTransform, "A transform too many"),
        (Self::EmptyReference, "Its signature names no element"),
        (Self::OtherReference, "Its signature names another element"),
        (Self::DuplicateId, "Two elements have its id"),
        (Self::Issuer, "Its issuer"),
        (Self::Destination, "Its destination"),
        (Self::Recipient, "Its recipient"),
        (Self::Audience, "Its audience"),
        (Self::NoAudience, "It has no audience"),
        (Self::InResponseTo, "The request that it answers"),
        (Self::TwoRequests, "It answers two requests"),
        (Self::Unsolicited, "Nobody asked for it"),
        (Self::Expired, "It has expired"),
        (Self::NotYet, "It is not valid yet"),
        (Self::Old, "It was made long ago"),
        (Self::FromTheFuture, "It was made in the future"),
        (Self::HolderOfKey, "Its confirmation"),
        (Self::Transient, "Its name changes each time"),
        (Self::TwoAssertions, "It has two assertions"),
        (Self::Comment, "A comment in its name"),
        (Self::ProcessingInstruction, "A processing instruction in its name"),
        (Self::Doctype, "A document type"),
        (Self::BillionLaughs, "Entities that grow"),
        (Self::ExternalEntity, "An entity from elsewhere"),
        (Self::Huge, "Its size"),
        (Self::Deep, "Its depth"),
        (Self::Cbc, "Its encryption: CBC"),
        (Self::Pkcs1, "Its key transport: PKCS#1 v1.5"),
        (Self::Ciphertext, "Its ciphertext, changed"),
        (Self::Xsw1, "Wrapped: 1"),
        (Self::Xsw2, "Wrapped: 2"),
        (Self::Xsw3, "Wrapped: 3"),
        (Self::Xsw4, "Wrapped: 4"),
        (Self::Xsw5, "Wrapped: 5"),
        (Self::Xsw6, "Wrapped: 6"),
        (Self::Xsw7, "Wrapped: 7"),
        (Self::Xsw8, "Wrapped: 8"),
        (Self::Declined, "The person did not sign in"),
    ];

    /// As it is sent.
    #[must_use]
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(ToOwned::to_owned)).unwrap_or_default()
    }

    /// Changes what is said, before it is signed.
    pub(super) fn spoil(self, answer: &Answer) -> Answer {
        let mut answer = answer.clone();
        match self {
            Self::Unsigned => (answer.signs_assertion, answer.signs_response) = (false, false),
            Self::Xsw1 | Self::Xsw2 => (answer.signs_assertion, answer.signs_response) = (false, true),
            Self::Xsw3 | Self::Xsw4 | Self::Xsw5 | Self::Xsw6 | Self::Xsw7 | Self::Xsw8 => {
                (answer.signs_assertion, answer.signs_response) = (true, false);
            }
            Self::Issuer => "https://evil.example/metadata".clone_into(&mut answer.issuer),
            Self::Audience => "https://somebody.else.example/metadata".clone_into(&mut answer.audience),
            Self::InResponseTo => answer.in_response_to = Some("_another-request".to_owned()),
            Self::Unsolicited => answer.in_response_to = None,
            Self::Comment | Self::ProcessingInstruction => answer.subject = format!("{VICTIM}.evil.example"),
            _ => {}
        }
        answer
    }

    pub(super) fn times(self, now: DateTime<Utc>) -> Times {
        let usual = Times::usual(now);
        match self {
            Self::Expired => Times { ends: now - TimeDelta::minutes(2), ..usual },
            Self::NotYet => Times { begins: now + TimeDelta::minutes(2), ends: now + TimeDelta::minutes(9), ..usual },
            Self::Old => Times { made: now - TimeDelta::hours(2), ends: now + TimeDelta::hours(2), ..usual },
            Self::FromTheFuture => Times { made: now + TimeDelta::minutes(5), ..usual },
            _ => usual,
        }
    }

    /// Changes the text, after it was signed.
    pub(super) fn spoil_text(self, text: String) -> String {
        let head = |declaration: &str| format!("{declaration}{text}");
        match self {
            Self::Content => text.replace("</saml:NameID>", "x</saml:NameID>"),
            Self::DuplicateId => {
                let status = "<samlp:Status>";
                let id = text.split(" ID=\"_a").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                text.replacen(
                    status,
                    &format!("<samlp:Extensions><x xmlns=\"urn:x\" Id=\"_a{id}\"></x></samlp:Extensions>{status}"),
                    1,
                )
            }
            // Canonical text has no comments, so the signature still holds.
            Self::Comment => text.replace(".evil.example</saml:NameID>", "<!-- x -->.evil.example</saml:NameID>"),
            Self::ProcessingInstruction => {
                text.replace(".evil.example</saml:NameID>", "<?x y?>.evil.example</saml:NameID>")
            }
            Self::Doctype => head("<!DOCTYPE samlp:Response>"),
            Self::BillionLaughs => {
                let entities: String =
                    (1..12).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
                let laughs = format!("<!DOCTYPE r [<!ENTITY l0 \"ha\">{entities}]>");
                head(&laughs).replace("</saml:NameID>", "&l11;</saml:NameID>")
            }
            Self::ExternalEntity => head("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>")
                .replace("</saml:NameID>", "&x;</saml:NameID>"),
            Self::Huge => text.replace("<samlp:Status>", &format!("{}<samlp:Status>", " ".repeat(170 * 1024))),
            Self::Deep => {
                let (open, close) = ("<x>".repeat(200), "</x>".repeat(200));
                text.replacen(
                    "<samlp:Status>",
                    &format!("<samlp:Extensions>{open}{close}</samlp:Extensions><samlp:Status>"),
                    1,
                )
            }
            _ => text,
        }
    }
}
