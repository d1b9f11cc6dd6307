//! What the sandbox is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Clock;

/// The secret that webhooks are signed with unless another is given. Public: it protects nothing but a sandbox.
pub const DEFAULT_WEBHOOK_SECRET: &str = "whsec_sandbox";

/// The GOV.UK Notify key that the sandbox accepts unless another is given: `{name}-{service id}-{secret}`.
pub const DEFAULT_NOTIFY_KEY: &str =
    "sandbox-5a4d0b0c-0000-4000-8000-000000000001-5a4d0b0c-0000-4000-8000-000000000002";

/// Settings of one sandbox.
#[derive(Debug, Clone)]
pub struct Config {
    /// The public address under which a browser reaches the sandbox's pages, without a trailing slash.
    pub base_url: String,
    /// Where Stripe events are sent. Without one they are only recorded.
    pub webhook_url: Option<String>,
    /// The secret that signs them.
    pub webhook_secret: String,
    /// The GOV.UK Notify key whose tokens are accepted.
    pub notify_key: String,
    /// Where the state is kept between runs.
    pub state: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// The pause before the first retry of a webhook; it doubles from there, up to a minute.
    pub retry_base: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:3001".to_owned(),
            webhook_url: None,
            webhook_secret: DEFAULT_WEBHOOK_SECRET.to_owned(),
            notify_key: DEFAULT_NOTIFY_KEY.to_owned(),
            state: None,
            clock: Clock::default(),
            retry_base: Duration::from_secs(1),
        }
    }
}
