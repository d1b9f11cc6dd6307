//! Assertion and response in canonical form: what is signed, without the signatures.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::forge::Forge;
use super::idp::Answer;
use super::{ASSERTION, PROTOCOL, attribute, text};

pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The assertion, its attributes in canonical order.
pub fn assertion(answer: &Answer, forge: Forge) -> String {
    let times = forge.times(answer.now);
    let (made, begins, ends) = (time(times.made), time(times.begins), time(times.ends));
    let answers =
        answer.in_response_to.as_ref().map(|id| format!(" InResponseTo=\"{}\"", attribute(id))).unwrap_or_default();
    let recipient =
        attribute(if forge == Forge::Recipient { "https://elsewhere.example/acs" } else { &answer.acs_url });
    let format = match forge {
        Forge::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
        _ => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    };
    let audience = match forge {
        Forge::NoAudience => String::new(),
        _ => format!(
            "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>",
            text(&answer.audience)
        ),
    };
    let method = if forge == Forge::HolderOfKey { "holder-of-key" } else { "bearer" };
    [
        format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ID=\"_a{}\" IssueInstant=\"{made}\" Version=\"2.0\">",
            answer.serial
        ),
        format!("<saml:Issuer>{}</saml:Issuer>", text(&answer.issuer)),
        format!("<saml:Subject><saml:NameID Format=\"{format}\">{}</saml:NameID>", text(&answer.subject)),
        format!("<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:{method}\">"),
        format!(
            "<saml:SubjectConfirmationData{answers} NotOnOrAfter=\"{ends}\" Recipient=\"{recipient}\"></saml:SubjectConfirmationData>"
        ),
        "</saml:SubjectConfirmation></saml:Subject>".to_owned(),
        format!("<saml:Conditions NotBefore=\"{begins}\" NotOnOrAfter=\"{ends}\">{audience}</saml:Conditions>"),
        format!(
            "<saml:AuthnStatement AuthnInstant=\"{}\" SessionIndex=\"_s{}\"><saml:AuthnContext>",
            time(answer.signed_in_at),
            answer.serial
        ),
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>"
            .to_owned(),
        "</saml:AuthnContext></saml:AuthnStatement>".to_owned(),
        attributes(answer),
        "</saml:Assertion>".to_owned(),
    ]
    .concat()
}

fn attributes(answer: &Answer) -> String {
    let value = |of: &str| {
        format!(
            "<saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">{}</saml:AttributeValue>",
            text(of)
        )
    };
    let one = |name: &str, values: String| match values.is_empty() {
        true => String::new(),
        false => format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>"),
    };
    format!(
        "<saml:AttributeStatement>{}{}{}</saml:AttributeStatement>",
        one("urn:oid:0.9.2342.19200300.100.1.3", value(&answer.email)),
        one("displayName", value(&answer.name)),
        one("groups", answer.groups.iter().map(|group| value(group)).collect()),
    )
}

/// The response around an assertion.
pub fn response(answer: &Answer, forge: Forge, inner: &str) -> String {
    let destination = match forge {
        Forge::Destination => "https://elsewhere.example/acs",
        _ => &answer.acs_url,
    };
    let answers = match (forge, &answer.in_response_to) {
        (Forge::TwoRequests, _) => " InResponseTo=\"_another\"".to_owned(),
        (_, Some(id)) => format!(" InResponseTo=\"{}\"", attribute(id)),
        (_, None) => String::new(),
    };
    let status = match forge {
        Forge::Declined => {
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\">\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:AuthnFailed\"></samlp:StatusCode></samlp:StatusCode>"
        }
        _ => "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>",
    };
    let inner = if forge == Forge::Declined { "" } else { inner };
    format!(
        "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" Destination=\"{}\" ID=\"_r{}\"{answers} IssueInstant=\"{}\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"{ASSERTION}\">{}</saml:Issuer><samlp:Status>{status}</samlp:Status>{inner}</samlp:Response>",
        attribute(destination),
        answer.serial,
        time(answer.now),
        text(&answer.issuer),
    )
}

/// When an assertion says that it was made and holds.
pub struct Times {
    pub made: DateTime<Utc>,
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
}

impl Times {
    pub fn usual(now: DateTime<Utc>) -> Self {
        Self { made: now, begins: now - TimeDelta::minutes(1), ends: now + TimeDelta::minutes(5) }
    }
}
