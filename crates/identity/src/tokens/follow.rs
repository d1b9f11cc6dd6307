//! Hears from PostgreSQL, at the moment it commits, what makes tokens stale: see docs/decisions/0011-notify-for-revocation.md.

use std::{sync::atomic::Ordering, time::Duration};

use anyhow::{Context, bail};
use guildhall_types::{SessionId, UserId};
use serde::Deserialize;
use sqlx::postgres::PgListener;

use super::Tokens;
use crate::store;

/// The channel that the triggers of migration 8 write to.
const CHANNEL: &str = "sessions";
/// A line that has been silent for this long is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(5);
/// How long it may take to say so.
const PATIENCE: Duration = Duration::from_secs(2);

/// A notice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Notice {
    session: Option<SessionId>,
    person: Option<UserId>,
    version: Option<i64>,
    keys: bool,
}

impl Tokens {
    /// Listens for as long as the program runs. While it does not hear, every check asks the database instead.
    pub async fn follow(self) {
        loop {
            if let Err(error) = self.follow_once().await {
                tracing::warn!(%error, "no word of ended sessions: tokens are checked against the database until there is");
            }
            self.0.following.store(false, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Whether word of ended sessions reaches this node.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.0.following.load(Ordering::SeqCst)
    }

    async fn follow_once(&self) -> anyhow::Result<()> {
        let mut listener = PgListener::connect_with(&self.0.db.worker_pool()).await?;
        // A line that breaks is an error here, never mended behind our back with notices lost.
        listener.eager_reconnect(false);
        // First listen, then read: what commits in between is heard twice rather than never.
        listener.listen(CHANNEL).await?;
        self.catch_up().await?;
        self.0.following.store(true, Ordering::SeqCst);
        loop {
            match tokio::time::timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(notice))) => self.hear(notice.payload()).await?,
                Ok(Ok(None)) => bail!("the connection was lost"),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {
                    let ping = store::ping(&mut listener);
                    tokio::time::timeout(PATIENCE, ping).await.context("the connection does not answer")??;
                }
            }
        }
    }

    async fn hear(&self, payload: &str) -> anyhow::Result<()> {
        let Ok(notice) = serde_json::from_str::<Notice>(payload) else {
            tracing::warn!("a notice on the channel of sessions can't be read");
            return Ok(());
        };
        let now = self.0.db.clock().now();
        if let Some(session) = notice.session {
            self.0.stale.write().session(session, now);
        }
        if let (Some(person), Some(version)) = (notice.person, notice.version) {
            self.0.stale.write().person(person, version, now);
        }
        if notice.keys {
            self.load_keys().await?;
        }
        Ok(())
    }
}
