//! Signed by Java's own XML signatures (Apache Santuario), with the sandbox's key: default namespaces, white space, namespaces
//! that are inherited and some that nobody uses, character references.

use super::*;

const OF_ASSERTION: &str = include_str!("java-assertion.xml");
const OF_BOTH: &str = include_str!("java-both.xml");

#[test]
fn what_another_program_signed_is_read() {
    for text in [OF_ASSERTION, OF_BOTH] {
        let found = open(text).unwrap();
        assert_eq!((found.id.as_str(), found.subject.as_str()), ("_assertion", "zoë@acme.example"));
        assert_eq!(found.session.as_deref(), Some("s\"1\n"));
        assert_eq!(found.attributes["displayName"], ["Zoë <&> \"O’Neill\" \ttab <raw> &"]);
        assert_eq!(found.attributes["groups"], ["A \"quoted\" 'one'"]);
        assert!(found.verified.starts_with("<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:xs="));
        assert!(!found.verified.contains("urn:unused"), "nobody uses it");
    }
}

#[test]
fn every_letter_of_what_was_signed_counts() {
    let subject = "zoë@acme.example";
    for (from, to) in [
        (subject, "zoe@acme.example"),
        (
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        ),
        ("2027-03-03T10:05:00Z", "2027-03-03T10:06:00Z"),
        ("\"_request-1\"", "\"_request-2\""),
        ("xs:string", "xs:token"),
        ("http://www.w3.org/2001/XMLSchema\"", "http://www.w3.org/2001/XMLSchem\""),
        ("<AudienceRestriction>", "<AudienceRestriction> "),
    ] {
        assert!(OF_ASSERTION.contains(from), "{from}");
        let found = open(&OF_ASSERTION.replace(from, to));
        assert_eq!(found, Err(Refusal::Digest), "{from}");
    }
    // What nobody signed may be otherwise.
    open(&OF_ASSERTION.replace("urn:unused", "urn:useless")).unwrap();
}
