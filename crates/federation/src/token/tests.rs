//! Forged tokens: each is right but for one thing, and none passes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use ring::{
    hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Map, Value, json};

use super::*;

const PEM: &str = include_str!("../../tests/keys/client.pem");
const ISSUER: &str = "https://login.example.com";
const BOTH: &[Algorithm] = &[Algorithm::Rs256, Algorithm::Es256];

struct Signer {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    keys: KeySet,
    modulus: Vec<u8>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    fn new() -> Self {
        let body: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        let rsa = RsaKeyPair::from_pkcs8(&der).unwrap();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let ec =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &SystemRandom::new()).unwrap();
        let parts: PublicKeyComponents<Vec<u8>> = rsa.public().into();
        let point = ec.public_key().as_ref();
        let set = json!({ "keys": [
            { "kty": "RSA", "kid": "r", "use": "sig", "n": encode(&parts.n), "e": encode(&parts.e) },
            { "kty": "EC", "crv": "P-256", "kid": "e", "alg": "ES256", "x": encode(&point[1..33]), "y": encode(&point[33..]) },
            { "kty": "RSA", "kid": "enc", "use": "enc", "n": encode(&parts.n), "e": encode(&parts.e) },
            { "kty": "oct", "kid": "r", "k": "c2VjcmV0" },
        ] });
        let keys = KeySet::parse(set.to_string().as_bytes()).unwrap();
        Self { rsa, ec, keys, modulus: parts.n }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mark = match header["alg"].as_str().unwrap() {
            "ES256" => self.ec.sign(&SystemRandom::new(), input.as_bytes()).unwrap().as_ref().to_vec(),
            "HS256" => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.modulus), input.as_bytes()).as_ref().to_vec()
            }
            "none" => Vec::new(),
            _ => {
                let mut mark = vec![0; self.rsa.public().modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut mark).unwrap();
                mark
            }
        };
        format!("{input}.{}", encode(mark))
    }
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).unwrap()
}

fn claims() -> Map<String, Value> {
    let at = now().timestamp();
    let claims = json!({
        "iss": ISSUER, "sub": "person-1", "aud": "us", "exp": at + 300, "iat": at, "nbf": at, "nonce": "n-1",
        "vot": "Cl.Cm", "tid": "tenant-1", "at_hash": half_hash("access"), "email": "ada@example.com",
    });
    claims.as_object().unwrap().clone()
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.remove(name);
    } else {
        claims.insert(name.to_owned(), value);
    }
    Value::Object(claims)
}

fn check(signer: &Signer, token: &str) -> Result<IdToken, Refusal> {
    let issuer = Issuer::Exactly(ISSUER.to_owned());
    check_as(signer, token, &issuer, BOTH)
}

fn check_as(signer: &Signer, token: &str, issuer: &Issuer, algorithms: &[Algorithm]) -> Result<IdToken, Refusal> {
    let expected = Expected {
        issuer,
        client_id: "us",
        algorithms,
        nonce: "n-1",
        confidence: Some("Cl.Cm"),
        access_token: Some("access"),
        signed_in_since: None,
    };
    check_id_token(token, &signer.keys, &expected, now())
}

fn rs256() -> Value {
    json!({ "alg": "RS256", "kid": "r", "typ": "JWT" })
}

#[test]
fn a_right_token_passes_with_either_signature() {
    let signer = Signer::new();
    for header in [rs256(), json!({ "alg": "ES256", "kid": "e" }), json!({ "alg": "ES256" })] {
        let token = check(&signer, &signer.sign(&header, &Value::Object(claims()))).unwrap();
        assert_eq!((token.subject.as_str(), token.issuer.as_str()), ("person-1", ISSUER));
    }
}

#[test]
fn every_wrong_claim_is_noticed() {
    let signer = Signer::new();
    let at = now().timestamp();
    let wrong = [
        ("aud", json!("them"), Refusal::Audience),
        ("aud", json!(["them", "others"]), Refusal::Audience),
        ("aud", Value::Null, Refusal::Audience),
        ("aud", json!(["us", "them"]), Refusal::AuthorizedParty),
        ("azp", json!("them"), Refusal::AuthorizedParty),
        ("azp", json!(7), Refusal::AuthorizedParty),
        ("iss", json!("https://login.example.com/"), Refusal::Issuer),
        ("iss", json!("https://evil.example"), Refusal::Issuer),
        ("iss", Value::Null, Refusal::Issuer),
        ("nonce", json!("n-2"), Refusal::Nonce),
        ("nonce", json!(""), Refusal::Nonce),
        ("nonce", Value::Null, Refusal::Nonce),
        ("exp", json!(at - 60), Refusal::Expired),
        ("exp", Value::Null, Refusal::Expired),
        ("exp", json!("never"), Refusal::Malformed),
        ("exp", json!(1e300), Refusal::Malformed),
        ("exp", json!(i64::MAX), Refusal::Malformed),
        ("nbf", json!(at + 61), Refusal::NotYet),
        ("nbf", json!("soon"), Refusal::Malformed),
        ("iat", json!(at + 61), Refusal::IssuedAt),
        ("iat", json!(at - 700), Refusal::IssuedAt),
        ("iat", Value::Null, Refusal::IssuedAt),
        ("vot", json!("Cl"), Refusal::Confidence),
        ("vot", json!("P2.Cl.Cm"), Refusal::Confidence),
        ("vot", Value::Null, Refusal::Confidence),
        ("at_hash", json!(half_hash("another")), Refusal::AccessToken),
        ("at_hash", json!(1), Refusal::AccessToken),
        ("sub", Value::Null, Refusal::Subject),
        ("sub", json!(""), Refusal::Subject),
        ("sub", json!("x".repeat(256)), Refusal::Subject),
        ("sub", json!("a\u{0}b"), Refusal::Subject),
        ("events", json!({}), Refusal::Kind),
    ];
    for (name, value, expected) in wrong {
        let token = signer.sign(&rs256(), &with(name, value.clone()));
        assert_eq!(check(&signer, &token).unwrap_err(), expected, "{name} = {value}");
    }
    for (name, value) in [("azp", json!("us")), ("aud", json!(["us"])), ("nbf", Value::Null), ("at_hash", Value::Null)]
    {
        check(&signer, &signer.sign(&rs256(), &with(name, value.clone()))).unwrap();
    }
    let mut both = claims();
    both.extend([("aud".to_owned(), json!(["us", "them"])), ("azp".to_owned(), json!("us"))]);
    check(&signer, &signer.sign(&rs256(), &Value::Object(both))).unwrap();
}

#[test]
fn signatures_and_algorithms_can_not_be_talked_around() {
    let signer = Signer::new();
    let right = Value::Object(claims());
    let header = |text: Value| signer.sign(&text, &right);
    for (token, expected) in [
        (header(json!({ "alg": "none", "kid": "r" })), Refusal::Algorithm),
        (header(json!({ "alg": "HS256", "kid": "r" })), Refusal::Algorithm),
        (header(json!({ "alg": "RS384", "kid": "r" })), Refusal::Algorithm),
        (header(json!({ "alg": "rs256", "kid": "r" })), Refusal::Algorithm),
        // The other kind of key than the algorithm's, and one for encryption.
        (header(json!({ "alg": "RS256", "kid": "e" })), Refusal::UnknownKey),
        (header(json!({ "alg": "ES256", "kid": "r" })), Refusal::UnknownKey),
        (header(json!({ "alg": "RS256", "kid": "enc" })), Refusal::UnknownKey),
        (header(json!({ "alg": "RS256", "kid": "new" })), Refusal::UnknownKey),
        (header(json!({ "alg": "RS256", "kid": "r", "crit": ["exp"] })), Refusal::Malformed),
        (header(json!({ "alg": "RS256", "kid": "r", "typ": "logout+jwt" })), Refusal::Kind),
    ] {
        assert_eq!(check(&signer, &token).unwrap_err(), expected, "{token}");
    }
    // Keys that the token brings along count for nothing.
    let stranger = Signer::new();
    let brought = json!({ "alg": "ES256", "kid": "e", "jwk": { "kty": "EC" }, "jku": "https://evil.example/keys" });
    assert_eq!(check(&signer, &stranger.sign(&brought, &right)).unwrap_err(), Refusal::Signature);
    // One algorithm of two.
    let issuer = Issuer::Exactly(ISSUER.to_owned());
    let token = header(rs256());
    assert_eq!(check_as(&signer, &token, &issuer, &[Algorithm::Es256]).unwrap_err(), Refusal::Algorithm);
    // Claims changed after signing, and a signature cut off.
    let (input, mark) = token.rsplit_once('.').unwrap();
    let (head, _) = input.split_once('.').unwrap();
    let changed = format!("{head}.{}.{mark}", encode(with("sub", json!("admin")).to_string()));
    assert_eq!(check(&signer, &changed).unwrap_err(), Refusal::Signature);
    assert_eq!(check(&signer, &format!("{input}.")).unwrap_err(), Refusal::Signature);
    assert_eq!(check(&signer, input).unwrap_err(), Refusal::Malformed);
}

#[test]
fn a_tenant_must_be_allowed_and_fill_the_issuer() {
    let signer = Signer::new();
    let template = "https://login.example.com/{tenantid}/v2.0".to_owned();
    let issuer = Issuer::Tenants { template, tenants: vec!["tenant-1".to_owned()] };
    let token = |tid: Value, iss: &str| {
        let mut claims = claims();
        claims.insert("iss".to_owned(), json!(iss));
        claims.insert("tid".to_owned(), tid);
        signer.sign(&rs256(), &Value::Object(claims))
    };
    let check = |token: String| check_as(&signer, &token, &issuer, BOTH).map(|_| ());
    check(token(json!("tenant-1"), "https://login.example.com/tenant-1/v2.0")).unwrap();
    for (tid, iss, expected) in [
        (json!("tenant-2"), "https://login.example.com/tenant-2/v2.0", Refusal::Tenant),
        (json!("tenant-1"), "https://login.example.com/tenant-2/v2.0", Refusal::Issuer),
        (json!("tenant-2"), "https://login.example.com/tenant-1/v2.0", Refusal::Tenant),
        (json!("tenant-1"), "https://login.example.com/{tenantid}/v2.0", Refusal::Issuer),
        (json!(null), "https://login.example.com/tenant-1/v2.0", Refusal::Tenant),
    ] {
        assert_eq!(check(token(tid.clone(), iss)).unwrap_err(), expected, "{tid} {iss}");
    }
}

#[test]
fn logout_tokens_are_checked_as_strictly() {
    let signer = Signer::new();
    let at = now().timestamp();
    let right = json!({ "iss": ISSUER, "aud": "us", "iat": at, "exp": at + 120, "jti": "j-1", "sub": "person-1", "sid": "s-1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} } });
    let issuer = Issuer::Exactly(ISSUER.to_owned());
    let check = |header: &Value, claims: &Value| {
        check_logout_token(&signer.sign(header, claims), &signer.keys, &issuer, "us", BOTH, now())
    };
    let header = json!({ "alg": "RS256", "kid": "r", "typ": "logout+jwt" });
    let token = check(&header, &right).unwrap();
    assert_eq!(
        (token.subject.as_deref(), token.session.as_deref(), token.id.as_str()),
        (Some("person-1"), Some("s-1"), "j-1")
    );
    for (name, value, expected) in [
        ("nonce", json!("n"), Refusal::Kind),
        ("events", json!({}), Refusal::Kind),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }), Refusal::Kind),
        ("events", json!("http://schemas.openid.net/event/backchannel-logout"), Refusal::Kind),
        ("aud", json!("them"), Refusal::Audience),
        ("iss", json!("https://evil.example"), Refusal::Issuer),
        ("exp", json!(at - 61), Refusal::Expired),
        ("iat", json!(at - 7_200), Refusal::IssuedAt),
        ("jti", json!(""), Refusal::Replayed),
    ] {
        let mut claims = right.clone();
        claims[name] = value.clone();
        assert_eq!(check(&header, &claims).unwrap_err(), expected, "{name} = {value}");
    }
    let mut nobody = right.clone();
    nobody.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
    assert_eq!(check(&header, &nobody).unwrap_err(), Refusal::Subject);
    assert_eq!(check(&json!({ "alg": "none" }), &right).unwrap_err(), Refusal::Algorithm);
    assert_eq!(check(&json!({ "alg": "RS256", "kid": "r", "typ": "at+jwt" }), &right).unwrap_err(), Refusal::Kind);
    // An ID token signs nobody out.
    assert_eq!(check(&rs256(), &Value::Object(claims())).unwrap_err(), Refusal::Kind);
}

#[test]
fn our_assertion_is_for_one_address_and_a_while() {
    let key = ClientKey::from_pem(PEM).unwrap();
    let assertion = key.assertion("us", "https://login.example.com/token", "j-1", now()).unwrap();
    let set = json!({ "keys": [key.public()] });
    let signed =
        jose::open(&assertion, &KeySet::parse(set.to_string().as_bytes()).unwrap(), &[Algorithm::Rs256]).unwrap();
    assert_eq!(signed.claims["aud"], "https://login.example.com/token");
    assert_eq!(
        (&signed.claims["iss"], &signed.claims["sub"], &signed.claims["jti"]),
        (&json!("us"), &json!("us"), &json!("j-1"))
    );
    assert_eq!(signed.claims["exp"], (now() + TimeDelta::minutes(5)).timestamp());
    assert!(!key.public().to_string().contains("\"d\""), "the private half stays here");
    assert_eq!(ClientKey::from_pem("secret").unwrap_err(), KeyProblem::NotPem);
    assert_eq!(
        ClientKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").unwrap_err(),
        KeyProblem::NotRsa
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::String),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(".{0,8}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A byte changed anywhere, or cut or added, and it passes no more.
    #[test]
    fn a_mangled_token_never_passes(place in any::<prop::sample::Index>(), byte in 0x21_u8..0x7f, cut in any::<bool>()) {
        let signer = Signer::new();
        let token = signer.sign(&json!({ "alg": "ES256", "kid": "e" }), &Value::Object(claims()));
        let mut bytes = token.clone().into_bytes();
        let at = place.index(bytes.len());
        if cut { bytes.remove(at); } else { bytes[at] = byte; }
        let mangled = String::from_utf8(bytes).unwrap();
        prop_assume!(mangled != token);
        prop_assert!(check(&signer, &mangled).is_err());
    }

    #[test]
    fn any_text_is_refused_without_panic(text in "\\PC{0,200}", dots in 0_usize..4) {
        let signer = Signer::new();
        prop_assert!(check(&signer, &text).is_err());
        prop_assert!(check(&signer, &".".repeat(dots)).is_err());
        let _ = KeySet::parse(text.as_bytes());
    }

    /// Well signed, but with any claim replaced by anything: the identity that comes out is the one that went in, or none.
    #[test]
    fn odd_claims_never_panic(name in "(iss|sub|aud|azp|exp|nbf|iat|nonce|vot|tid|at_hash|sid|email)", value in any_json()) {
        let signer = Signer::new();
        let token = signer.sign(&rs256(), &with(&name, value.clone()));
        if let Ok(token) = check(&signer, &token) {
            prop_assert_eq!(token.issuer.as_str(), ISSUER);
            prop_assert!(name == "sub" || token.subject == "person-1");
        }
    }
}

/// As [`check`], of a person who was asked five minutes ago to sign in anew.
fn check_again(signer: &Signer, claims: &Value) -> Result<IdToken, Refusal> {
    let issuer = Issuer::Exactly(ISSUER.to_owned());
    let expected = Expected {
        issuer: &issuer,
        client_id: "us",
        algorithms: BOTH,
        nonce: "n-1",
        confidence: Some("Cl.Cm"),
        access_token: Some("access"),
        signed_in_since: Some(now() - chrono::TimeDelta::minutes(5)),
    };
    check_id_token(&signer.sign(&rs256(), claims), &signer.keys, &expected, now())
}

#[test]
fn who_was_to_sign_in_anew_must_have_done_so() {
    let signer = Signer::new();
    let at = now().timestamp();
    for (auth_time, expected) in [
        (json!(at - 10), Ok(())),
        (json!(at - 300), Ok(())),
        (json!(at - 360), Ok(())),
        (json!(at - 361), Err(Refusal::AuthTime)),
        (json!(0), Err(Refusal::AuthTime)),
        (json!(at + 60), Ok(())),
        (json!(at + 61), Err(Refusal::AuthTime)),
        (Value::Null, Err(Refusal::NoAuthTime)),
        (json!("soon"), Err(Refusal::Malformed)),
        (json!(at.to_string()), Err(Refusal::Malformed)),
    ] {
        let claims = with("auth_time", auth_time.clone());
        assert_eq!(check_again(&signer, &claims).map(|_| ()), expected, "{auth_time}");
        // Whoever only signs in is not held up by it; what it says is taken when it can be.
        let token = check(&signer, &signer.sign(&rs256(), &claims)).unwrap();
        let said = auth_time.as_i64().filter(|said| *said <= at + 60);
        assert_eq!(token.signed_in_at.map(|time| time.timestamp()), said, "{auth_time}");
    }
}
