//! Asking a provider to sign somebody in: an `AuthnRequest` by the redirect binding (SAML Core, 3.4.1; SAML Bindings, 3.4).

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use flate2::{Compression, write::DeflateEncoder};
use url::Url;

use super::{ASSERTION, OurKey, POST_BINDING, PROTOCOL, escape};

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// What is asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The request's id, which the answer must name.
    pub id: &'a str,
    pub sign_on_url: &'a str,
    pub entity_id: &'a str,
    pub acs_url: &'a str,
    /// The provider must ask the person who they are, whatever it remembers.
    pub forces: bool,
    /// Signs the request, where the provider wants that.
    pub key: Option<&'a OurKey>,
    pub now: DateTime<Utc>,
}

/// Where the browser goes; `None` when the provider's address is none, or the key does not sign.
#[must_use]
pub fn sign_in_url(ask: &Ask<'_>) -> Option<Url> {
    let mut url = Url::parse(ask.sign_on_url).ok()?;
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(request(ask).as_bytes()).ok()?;
    let encoded = STANDARD.encode(deflate.finish().ok()?);
    let Some(key) = ask.key else {
        url.query_pairs_mut().append_pair("SAMLRequest", &encoded);
        return Some(url);
    };
    // Signed is the query as it is sent (SAML Bindings, 3.4.4.1).
    let mut signed = form_urlencoded::Serializer::new(String::new());
    let signed = signed.append_pair("SAMLRequest", &encoded).append_pair("SigAlg", RSA_SHA256).finish();
    let signature = STANDARD.encode(key.sign(signed.as_bytes())?);
    let mut last = form_urlencoded::Serializer::new(String::new());
    let last = last.append_pair("Signature", &signature).finish();
    let before = url.query().map(|query| format!("{query}&")).unwrap_or_default();
    url.set_query(Some(&format!("{before}{signed}&{last}")));
    Some(url)
}

fn request(ask: &Ask<'_>) -> String {
    let forces = if ask.forces { " ForceAuthn=\"true\"" } else { "" };
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\" \
         Destination=\"{}\" AssertionConsumerServiceURL=\"{}\" ProtocolBinding=\"{POST_BINDING}\"{forces}><saml:Issuer>{}</saml:Issuer>\
         <samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
        escape(ask.id),
        ask.now.to_rfc3339_opts(SecondsFormat::Secs, true),
        escape(ask.sign_on_url),
        escape(ask.acs_url),
        escape(ask.entity_id),
    )
}
