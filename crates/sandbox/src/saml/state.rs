//! What the provider remembers while it runs. Bounded: past a limit every service is forgotten.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::forge::Forge;
use super::idp::Idp;
use super::page::Decision;
use super::request::Service;
use crate::remembered::Remembered;

const LIMIT: usize = 1_000;

/// The provider.
#[derive(Debug)]
pub struct Saml {
    pub idp: Idp,
    /// What whoever stays signed in had chosen.
    pub signed_in: Remembered<Decision>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
pub struct Memory {
    /// By entity id.
    pub services: BTreeMap<String, Service>,
    /// What is wrong with the next answers, unless the page chooses.
    pub forge: Forge,
}

impl Saml {
    pub fn new() -> anyhow::Result<Self> {
        let signed_in = Remembered::new("sandbox-saml", "/sandbox/saml");
        Ok(Self { idp: Idp::new()?, signed_in, memory: Mutex::default() })
    }

    /// One look or change; never held across an await.
    pub fn with<R>(&self, change: impl FnOnce(&mut Memory) -> R) -> R {
        let mut memory = self.memory.lock();
        if memory.services.len() > LIMIT {
            memory.services.clear();
        }
        change(&mut memory)
    }
}
