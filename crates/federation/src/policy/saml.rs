//! Who a SAML assertion says that somebody is, in the claims that OpenID Connect has for it.

use guildhall_identity::EmailAddress;
use serde_json::{Map, Value, json};

use crate::{saml::Assertion, token::IdToken};

/// What providers call the address, the whole name and its parts: eduPerson and X.500, Microsoft, plain words.
const EMAIL: [&str; 8] = [
    "email",
    "mail",
    "emailAddress",
    "emailaddress",
    "Email",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:1.2.840.113549.1.9.1",
];
const NAME: [&str; 6] = [
    "displayName",
    "name",
    "cn",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "urn:oid:2.5.4.3",
];
const GIVEN: [&str; 5] = [
    "givenName",
    "firstName",
    "first_name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "urn:oid:2.5.4.42",
];
const FAMILY: [&str; 6] = [
    "sn",
    "surname",
    "lastName",
    "last_name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    "urn:oid:2.5.4.4",
];

/// An assertion as if it had come as an ID token. `email_attribute` is where the owner says that the address is; when it is
/// empty, one of the usual names, else the subject where it reads like an address.
#[must_use]
pub fn identity(assertion: &Assertion, email_attribute: &str) -> IdToken {
    let first = |name: &str| assertion.attributes.get(name).and_then(|values| values.first()).map(String::as_str);
    let usual = |names: &[&str]| names.iter().find_map(|name| first(name));
    let mut claims: Map<String, Value> =
        assertion.attributes.iter().map(|(name, values)| (name.clone(), json!(values))).collect();
    let subject = Some(assertion.subject.as_str()).filter(|subject| EmailAddress::parse(subject).is_ok());
    let email = if email_attribute.is_empty() { usual(&EMAIL).or(subject) } else { first(email_attribute) };
    let found =
        [("email", email), ("name", usual(&NAME)), ("given_name", usual(&GIVEN)), ("family_name", usual(&FAMILY))];
    // Whether an address is proved is not for a provider to say that an organisation runs.
    claims.remove("email_verified");
    for (claim, value) in found {
        claims.remove(claim);
        if let Some(value) = value {
            claims.insert(claim.to_owned(), json!(value));
        }
    }
    IdToken {
        issuer: assertion.issuer.clone(),
        subject: assertion.subject.clone(),
        session: assertion.session.clone(),
        expires_at: assertion.expires_at,
        signed_in_at: assertion.signed_in_at,
        claims,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn assertion(subject: &str, attributes: &[(&str, &[&str])]) -> Assertion {
        let attributes: BTreeMap<String, Vec<String>> = attributes
            .iter()
            .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
            .collect();
        Assertion {
            id: "_1".to_owned(),
            issuer: "https://idp.example".to_owned(),
            subject: subject.to_owned(),
            session: None,
            in_response_to: None,
            signed_in_at: None,
            expires_at: chrono::DateTime::UNIX_EPOCH,
            attributes,
            verified: String::new(),
        }
    }

    #[test]
    fn the_address_is_found_by_its_usual_names_or_the_owners() {
        let entra = assertion(
            "u-1",
            &[
                ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", &["a@acme.example"]),
                ("http://schemas.microsoft.com/identity/claims/displayname", &["Ada"]),
                ("groups", &["Staff", "Heads"]),
                ("email_verified", &["true"]),
            ],
        );
        let claims = identity(&entra, "").claims;
        assert_eq!((&claims["email"], &claims["name"]), (&json!("a@acme.example"), &json!("Ada")));
        assert_eq!(claims["groups"], json!(["Staff", "Heads"]));
        assert!(!claims.contains_key("email_verified"));
        let other = assertion("ada@acme.example", &[("work", &["w@acme.example"])]);
        assert_eq!(identity(&other, "work").claims["email"], json!("w@acme.example"));
        assert_eq!(identity(&other, "").claims["email"], json!("ada@acme.example"));
        assert!(!identity(&other, "nothing").claims.contains_key("email"), "the owner named one, and it is not there");
    }
}
