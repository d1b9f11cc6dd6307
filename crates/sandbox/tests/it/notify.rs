//! GOV.UK Notify: the token, the parameters, the outbox.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use guildhall_sandbox::DEFAULT_NOTIFY_KEY;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Sandbox, body};

const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";

fn token(alg: &str, service: &str, secret: &str, iat: i64) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"typ": "JWT", "alg": alg})), part(&json!({"iss": service, "iat": iat})));
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn key() -> (&'static str, &'static str) {
    let secret = &DEFAULT_NOTIFY_KEY[DEFAULT_NOTIFY_KEY.len() - 36..];
    let service = &DEFAULT_NOTIFY_KEY[DEFAULT_NOTIFY_KEY.len() - 73..DEFAULT_NOTIFY_KEY.len() - 37];
    (service, secret)
}

async fn send(sandbox: &Sandbox, kind: &str, token: &str, fields: &Value) -> reqwest::Response {
    let url = format!("{}/v2/notifications/{kind}", sandbox.base);
    sandbox.http.post(url).bearer_auth(token).json(fields).send().await.unwrap()
}

#[tokio::test]
async fn mail_and_text_messages_share_the_outbox() {
    let sandbox = Sandbox::start().await;
    let (service, secret) = key();
    let token = token("HS256", service, secret, Utc::now().timestamp());
    let email = json!({"email_address": "ada@example.com", "template_id": TEMPLATE, "reference": "r1",
        "personalisation": {"subject": "Hello", "body": "Your code is 123456"}});
    let sent = body(send(&sandbox, "email", &token, &email).await, 201).await;
    assert_eq!(sent["content"]["subject"], "Hello");
    assert_eq!(sent["reference"], "r1");
    assert_eq!(sent["template"]["id"], TEMPLATE);
    let sms = json!({"phone_number": "+44 7700 900123", "template_id": TEMPLATE, "personalisation": {"code": 123_456}});
    body(send(&sandbox, "sms", &token, &sms).await, 201).await;
    let outbox = sandbox.fetch("/sandbox/outbox.json").await;
    assert_eq!((&outbox[0]["channel"], &outbox[0]["text"]), (&json!("sms"), &json!("code: 123456")));
    assert_eq!((&outbox[1]["channel"], &outbox[1]["id"]), (&json!("email"), &sent["id"]));
    assert_eq!(outbox[1]["custom_args"]["reference"], "r1");
}

#[tokio::test]
async fn the_token_is_checked() {
    let sandbox = Sandbox::start().await;
    let (service, secret) = key();
    let now = Utc::now().timestamp();
    let none = "00000000-0000-4000-8000-000000000000";
    let fields = json!({"email_address": "ada@example.com", "template_id": TEMPLATE});
    let cases = [
        (token("HS256", service, secret, now - 40), "clock"),
        (token("HS256", service, secret, now + 40), "clock"),
        (token("HS256", service, none, now), "API key not found"),
        (token("HS256", none, secret, now), "service not found"),
        (token("none", service, secret, now), "HS256"),
        ("nonsense".to_owned(), "token"),
        ("a.b.c".to_owned(), "token"),
    ];
    for (token, expected) in cases {
        let error = body(send(&sandbox, "email", &token, &fields).await, 403).await;
        assert_eq!(error["errors"][0]["error"], "AuthError");
        assert!(error["errors"][0]["message"].as_str().unwrap().contains(expected), "{error}");
    }
    let url = format!("{}/v2/notifications/email", sandbox.base);
    assert_eq!(sandbox.http.post(url).json(&fields).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn parameters_are_checked() {
    let sandbox = Sandbox::start().await;
    let (service, secret) = key();
    let token = token("HS256", service, secret, Utc::now().timestamp());
    let cases = [
        ("email", json!({"template_id": TEMPLATE}), "email_address is a required property"),
        (
            "email",
            json!({"email_address": "nobody", "template_id": TEMPLATE}),
            "email_address Not a valid email address",
        ),
        ("email", json!({"email_address": "a@b.c"}), "template_id is a required property"),
        ("email", json!({"email_address": "a@b.c", "template_id": "7"}), "template_id is not a valid UUID"),
        (
            "email",
            json!({"email_address": "a@b.c", "template_id": TEMPLATE, "x": 1}),
            "Additional properties are not allowed (x was unexpected)",
        ),
        ("sms", json!({"phone_number": "12", "template_id": TEMPLATE}), "phone_number Not enough digits"),
        (
            "sms",
            json!({"phone_number": "call me", "template_id": TEMPLATE}),
            "phone_number Must not contain letters or symbols",
        ),
    ];
    for (kind, fields, expected) in cases {
        let error = body(send(&sandbox, kind, &token, &fields).await, 400).await;
        assert_eq!(error["status_code"], 400);
        assert_eq!(error["errors"][0]["message"], expected);
    }
    assert_eq!(send(&sandbox, "email", &token, &json!([])).await.status(), 400);
}
