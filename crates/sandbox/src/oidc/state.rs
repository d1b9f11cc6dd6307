//! What the provider remembers while it runs. Bounded: past a limit everything of a kind is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::forge::Forge;
use super::keys::Keys;
use crate::remembered::Remembered;

const LIMIT: usize = 5_000;

/// The provider.
#[derive(Debug)]
pub struct Oidc {
    pub keys: Keys,
    /// The claims of whoever said that they stay signed in.
    pub signed_in: Remembered<Map<String, Value>>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
pub struct Memory {
    pub codes: BTreeMap<String, Grant>,
    /// Access token to what the user-info endpoint answers.
    pub access: BTreeMap<String, Map<String, Value>>,
    pub clients: BTreeMap<String, Client>,
    /// Ids of client assertions that were used.
    pub assertions: BTreeSet<String>,
    /// What is wrong with the next tokens, unless the page chooses.
    pub forge: Forge,
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub struct Grant {
    pub client_id: String,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub claims: Map<String, Value>,
    /// Like GOV.UK One Login.
    pub one_login: bool,
    pub forge: Forge,
    pub expires_at: DateTime<Utc>,
}

/// A registered client.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    pub client_id: String,
    pub client_secret: Option<String>,
    pub redirect_uris: Vec<String>,
    pub jwks: Option<Value>,
    pub backchannel_logout_uri: Option<String>,
}

impl Oidc {
    pub fn new() -> anyhow::Result<Self> {
        let signed_in = Remembered::new("sandbox-oidc", "/sandbox/oidc");
        Ok(Self { keys: Keys::new()?, signed_in, memory: Mutex::default() })
    }

    /// One look or change; never held across an await.
    pub fn with<R>(&self, change: impl FnOnce(&mut Memory) -> R) -> R {
        let mut memory = self.memory.lock();
        if memory.codes.len() > LIMIT {
            memory.codes.clear();
        }
        if memory.access.len() > LIMIT {
            memory.access.clear();
        }
        if memory.assertions.len() > LIMIT {
            memory.assertions.clear();
        }
        change(&mut memory)
    }
}
