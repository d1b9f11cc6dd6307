//! The SAML provider answers requests, and begins by itself for services that it knows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{Sandbox, body};

const SERVICE: &str = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://service.example/metadata\">\
    <md:SPSSODescriptor><md:AssertionConsumerService Location=\"https://service.example/acs\"/></md:SPSSODescriptor></md:EntityDescriptor>";

async fn decide(sandbox: &Sandbox, more: &[(&str, &str)], status: u16) -> Value {
    let form = [&[("service", "https://service.example/metadata"), ("email", "Robin@Example.com")][..], more].concat();
    let sent = sandbox.http.post(format!("{}/sandbox/saml/sso", sandbox.base)).form(&form).send().await.unwrap();
    if status == 200 {
        return body(sent, 200).await;
    }
    assert_eq!(sent.status(), status);
    Value::Null
}

#[tokio::test]
async fn it_begins_for_services_that_it_knows() {
    let sandbox = Sandbox::start().await;
    let at = |path: &str| format!("{}/sandbox/saml/{path}", sandbox.base);
    decide(&sandbox, &[], 400).await;
    assert_eq!(sandbox.http.post(at("services")).body("<x/>").send().await.unwrap().status(), 400);
    let known = body(sandbox.http.post(at("services")).body(SERVICE).send().await.unwrap(), 200).await;
    assert_eq!(known["acs"], "https://service.example/acs");
    let sent = decide(&sandbox, &[("RelayState", "/learn")], 200).await;
    assert_eq!((&sent["acs"], &sent["RelayState"]), (&known["acs"], &Value::from("/learn")));
    let text = String::from_utf8(STANDARD.decode(sent["SAMLResponse"].as_str().unwrap()).unwrap()).unwrap();
    for part in
        ["sub-robin@example.com", "Robin@Example.com", "<ds:SignatureValue>", "https://service.example/metadata"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("InResponseTo"));
    // It has nothing to encrypt for.
    decide(&sandbox, &[("encrypts", "true")], 400).await;
}

#[tokio::test]
async fn requests_that_it_cannot_read_are_refused_and_its_metadata_is_there() {
    let sandbox = Sandbox::start().await;
    for query in ["", "?SAMLRequest=x", "?SAMLRequest=AAAA"] {
        assert_eq!(
            sandbox.http.get(format!("{}/sandbox/saml/sso{query}", sandbox.base)).send().await.unwrap().status(),
            400
        );
    }
    let metadata =
        sandbox.http.get(format!("{}/sandbox/saml/metadata", sandbox.base)).send().await.unwrap().text().await.unwrap();
    assert!(metadata.contains(&format!("entityID=\"{}/sandbox/saml/metadata\"", sandbox.base)));
    let control = format!("{}/sandbox/saml/control", sandbox.base);
    let set = sandbox.http.post(&control).json(&serde_json::json!({ "forge": "xsw3" })).send().await.unwrap();
    assert_eq!(body(set, 200).await["forge"], "xsw3");
}

/// A request, as services send it.
fn request(more: &str) -> String {
    use std::io::Write;
    let text = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\"{more} \
         AssertionConsumerServiceURL=\"https://service.example/acs\"><saml:Issuer>https://service.example/metadata</saml:Issuer></samlp:AuthnRequest>"
    );
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    deflate.write_all(text.as_bytes()).unwrap();
    STANDARD.encode(deflate.finish().unwrap())
}

#[tokio::test]
async fn who_stays_signed_in_is_asked_again_only_when_it_is_told_to() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/sandbox/saml/sso", sandbox.base);
    let form = [
        ("SAMLRequest", request("")),
        ("email", "robin@example.com".into()),
        ("remember", "true".into()),
        ("minutes_ago", "90".into()),
    ];
    let first = sandbox.http.post(&url).form(&form).send().await.unwrap();
    let cookie = first.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let ask = |more: &str, cookie: &str| {
        sandbox.http.get(&url).query(&[("SAMLRequest", request(more))]).header("cookie", cookie).send()
    };
    let silent = body(ask("", &cookie).await.unwrap(), 200).await;
    let text = String::from_utf8(STANDARD.decode(silent["SAMLResponse"].as_str().unwrap()).unwrap()).unwrap();
    let of = |name: &str| text.split(&format!(" {name}=\"")).nth(1).unwrap()[..16].to_owned();
    assert!(of("AuthnInstant") < of("IssueInstant"), "{text}");
    for (more, cookie) in [(" ForceAuthn=\"true\"", cookie.as_str()), ("", ""), ("", "sandbox-saml=x")] {
        let page = ask(more, cookie).await.unwrap().text().await.unwrap();
        assert!(page.contains("Choose who to be"), "{more} {cookie}: {page}");
    }
}
