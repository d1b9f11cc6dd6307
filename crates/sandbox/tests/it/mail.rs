//! SendGrid and the outbox.

use serde_json::{Value, json};

use crate::support::{Sandbox, body};

fn mail(to: &str) -> Value {
    json!({
        "personalizations": [{"to": [{"email": to, "name": "Ada"}], "custom_args": {"kind": "receipt"}}],
        "from": {"email": "shop@example.com", "name": "Guildhall"},
        "subject": "Your <receipt>",
        "content": [
            {"type": "text/plain", "value": "Confirm at http://127.0.0.1:3000/verify?token=abc."},
            {"type": "text/html", "value": "<p onclick=\"x\">Confirm <a href=\"http://127.0.0.1:3000/verify?token=abc\">here</a></p>"},
        ],
        "custom_args": {"order": "1"},
    })
}

async fn send(sandbox: &Sandbox, mail: &Value) -> reqwest::Response {
    let url = format!("{}/v3/mail/send", sandbox.base);
    sandbox.http.post(url).bearer_auth("SG.sandbox").json(mail).send().await.unwrap()
}

#[tokio::test]
async fn accepted_mail_is_in_the_outbox() {
    let sandbox = Sandbox::start().await;
    for to in ["ada@example.com", "bob@example.com"] {
        let response = send(&sandbox, &mail(to)).await;
        assert_eq!(response.status(), 202);
        assert!(!response.headers()["x-message-id"].is_empty());
        assert_eq!(response.text().await.unwrap(), "");
    }
    let all = sandbox.fetch("/sandbox/outbox.json").await;
    assert_eq!((all[0]["to"].as_str(), all[1]["to"].as_str()), (Some("bob@example.com"), Some("ada@example.com")));
    let one = sandbox.fetch("/sandbox/outbox.json?to=Ada@example.com").await;
    assert_eq!(one.as_array().unwrap().len(), 1);
    let one = &one[0];
    assert_eq!(one["channel"], "email");
    assert_eq!(one["from"], "Guildhall <shop@example.com>");
    assert_eq!(one["subject"], "Your <receipt>");
    assert_eq!(one["custom_args"], json!({"kind": "receipt", "order": "1"}));
    assert!(one["text"].as_str().unwrap().contains("token=abc"));
    assert!(one["html"].as_str().unwrap().contains("<p onclick"));
    chrono::DateTime::parse_from_rfc3339(one["received_at"].as_str().unwrap()).unwrap();

    let page = sandbox.get("/sandbox/outbox?to=ada@example.com").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<a href=\"http://127.0.0.1:3000/verify?token=abc\">"), "{page}");
    assert!(page.contains("srcdoc=\"") && !page.contains("<p onclick") && page.contains("Your &lt;receipt&gt;"));
    assert!(!page.contains("bob@example.com"));

    let emptied = sandbox.http.delete(format!("{}/sandbox/outbox.json", sandbox.base)).send().await.unwrap();
    assert_eq!(emptied.status(), 204);
    assert_eq!(sandbox.fetch("/sandbox/outbox.json").await, json!([]));
}

#[tokio::test]
async fn each_recipient_gets_a_message() {
    let sandbox = Sandbox::start().await;
    let mut mail = mail("ada@example.com");
    mail["personalizations"][0]["cc"] = json!([{"email": "cc@example.com"}]);
    mail["personalizations"]
        .as_array_mut()
        .unwrap()
        .push(json!({"to": [{"email": "eve@example.com"}], "subject": "Other"}));
    assert_eq!(send(&sandbox, &mail).await.status(), 202);
    let all = sandbox.fetch("/sandbox/outbox.json").await;
    let sent: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["to"].as_str().unwrap(), one["subject"].as_str().unwrap()))
        .collect();
    assert_eq!(
        sent,
        [("eve@example.com", "Other"), ("cc@example.com", "Your <receipt>"), ("ada@example.com", "Your <receipt>")]
    );
}

#[tokio::test]
async fn bad_mail_is_refused_by_field() {
    let sandbox = Sandbox::start().await;
    let cases: Vec<(&str, Value, &str)> = vec![
        ("personalizations", json!([]), "personalizations"),
        ("personalizations", json!([{"to": []}]), "personalizations.0.to"),
        ("personalizations", json!([{"to": [{"email": "nobody"}]}]), "personalizations.0.to.0.email"),
        ("personalizations", json!([{"to": [{"email": "a@b.c"}, {"email": "A@b.c"}]}]), "personalizations.0"),
        ("from", json!(null), "from.email"),
        ("from", json!({"email": "@"}), "from.email"),
        ("subject", json!(""), "subject"),
        ("content", json!([]), "content"),
        ("content", json!([{"type": "text/plain", "value": ""}]), "content.0.value"),
        ("content", json!([{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]), "content"),
        ("custom_args", json!({"n": 1}), "custom_args"),
        ("custom_args", json!({"n": "x".repeat(10_001)}), "custom_args"),
    ];
    for (field, value, expected) in cases {
        let mut mail = mail("ada@example.com");
        mail[field] = value;
        let errors = body(send(&sandbox, &mail).await, 400).await["errors"].clone();
        assert_eq!(errors[0]["field"], expected, "{errors}");
        assert!(errors[0]["message"].is_string() && errors[0]["help"].is_string());
    }
    body(send(&sandbox, &json!({"personalizations": 5})).await, 400).await;
    assert_eq!(sandbox.fetch("/sandbox/outbox.json").await, json!([]));
}

#[tokio::test]
async fn a_key_and_json_are_needed() {
    let sandbox = Sandbox::start().await;
    let url = format!("{}/v3/mail/send", sandbox.base);
    let without = sandbox.http.post(&url).json(&mail("ada@example.com")).send().await.unwrap();
    assert!(body(without, 401).await["errors"][0]["message"].is_string());
    let text = sandbox.http.post(&url).bearer_auth("SG.x").body("hello").send().await.unwrap();
    assert_eq!(text.status(), 415);
    let broken = sandbox
        .http
        .post(&url)
        .bearer_auth("SG.x")
        .header("content-type", "application/json")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(broken.status(), 400);
}
