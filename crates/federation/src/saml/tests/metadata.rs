//! Metadata, theirs and ours, and the request.

use std::io::Read;

use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use flate2::read::DeflateDecoder;
use x509_parser::{parse_x509_certificate, public_key::PublicKey};

use super::{
    super::{Ask, MetadataProblem, parse_metadata, service_metadata, sign_in_url, xml::Tree},
    *,
};
use crate::net::Reach;

fn theirs() -> String {
    Idp::new().unwrap().metadata("https://login.acme.example")
}

#[test]
fn a_providers_metadata_is_read() {
    let found = parse_metadata(&format!("\u{feff}\n{}", theirs()), Reach::Public, now()).unwrap();
    assert_eq!(found.entity_id, "https://login.acme.example/sandbox/saml/metadata");
    assert_eq!(found.sign_on_url, "https://login.acme.example/sandbox/saml/sso");
    assert_eq!((found.certificates.len(), found.wants_signed, found.valid_until), (1, false, None));
    assert_eq!(found.certificates[0].kind(), "RSA, 2048 bits");
    // A federation's file with one provider and a service in it.
    let inner = theirs().split_once("-->\n").unwrap().1.to_owned();
    let ours = service_metadata(ENTITY, ACS, &OURS.1, false).split_once("?>\n").unwrap().1.to_owned();
    let many = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{ours}{inner}</md:EntitiesDescriptor>"
    );
    assert_eq!(parse_metadata(&many, Reach::Public, now()).unwrap().entity_id, found.entity_id);
}

#[test]
fn what_is_wrong_with_metadata_is_said() {
    use MetadataProblem as P;
    let with = |from: &str, to: &str| {
        let text = theirs();
        assert!(text.contains(from), "{from}");
        parse_metadata(&text.replace(from, to), Reach::Public, now()).map(|found| found.entity_id)
    };
    assert_eq!(with("</md:EntityDescriptor>", ""), Err(P::NotXml));
    assert_eq!(with("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?><!DOCTYPE x>"), Err(P::NotXml));
    assert_eq!(with("SAML:2.0:protocol", "SAML:1.1:protocol"), Err(P::NoProvider));
    assert_eq!(with("https://login.acme.example/sandbox/saml/metadata", "short"), Err(P::EntityId));
    assert_eq!(with("bindings:HTTP-Redirect", "bindings:SOAP"), Err(P::NoSignOn));
    assert_eq!(with("https://login.acme.example/sandbox/saml/sso", "http://login.acme.example/sso"), Err(P::NoSignOn));
    assert_eq!(with("https://login.acme.example/sandbox/saml/sso", "https://10.0.0.1/sso"), Err(P::NoSignOn));
    assert_eq!(with("https://login.acme.example/sandbox/saml/sso", "javascript:alert(1)"), Err(P::NoSignOn));
    assert_eq!(with("use=\"signing\"", "use=\"encryption\""), Err(P::NoCertificate));
    assert_eq!(with("<ds:X509Certificate>", "<ds:X509Certificate>AAAA"), Err(P::NoCertificate));
    assert_eq!(with(" entityID=", " validUntil=\"2027-03-03T09:59:59Z\" entityID="), Err(P::RunOut));
    assert_eq!(
        with(
            "<md:IDPSSODescriptor",
            "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/><md:IDPSSODescriptor"
        ),
        Err(P::Several)
    );
    let ours = service_metadata(ENTITY, ACS, &OURS.1, true);
    assert_eq!(parse_metadata(&ours, Reach::Public, now()).map(|_| ()), Err(P::NoProvider));
}

#[test]
fn our_metadata_is_well_formed_and_escapes() {
    let text = service_metadata("https://a.example/\"><x>&", ACS, &OURS.1, true);
    let tree = Tree::strict(text.split_once("?>\n").unwrap().1).unwrap();
    assert_eq!(tree.root().attribute("entityID"), Some("https://a.example/\"><x>&"));
    assert!(text.contains("aes256-gcm") && !text.contains("cbc") && !text.contains("rsa-1_5"));
    let (_, certificate) = parse_x509_certificate(&OURS.1).unwrap();
    let years = certificate.validity().not_after.timestamp() - certificate.validity().not_before.timestamp();
    assert!(years / 86_400 > 3_650);
}

#[test]
fn a_request_says_what_is_asked_and_is_signed_where_wanted() {
    let mut ask = Ask {
        id: REQUEST,
        sign_on_url: "https://login.acme.example/sso?tenant=1",
        entity_id: ENTITY,
        acs_url: ACS,
        forces: false,
        key: None,
        now: now(),
    };
    let asked = |ask: &Ask<'_>| {
        let url = sign_in_url(ask).unwrap();
        let packed = url.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap().1.into_owned();
        let mut text = String::new();
        DeflateDecoder::new(STANDARD.decode(packed).unwrap().as_slice()).read_to_string(&mut text).unwrap();
        Tree::strict(&text).unwrap().root().attribute("ForceAuthn").map(ToOwned::to_owned)
    };
    assert_eq!(asked(&ask), None);
    assert_eq!(asked(&Ask { forces: true, ..ask }).as_deref(), Some("true"));
    let url = sign_in_url(&ask).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(pairs[0], ("tenant".to_owned(), "1".to_owned()));
    let mut text = String::new();
    DeflateDecoder::new(STANDARD.decode(&pairs[1].1).unwrap().as_slice()).read_to_string(&mut text).unwrap();
    let tree = Tree::strict(&text).unwrap();
    let said = |name: &str| tree.root().attribute(name).unwrap().to_owned();
    assert_eq!((said("ID"), said("AssertionConsumerServiceURL")), (REQUEST.to_owned(), ACS.to_owned()));
    assert_eq!(
        (said("IssueInstant"), said("Destination")),
        ("2027-03-03T10:00:00Z".to_owned(), ask.sign_on_url.to_owned())
    );
    ask.key = Some(&OURS.0);
    let url = sign_in_url(&ask).unwrap();
    let query = url.query().unwrap();
    let (signed, signature) = query.strip_prefix("tenant=1&").unwrap().split_once("&Signature=").unwrap();
    assert!(
        signed.starts_with("SAMLRequest=")
            && signed.contains("&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256")
    );
    let signature = form_urlencoded::parse(format!("s={signature}").as_bytes()).next().unwrap().1.into_owned();
    let (_, certificate) = parse_x509_certificate(&OURS.1).unwrap();
    let PublicKey::RSA(key) = certificate.public_key().parsed().unwrap() else { panic!("an RSA key") };
    let plain = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    aws_lc_rs::signature::RsaPublicKeyComponents { n: plain(key.modulus), e: plain(key.exponent) }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &STANDARD.decode(signature).unwrap())
        .unwrap();
}
