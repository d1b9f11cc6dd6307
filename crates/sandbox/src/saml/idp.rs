//! The provider itself: from what is to be said to the text of a response.

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::assertion::{assertion, response};
use super::encrypt::encrypt;
use super::forge::Forge;
use super::signature::{Signer, sign_with};
use super::{DSIG, METADATA, PROTOCOL, attribute, wrap};

const KEY: &str = include_str!("../oidc/key.pem");
const CERTIFICATE: &str = include_str!("certificate.pem");

/// What is to be said of whom, and to whom.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The provider's entity id.
    pub issuer: String,
    /// Where it goes to.
    pub acs_url: String,
    /// The service's entity id.
    pub audience: String,
    /// None where the provider begins.
    pub in_response_to: Option<String>,
    pub now: DateTime<Utc>,
    /// When the person showed who they are.
    pub signed_in_at: DateTime<Utc>,
    pub subject: String,
    pub email: String,
    pub name: String,
    pub groups: Vec<String>,
    pub signs_response: bool,
    pub signs_assertion: bool,
    /// The service's certificate, DER, where the assertion is to be encrypted.
    pub encrypt_for: Option<Vec<u8>>,
    pub forge: Forge,
    /// Makes ids differ.
    pub serial: String,
}

/// The provider's key, which is in the sources and known to everybody, and its certificate.
#[derive(Debug)]
pub struct Idp {
    signer: Signer,
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).context("the sandbox's key or certificate")
}

impl Idp {
    /// # Errors
    /// When the key in the sources can't be read.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { signer: Signer::rsa(&der(KEY)?, der(CERTIFICATE)?)? })
    }

    /// A provider with another key.
    #[must_use]
    pub const fn with(signer: Signer) -> Self {
        Self { signer }
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.signer.certificate()
    }

    /// The provider's metadata, where it lives under `base`.
    #[must_use]
    pub fn metadata(&self, base: &str) -> String {
        let certificate = STANDARD.encode(self.certificate());
        let base = attribute(base);
        format!(
            "<?xml version=\"1.0\"?>\n<!-- Of the sandbox: its key is known to everybody. -->\n\
             <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{base}/sandbox/saml/metadata\">\
             <md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" protocolSupportEnumeration=\"{PROTOCOL}\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{base}/sandbox/saml/sso\"/>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{base}/sandbox/saml/sso\"/>\
             </md:IDPSSODescriptor></md:EntityDescriptor>\n"
        )
    }

    /// The text of a response.
    ///
    /// # Errors
    /// When something can't be signed or encrypted.
    pub fn respond(&self, answer: &Answer) -> anyhow::Result<String> {
        let forge = answer.forge;
        let answer = forge.spoil(answer);
        let stranger;
        let signer = if forge == Forge::UnknownKey {
            stranger = Signer::stranger()?;
            &stranger
        } else {
            &self.signer
        };
        let plain = assertion(&answer, forge);
        let signed = if answer.signs_assertion {
            sign_with(signer, forge, &plain, &format!("_a{}", answer.serial))?
        } else {
            plain.clone()
        };
        let carried = match &answer.encrypt_for {
            Some(certificate) => encrypt(&as_others_write(&signed), certificate, forge)?,
            None => signed.clone(),
        };
        let inner = if forge == Forge::TwoAssertions { format!("{carried}{carried}") } else { carried };
        let plain_response = response(&answer, forge, &inner);
        let whole = if answer.signs_response {
            sign_with(signer, forge, &plain_response, &format!("_r{}", answer.serial))?
        } else {
            plain_response.clone()
        };
        let wrapped = wrap::wrap(forge, &wrap::Parts { whole, plain_response, signed, plain })
            .ok_or_else(|| anyhow!("nothing to wrap: sign the response or the assertion"))?;
        let spoilt = forge.spoil_text(wrapped);
        Ok(as_others_write(&spoilt))
    }
}

/// The same XML as programs write it: declarations higher up, other quotes, empty elements closed at once.
fn as_others_write(canonical: &str) -> String {
    let xsi = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let xs = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    canonical
        .replace(xsi, "")
        .replace(xs, &format!("{xs}{xsi}"))
        .replace("></saml:SubjectConfirmationData>", " />")
        .replace("\"></ds:Transform>", "\"/>")
        .replace("\"></ds:DigestMethod>", "\"\n/>")
        .replace(" Version=\"2.0\"", " Version='2.0'")
        .replace("&gt;", ">")
}
