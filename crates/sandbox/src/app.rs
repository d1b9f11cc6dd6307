//! The running sandbox: its state behind one lock, and the work that goes on in the background.
//!
//! The lock is never held across an await. A change is atomic: what it does and the events it emits are seen together,
//! and the events leave only after the lock is released.

use std::sync::{Arc, Weak};
use std::time::Duration;

use anyhow::Context;
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

use crate::config::Config;
use crate::data::{Cause, Data, Delivery};
use crate::oidc::Oidc;
use crate::saml::Saml;
use crate::{persist, stripe, webhooks};

/// A handle to the sandbox; clones share it.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    data: Mutex<Data>,
    dirty: Notify,
    http: reqwest::Client,
    /// Bounds how many webhooks are in the air at once.
    slots: Semaphore,
    /// Events held back to be sent out of order.
    held: Mutex<Vec<String>>,
    /// One writer at a time, so that an older state never overwrites a newer one.
    saving: Mutex<()>,
    oidc: Oidc,
    saml: Saml,
}

impl App {
    /// Loads the state and starts the background work; must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When the state file cannot be read or the HTTP client cannot be made.
    pub fn open(mut config: Config) -> anyhow::Result<Self> {
        // Another part of the process may have chosen a provider already: then that one serves.
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("a TLS provider was installed before");
        }
        config.base_url.truncate(config.base_url.trim_end_matches('/').len());
        let data = config.state.as_deref().map_or_else(|| Ok(Data::default()), persist::load)?;
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .build()
            .context("cannot make the HTTP client")?;
        let app = Self(Arc::new(Inner {
            config,
            data: Mutex::new(data),
            dirty: Notify::new(),
            http,
            slots: Semaphore::new(16),
            held: Mutex::new(Vec::new()),
            saving: Mutex::new(()),
            oidc: Oidc::new()?,
            saml: Saml::new()?,
        }));
        tokio::spawn(expire_sessions(Arc::downgrade(&app.0)));
        tokio::spawn(save_changes(Arc::downgrade(&app.0)));
        app.resume();
        Ok(app)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(crate) fn oidc(&self) -> &Oidc {
        &self.0.oidc
    }

    pub(crate) fn saml(&self) -> &Saml {
        &self.0.saml
    }

    pub(crate) fn slots(&self) -> &Semaphore {
        &self.0.slots
    }

    pub(crate) fn held(&self) -> &Mutex<Vec<String>> {
        &self.0.held
    }

    /// A change that no API request caused: a page, the passing of time.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Data, &Cause) -> R) -> R {
        self.change_for(None, None, change)
    }

    /// A change on behalf of an API request, which its events then name.
    pub(crate) fn change_for<R>(
        &self,
        request_id: Option<String>,
        idempotency_key: Option<String>,
        change: impl FnOnce(&mut Data, &Cause) -> R,
    ) -> R {
        let cause = self.cause(request_id, idempotency_key);
        let mut data = self.0.data.lock();
        // Nobody may see a session open past its time.
        stripe::pay::expire_overdue(&mut data, &Cause { request_id: None, idempotency_key: None, ..cause.clone() });
        let result = change(&mut data, &cause);
        let outgoing = std::mem::take(&mut data.outgoing);
        let control = data.control.clone();
        drop(data);
        self.0.dirty.notify_one();
        if !outgoing.is_empty() {
            webhooks::launch(self, outgoing, &control);
        }
        result
    }

    /// A look at the state. Use [`App::change`] where a session's expiry matters.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&Data) -> R) -> R {
        look(&self.0.data.lock())
    }

    /// Writes the state file, if one is configured.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        let Some(path) = self.0.config.state.as_deref() else {
            return Ok(());
        };
        let _one_at_a_time = self.0.saving.lock();
        let text = self.read(serde_json::to_string).context("cannot write the state as JSON")?;
        persist::save(path, &text)
    }

    fn cause(&self, request_id: Option<String>, idempotency_key: Option<String>) -> Cause {
        Cause { now: self.0.config.clock.now(), base_url: self.0.config.base_url.clone(), request_id, idempotency_key }
    }

    /// Goes on with what an earlier run had not delivered.
    fn resume(&self) {
        let mut pending: Vec<String> = self.read(|data| {
            let pending = data.events.newest().filter(|event| event.state == Delivery::Pending);
            pending.map(|event| event.id.clone()).collect()
        });
        pending.reverse();
        if !pending.is_empty() {
            webhooks::launch(self, pending, &crate::Control::default());
        }
    }
}

/// Expires sessions when their time has come, also when nobody asks for them.
async fn expire_sessions(app: Weak<Inner>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Some(app) = app.upgrade().map(App) else {
            return;
        };
        let now = app.0.config.clock.now();
        if app.read(|data| stripe::pay::is_any_overdue(data, now)) {
            app.change(|_, _| ());
        }
    }
}

/// Writes the state soon after a change; changes close together are written once.
async fn save_changes(app: Weak<Inner>) {
    loop {
        {
            let Some(inner) = app.upgrade() else { return };
            if inner.config.state.is_none() {
                return;
            }
            // The timeout lets the task notice that the application is gone.
            if tokio::time::timeout(Duration::from_secs(5), inner.dirty.notified()).await.is_err() {
                continue;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let Some(app) = app.upgrade().map(App) else {
            return;
        };
        match tokio::task::spawn_blocking(move || app.save()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "the state was not saved");
            }
            Err(error) => tracing::warn!(%error, "the state was not saved"),
        }
    }
}
