//! Forged, mangled and outdated tokens: none passes, none panics.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use guildhall_db::testing::{TestDb, database};
use guildhall_kernel::{Clock, Membership, UserActor};
use guildhall_types::{
    OrganizationId, SessionId, UserId,
    organization::{OrganizationKind, Role},
};
use hmac::{Hmac, Mac};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::*;

const ISSUER: &str = "https://guildhall.test";

async fn tokens() -> (TestDb, Tokens) {
    let test = database().await;
    let tokens = Tokens::new(&test.db, &[7; 32], ISSUER);
    tokens.prepare().await.unwrap();
    tokens.0.following.store(true, Ordering::SeqCst);
    (test, tokens)
}

fn signed(test: &TestDb) -> Signed {
    Signed {
        actor: UserActor {
            id: UserId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
            organizations: vec![OrganizationId(Uuid::from_u128(3))],
            memberships: vec![Membership {
                organization: OrganizationId(Uuid::from_u128(3)),
                kind: OrganizationKind::Provider,
                role: Role::Editor,
            }],
            is_admin: false,
            name: "Siân O'Brien".to_owned(),
            email: "sian@example.com".to_owned(),
            email_confirmed: true,
            is_provider: true,
            authenticated_at: test.db.clock().now(),
            amr: vec!["pwd".to_owned()],
            clock: test.db.clock().clone(),
            lacks_second_factor: false,
            must_agree: false,
        },
        version: 3,
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The header and claims of a token.
fn open(token: &str) -> (Value, Value) {
    let parts: Vec<Value> = token
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    (parts[0].clone(), parts[1].clone())
}

/// Our own key signs whatever is asked: what only we could do wrong.
fn sign_as_we_do(tokens: &Tokens, change: impl FnOnce(&mut Value), claims: &Value) -> String {
    let mut changed = claims.clone();
    change(&mut changed);
    tokens.0.ring.read().sign(&changed).unwrap()
}

#[tokio::test]
async fn a_token_says_who_it_is_without_the_database() {
    let (test, tokens) = tokens().await;
    let before = signed(&test);
    let token = tokens.issue(&before).await.unwrap();
    test.db.close().await;
    let after = tokens.actor(&token).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", before.actor), format!("{after:?}"));
    let (header, claims) = open(&token);
    assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("RS256"), Some("at+jwt")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
}

#[tokio::test]
async fn the_cookie_stays_under_three_kilobytes() {
    let (test, tokens) = tokens().await;
    let mut signed = signed(&test);
    signed.actor.name = "Ö".repeat(100);
    signed.actor.email = format!("{}@{}.example", "a".repeat(60), "b".repeat(180));
    let membership = |_| Membership {
        organization: OrganizationId(test.db.id()),
        kind: OrganizationKind::Enterprise,
        role: Role::Learner,
    };
    signed.actor.memberships = (0..claims::MOST_ORGANIZATIONS).map(membership).collect();
    signed.actor.amr = ["pwd", "otp", "mfa"].map(str::to_owned).to_vec();
    let token = tokens.issue(&signed).await.unwrap();
    assert!(token.len() < 3_000, "{}", token.len());
    assert!(matches!(tokens.check(&token), Checked::Holds(_)));
}

#[tokio::test]
async fn a_token_lasts_fifteen_minutes() {
    let (test, tokens) = tokens().await;
    let token = tokens.issue(&signed(&test)).await.unwrap();
    test.db.clock().advance(TimeDelta::seconds(899));
    assert!(matches!(tokens.check(&token), Checked::Holds(_)));
    test.db.clock().advance(TimeDelta::seconds(1));
    assert!(matches!(tokens.check(&token), Checked::Stale));
}

#[tokio::test]
async fn no_claim_of_another_kind_passes() {
    let (test, tokens) = tokens().await;
    let token = tokens.issue(&signed(&test)).await.unwrap();
    let (_, claims) = open(&token);
    assert!(matches!(tokens.check(&sign_as_we_do(&tokens, |_| {}, &claims)), Checked::Holds(_)));
    let now = test.db.clock().now().timestamp();
    for (name, value) in [
        ("iss", json!("https://evil.test")),
        ("iss", json!(["https://guildhall.test/"])),
        ("iss", Value::Null),
        ("aud", json!("somebody else")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("exp", json!(now - 1)),
        ("exp", json!(now)),
        ("exp", json!(now + 86_400)),
        ("exp", json!("never")),
        ("exp", Value::Null),
        ("nbf", json!(now + 60)),
        ("nbf", json!("always")),
        ("nbf", Value::Null),
        ("sub", json!("nobody")),
        ("sid", Value::Null),
        ("ver", json!("9")),
        ("org", json!("all")),
    ] {
        let forged = sign_as_we_do(&tokens, |claims| claims[name] = value.clone(), &claims);
        let checked = tokens.check(&forged);
        let passes = match &checked {
            Checked::Holds(claims) => claims.clone().actor(&Clock::system()).is_some(),
            _ => false,
        };
        assert!(!passes, "{name} = {value}: {checked:?}");
    }
}

#[tokio::test]
async fn no_forged_signature_passes() {
    let (test, tokens) = tokens().await;
    let token = tokens.issue(&signed(&test)).await.unwrap();
    let (header, mut claims) = open(&token);
    let kid = header["kid"].as_str().unwrap();
    claims["adm"] = json!(true);
    let signature = token.rsplit('.').next().unwrap();
    let with = |header: &Value, signature: &str| format!("{}.{}.{signature}", part(header), part(&claims));

    // No signature, or another's.
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        for signature in ["", signature] {
            let forged = with(&json!({"alg": alg, "typ": "at+jwt", "kid": kid}), signature);
            assert!(matches!(tokens.check(&forged), Checked::Bad), "{alg}");
        }
    }
    assert!(matches!(tokens.check(&with(&header, signature)), Checked::Bad));
    assert!(matches!(tokens.check(&with(&header, "")), Checked::Bad));

    // The public key taken for a shared secret, in each form that somebody could have it in.
    let jwks = tokens.jwks().await.unwrap();
    let n = jwks["keys"][0]["n"].as_str().unwrap();
    for secret in [n.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(n).unwrap(), jwks["keys"][0].to_string().into_bytes()]
    {
        for alg in ["HS256", "HS384", "HS512"] {
            let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid});
            let message = format!("{}.{}", part(&header), part(&claims));
            let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
            mac.update(message.as_bytes());
            let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
            assert!(matches!(tokens.check(&forged), Checked::Bad), "{alg}");
        }
    }
    // A relative of the algorithm, a key brought along, a token of another type, an extension that must be understood.
    for header in [
        json!({"alg": "RS512", "typ": "at+jwt", "kid": kid}),
        json!({"alg": "PS256", "typ": "at+jwt", "kid": kid}),
        json!({"alg": "RS256", "typ": "at+jwt", "jwk": jwks["keys"][0]}),
        json!({"alg": "RS256", "typ": "at+jwt", "jku": "https://evil.test/jwks.json"}),
        json!({"alg": "RS256", "typ": "JWT", "kid": kid}),
        json!({"alg": "RS256", "kid": kid}),
        json!({"alg": "RS256", "typ": "at+jwt", "kid": kid, "crit": ["exp"]}),
    ] {
        assert!(matches!(tokens.check(&with(&header, signature)), Checked::Bad), "{header}");
    }
    assert!(matches!(
        tokens.check(&with(&json!({"alg": "RS256", "typ": "at+jwt", "kid": "../../etc/passwd"}), signature)),
        Checked::UnknownKey
    ));

    // Another installation's key, under our key's name.
    let (other_test, other) = self::tokens().await;
    let foreign = other.issue(&signed(&other_test)).await.unwrap();
    let signature = foreign.rsplit('.').next().unwrap();
    assert!(matches!(tokens.check(&with(&header, signature)), Checked::Bad));
    assert!(matches!(tokens.check(&foreign), Checked::UnknownKey));
    assert!(tokens.actor(&foreign).await.unwrap().is_none());
}

#[tokio::test]
async fn no_mangled_token_passes_or_panics() {
    let (test, tokens) = tokens().await;
    let token = tokens.issue(&signed(&test)).await.unwrap();
    let mut runner = TestRunner::new(Config { cases: 2_000, ..Config::default() });
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    runner
        .run(&change, |(place, byte, how)| {
            let mut bytes = token.clone().into_bytes();
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
            let mangled = String::from_utf8_lossy(&bytes).into_owned();
            if mangled != token {
                prop_assert!(!matches!(tokens.check(&mangled), Checked::Holds(_)), "{}", mangled);
            }
            Ok(())
        })
        .unwrap();
    runner
        .run(&"[A-Za-z0-9_.=-]{0,300}", |text| {
            prop_assert!(!matches!(tokens.check(&text), Checked::Holds(_)));
            Ok(())
        })
        .unwrap();
    runner
        .run(&any::<String>(), |text| {
            prop_assert!(matches!(tokens.check(&text), Checked::Bad));
            prop_assert!(tokens.successor(&text).is_none());
            Ok(())
        })
        .unwrap();
    assert!(matches!(tokens.check(&"a".repeat(1_000_000)), Checked::Bad));
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_but_not_again_and_again() {
    let (test, tokens) = tokens().await;
    let other = Tokens::new(&test.db, &[7; 32], ISSUER);
    other.rotate().await.unwrap();
    let token = other.issue(&signed(&test)).await.unwrap();
    assert!(matches!(tokens.check(&token), Checked::UnknownKey));
    assert!(tokens.actor(&token).await.unwrap().is_some(), "the new key was found");
    other.rotate().await.unwrap();
    let token = other.issue(&signed(&test)).await.unwrap();
    assert!(tokens.actor(&token).await.unwrap().is_none(), "it was looked for a moment ago");
    test.db.clock().advance(TimeDelta::seconds(10));
    assert!(tokens.actor(&token).await.unwrap().is_some());
}

#[tokio::test]
async fn a_rotated_key_verifies_until_its_tokens_are_gone() {
    let (test, tokens) = tokens().await;
    let before = tokens.issue(&signed(&test)).await.unwrap();
    test.db.clock().advance(TimeDelta::seconds(1));
    tokens.rotate().await.unwrap();
    let after = tokens.issue(&signed(&test)).await.unwrap();
    assert_ne!(open(&before).0["kid"], open(&after).0["kid"]);
    assert!(matches!(tokens.check(&before), Checked::Holds(_)) && matches!(tokens.check(&after), Checked::Holds(_)));
    assert_eq!(tokens.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 2);
    let stored: Vec<u8> =
        sqlx::query_scalar("select private_sealed from signing_keys limit 1").fetch_one(&test.owner).await.unwrap();
    assert!(aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&stored[25..]).is_err(), "nothing plain is stored");
    test.db.clock().advance(TimeDelta::hours(1));
    tokens.load_keys().await.unwrap();
    assert!(matches!(tokens.check(&before), Checked::UnknownKey));
    assert_eq!(tokens.keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn nodes_that_start_at_once_make_one_key() {
    let test = database().await;
    let nodes: Vec<Tokens> = (0..4).map(|_| Tokens::new(&test.db, &[7; 32], ISSUER)).collect();
    let made = futures_join(nodes.iter().map(Tokens::prepare).collect()).await;
    assert!(made.iter().all(Result::is_ok));
    assert_eq!(nodes[0].keys().await.unwrap().len(), 1);
    let wrong = Tokens::new(&test.db, &[8; 32], ISSUER);
    assert!(wrong.prepare().await.unwrap_err().to_string().contains("GUILDHALL_SECRET_KEY"));
}

/// Runs them side by side.
async fn futures_join<F: Future<Output = OpResult<()>>>(futures: Vec<F>) -> Vec<OpResult<()>> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                done.push(result);
                false
            }
            std::task::Poll::Pending => true,
        });
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[test]
fn succession_is_our_secret() {
    let key = |secret: [u8; 32]| {
        let mut mac = derive::mac(&secret, "guildhall: successors of refresh tokens");
        mac.update(b"x");
        mac.finalize().into_bytes()
    };
    assert_eq!(key([7; 32]), key([7; 32]));
    assert_ne!(key([7; 32]), key([8; 32]));
}
