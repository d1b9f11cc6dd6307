//! SendGrid's v3 API: `POST /v3/mail/send`, answered by 202.
//! <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>

use std::{fmt, time::Duration};

use anyhow::Context;
use reqwest::{StatusCode, redirect::Policy};
use serde_json::json;

use crate::Message;

/// Hands mail over. Cheap to clone; `Debug` shows no key.
#[derive(Clone)]
pub struct Mailer {
    http: reqwest::Client,
    api_base: String,
    api_key: String,
    from_address: String,
    base_url: String,
}

const FROM_NAME: &str = "Guildhall";

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The service will never take it as it is.
    #[error("the mail service refused the message with {status}: {reason}")]
    Refused { status: StatusCode, reason: String },
    /// Later it may.
    #[error("the mail service did not take the message: {0}")]
    Later(String),
}

impl Mailer {
    /// A mailer to `api_base` (`https://api.sendgrid.com`, or the stand-in's address). `base_url` is the site's public
    /// address, for links. The process must have a rustls provider installed.
    ///
    /// # Errors
    /// When the HTTP client can't be made.
    pub fn new(api_base: &str, api_key: &str, from_address: &str, base_url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            // A redirect would carry the key elsewhere.
            .redirect(Policy::none())
            .build()
            .context("the mail service's HTTP client")?;
        Ok(Self {
            http,
            api_base: api_base.trim_end_matches('/').to_owned(),
            api_key: api_key.to_owned(),
            from_address: from_address.to_owned(),
            base_url: base_url.trim_end_matches('/').to_owned(),
        })
    }

    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Hands one message over; `key` comes back in the service's events.
    ///
    /// # Errors
    /// [`SendError`] says whether trying again may help.
    pub async fn send(&self, to: &str, key: &str, template: &str, message: &Message) -> Result<(), SendError> {
        if !is_one_line(to) || !is_one_line(&message.subject) {
            let reason = "the address or subject could end a header and start another".to_owned();
            return Err(SendError::Refused { status: StatusCode::BAD_REQUEST, reason });
        }
        let body = json!({
            "personalizations": [{ "to": [{ "email": to }] }],
            "from": { "email": self.from_address, "name": FROM_NAME },
            "subject": message.subject,
            "content": [
                { "type": "text/plain", "value": message.text },
                { "type": "text/html", "value": message.html },
            ],
            "categories": [template],
            "custom_args": { "key": key },
            "headers": { "Auto-Submitted": "auto-generated" },
            // Links carry one-time tokens: nobody rewrites or counts them.
            "tracking_settings": {
                "click_tracking": { "enable": false, "enable_text": false },
                "open_tracking": { "enable": false },
            },
        });
        let request = self.http.post(format!("{}/v3/mail/send", self.api_base)).bearer_auth(&self.api_key).json(&body);
        let response = request.send().await.map_err(|error| SendError::Later(error.without_url().to_string()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let reason: String = response.text().await.unwrap_or_default().chars().take(300).collect();
        Err(judge(status, reason))
    }
}

/// Whoever enqueues a mail has parsed its address and [`crate::compose`] makes subjects of one line; nothing goes out on their
/// word alone. U+2028 and U+2029 are line breaks to some programs as well.
fn is_one_line(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(|character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}'))
}

/// A wrong key or address of ours is mended by configuration, so those wait too.
fn judge(status: StatusCode, reason: String) -> SendError {
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => SendError::Refused { status, reason },
        _ => SendError::Later(format!("{status}: {reason}")),
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("api_base", &self.api_base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_could_start_another_header_is_not_sent() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Nobody listens there: whatever got through would be tried again later.
        let mailer = Mailer::new("http://127.0.0.1:1", "key", "hello@guildhall.test", "http://localhost:3000").unwrap();
        let with = |subject: &str| Message { subject: subject.to_owned(), text: "a".to_owned(), html: "a".to_owned() };
        for (to, subject) in [
            ("a@b.test\r\nBcc: everybody@c.test", "Hello"),
            ("a@b.test\nBcc: everybody@c.test", "Hello"),
            ("a@b.test", "Hello\r\nBcc: everybody@c.test"),
            ("a@b.test", "Hello\u{2028}Bcc: everybody@c.test"),
            ("a@b.test\0", "Hello"),
            ("", "Hello"),
        ] {
            let error = mailer.send(to, "key", "template", &with(subject)).await.unwrap_err();
            assert!(matches!(error, SendError::Refused { .. }), "{to:?} {subject:?}: {error}");
        }
        let error = mailer.send("a@b.test", "key", "template", &with("Hello")).await.unwrap_err();
        assert!(matches!(error, SendError::Later(_)), "{error}");
    }
}
