//! Responses of the sandbox's provider, which writes canonical XML by hand, and of Java's own XML signatures: right ones are
//! taken, and each wrong one is refused for what is wrong with it.

mod foreign;
mod mangled;
mod metadata;

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use guildhall_sandbox::saml::{Answer, Forge, Idp, Signer};

use super::{Assertion, Certificate, Expected, OurKey, Refusal, open_response};

pub(super) const ISSUER: &str = "http://127.0.0.1:3001/sandbox/saml/metadata";
pub(super) const ENTITY: &str = "https://guildhall.example/sso/1/metadata";
pub(super) const ACS: &str = "https://guildhall.example/sso/1/acs";
pub(super) const REQUEST: &str = "_request-1";

/// Keys cost a moment, so all tests share one.
pub(super) static OURS: LazyLock<(OurKey, Vec<u8>)> =
    LazyLock::new(|| OurKey::generate(ENTITY, DateTime::UNIX_EPOCH + TimeDelta::days(20_000)).unwrap());

pub(super) fn now() -> DateTime<Utc> {
    "2027-03-03T10:00:00Z".parse().unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    Assertion,
    Response,
    Both,
}

pub(super) fn answer(signs: Signs, forge: Forge) -> Answer {
    Answer {
        issuer: ISSUER.to_owned(),
        acs_url: ACS.to_owned(),
        audience: ENTITY.to_owned(),
        in_response_to: Some(REQUEST.to_owned()),
        now: now(),
        signed_in_at: now() - TimeDelta::hours(3),
        subject: "sub-1".to_owned(),
        email: "robin@acme.example".to_owned(),
        name: "Robin O’Example & <Sons>".to_owned(),
        groups: vec!["Staff".to_owned(), "Heads \"of\" 'all'".to_owned()],
        signs_response: signs != Signs::Assertion,
        signs_assertion: signs != Signs::Response,
        encrypt_for: None,
        forge,
        serial: "1".to_owned(),
    }
}

pub(super) fn open_with(text: &str, certificates: &[Certificate], at: DateTime<Utc>) -> Result<Assertion, Refusal> {
    let expected = Expected { issuer: ISSUER, certificates, entity_id: ENTITY, acs_url: ACS, key: &OURS.0 };
    open_response(&STANDARD.encode(text), &expected, at)
}

pub(super) fn open(text: &str) -> Result<Assertion, Refusal> {
    let certificate = Certificate::from_der(Idp::new().unwrap().certificate()).unwrap();
    open_with(text, &[certificate], now())
}

fn respond(answer: &Answer) -> String {
    Idp::new().unwrap().respond(answer).unwrap()
}

fn check(assertion: &Assertion) {
    assert_eq!((assertion.subject.as_str(), assertion.issuer.as_str()), ("sub-1", ISSUER));
    assert_eq!(assertion.in_response_to.as_deref(), Some(REQUEST));
    assert_eq!(assertion.session.as_deref(), Some("_s1"));
    assert_eq!(assertion.attributes["displayName"], ["Robin O’Example & <Sons>"]);
    assert_eq!(assertion.attributes["groups"], ["Staff", "Heads \"of\" 'all'"]);
    assert_eq!(assertion.expires_at, now() + TimeDelta::minutes(6));
    assert_eq!(assertion.signed_in_at, Some(now() - TimeDelta::hours(3)));
}

#[test]
fn what_is_signed_is_taken_whichever_part_and_encrypted_or_not() {
    for signs in [Signs::Assertion, Signs::Response, Signs::Both] {
        for encrypted in [false, true] {
            let mut answer = answer(signs, Forge::Nothing);
            answer.encrypt_for = encrypted.then(|| OURS.1.clone());
            let text = respond(&answer);
            assert_eq!(text.contains("robin@acme.example"), !encrypted, "{signs:?}");
            check(&open(&text).unwrap_or_else(|refusal| panic!("{signs:?} {encrypted}: {refusal}\n{text}")));
        }
    }
}

#[test]
fn an_elliptic_key_will_do() {
    let rng = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let signer = rcgen::KeyPair::try_from(pkcs8.as_ref()).unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&signer).unwrap().der().to_vec();
    let idp = Idp::with(Signer::ec(key, certificate.clone()));
    let text = idp.respond(&answer(Signs::Both, Forge::Nothing)).unwrap();
    let certificate = Certificate::from_der(&certificate).unwrap();
    assert_eq!(certificate.kind(), "ECDSA, P-256");
    check(&open_with(&text, &[certificate], now()).unwrap());
    assert_eq!(open(&text), Err(Refusal::Signature), "another key is pinned");
}

/// What must be said of each forgery, when the assertion is signed and when the response is.
fn expected(forge: Forge) -> (Refusal, Refusal) {
    use Refusal as R;
    let both = |refusal| (refusal, refusal);
    match forge {
        Forge::Nothing => unreachable!("nothing is wrong with it"),
        Forge::Signature | Forge::UnknownKey => both(R::Signature),
        Forge::Content => both(R::Digest),
        Forge::Unsigned => both(R::Unsigned),
        Forge::Sha1 | Forge::Sha1Digest | Forge::Hmac => both(R::Algorithm),
        Forge::InclusiveC14n | Forge::WithComments | Forge::ExtraTransform => both(R::SignatureForm),
        Forge::EmptyReference | Forge::OtherReference => both(R::SignatureForm),
        Forge::DuplicateId => both(R::DuplicateId),
        Forge::Issuer => both(R::Issuer),
        Forge::Destination => both(R::Destination),
        Forge::Recipient => both(R::Recipient),
        Forge::Audience | Forge::NoAudience => both(R::Audience),
        // Which request is the right one is known where the cookie is: see `flow`.
        Forge::InResponseTo | Forge::Unsolicited => unreachable!("that depends on the browser"),
        Forge::TwoRequests => both(R::InResponseTo),
        Forge::Expired => both(R::Expired),
        Forge::NotYet => both(R::NotYet),
        Forge::Old | Forge::FromTheFuture => both(R::IssueInstant),
        Forge::HolderOfKey => both(R::Confirmation),
        Forge::Transient => both(R::Transient),
        Forge::TwoAssertions => both(R::DuplicateId),
        Forge::Comment | Forge::ProcessingInstruction => both(R::Comment),
        Forge::Doctype | Forge::BillionLaughs | Forge::ExternalEntity => both(R::Doctype),
        Forge::Huge => both(R::TooLarge),
        Forge::Deep => both(R::Malformed),
        Forge::Cbc | Forge::Pkcs1 => both(R::EncryptionMethod),
        Forge::Ciphertext => both(R::Encryption),
        Forge::Xsw1 => both(R::NotAResponse),
        Forge::Xsw2 => both(R::NotAResponse),
        Forge::Xsw3 | Forge::Xsw4 => both(R::Assertions),
        Forge::Xsw5 | Forge::Xsw6 => both(R::Assertions),
        Forge::Xsw7 | Forge::Xsw8 => both(R::DuplicateId),
        Forge::Declined => both(R::Declined),
    }
}

#[test]
fn every_forgery_is_refused_for_what_is_wrong_with_it() {
    for (forge, label) in Forge::ALL {
        if matches!(forge, Forge::Nothing | Forge::InResponseTo | Forge::Unsolicited) {
            continue;
        }
        let (by_assertion, by_response) = expected(forge);
        for (signs, refusal) in
            [(Signs::Assertion, by_assertion), (Signs::Response, by_response), (Signs::Both, by_response)]
        {
            let mut answer = answer(signs, forge);
            answer.encrypt_for = matches!(forge, Forge::Cbc | Forge::Pkcs1 | Forge::Ciphertext).then(|| OURS.1.clone());
            let text = respond(&answer);
            assert_eq!(open(&text).map(|found| found.subject), Err(refusal), "{label}, {signs:?}");
        }
    }
}

#[test]
fn wrapping_stays_refused_when_no_id_stands_twice() {
    // The same forms, with every copy renamed: what refuses them then is that there is one assertion.
    for forge in [Forge::Xsw7, Forge::Xsw8] {
        let text = respond(&answer(Signs::Assertion, forge));
        let at = text.find(" ID=\"_a1\"").unwrap();
        let renamed = format!("{} ID=\"_b1\"{}", &text[..at], &text[at + " ID=\"_a1\"".len()..]);
        assert_eq!(open(&renamed), Err(Refusal::Assertions), "{forge:?}");
    }
}

#[test]
fn signatures_stand_where_they_belong_and_nothing_else_is_in_them() {
    let text = respond(&answer(Signs::Assertion, Forge::Nothing));
    let start = text.find("<ds:Signature ").unwrap();
    let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let (signature, without) = (&text[start..end], format!("{}{}", &text[..start], &text[end..]));
    assert_eq!(open(&without), Err(Refusal::Unsigned));
    let in_status = without.replace("</samlp:Status>", &format!("{signature}</samlp:Status>"));
    assert_eq!(open(&in_status), Err(Refusal::SignaturePlace));
    let in_subject = without.replacen("<saml:Subject>", &format!("<saml:Subject>{signature}"), 1);
    assert_eq!(open(&in_subject), Err(Refusal::SignaturePlace));
    let twice = text.replacen(signature, &format!("{signature}{signature}"), 1);
    assert_eq!(open(&twice), Err(Refusal::SignaturePlace));
    let with_object = text.replacen("<ds:KeyInfo>", "<ds:Object></ds:Object><ds:KeyInfo>", 1);
    assert_eq!(open(&with_object), Err(Refusal::SignatureForm));
    // The response's signature moved to the assertion says that it covers the response.
    let of_response = respond(&answer(Signs::Response, Forge::Nothing));
    let start = of_response.find("<ds:Signature ").unwrap();
    let end = of_response.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let moved = format!("{}{}", &of_response[..start], &of_response[end..]);
    let place = moved.rfind("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
    let moved = format!("{}{}{}", &moved[..place], &of_response[start..end], &moved[place..]);
    assert_eq!(open(&moved), Err(Refusal::SignatureForm));
}

#[test]
fn an_encrypted_assertion_that_nobody_signed_is_refused() {
    let mut answer = answer(Signs::Assertion, Forge::Nothing);
    answer.signs_assertion = false;
    answer.encrypt_for = Some(OURS.1.clone());
    assert_eq!(open(&respond(&answer)), Err(Refusal::Unsigned), "anybody can encrypt for us");
    answer.signs_assertion = true;
    answer.encrypt_for = Some(OurKey::generate("another", now()).unwrap().1);
    assert_eq!(open(&respond(&answer)), Err(Refusal::Encryption));
}

#[test]
fn clocks_may_be_a_minute_apart() {
    let certificate = [Certificate::from_der(Idp::new().unwrap().certificate()).unwrap()];
    let text = respond(&answer(Signs::Assertion, Forge::Nothing));
    for (seconds, fits) in [(-130, false), (-110, false), (-59, true), (0, true), (359, true), (360, false)] {
        let found = open_with(&text, &certificate, now() + TimeDelta::seconds(seconds));
        assert_eq!(found.is_ok(), fits, "{seconds}: {found:?}");
    }
}
