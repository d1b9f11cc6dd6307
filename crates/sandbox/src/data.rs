//! Everything the sandbox remembers, and the one way to emit an event.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::control::Control;
use crate::ids;
use crate::outbox::Message;
use crate::shelf::{Shelf, Shelved};
use crate::stripe::model::{Charge, Intent, Refund, Session};

/// The whole state. What is skipped is not kept between runs.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    pub sessions: Shelf<Session>,
    pub intents: Shelf<Intent>,
    pub charges: Shelf<Charge>,
    pub refunds: Shelf<Refund>,
    pub events: Shelf<Event>,
    pub answers: Shelf<Answer>,
    pub outbox: Shelf<Message>,
    #[serde(skip)]
    pub control: Control,
    /// Events of the change under way, sent once the lock is released.
    #[serde(skip)]
    pub outgoing: Vec<String>,
}

/// Who caused a change, and when.
#[derive(Debug, Clone)]
pub struct Cause {
    pub now: DateTime<Utc>,
    pub base_url: String,
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
}

/// A Stripe event with the object as it was at that moment, and what became of its delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: i64,
    pub object: Value,
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
    pub state: Delivery,
    pub attempts: Vec<Attempt>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On its way, or waiting for the next attempt.
    Pending,
    /// Answered with a 2xx at least once.
    Delivered,
    /// Withheld, because the control says so.
    Dropped,
    /// Every attempt failed.
    Abandoned,
    /// There is no address to send it to.
    NoEndpoint,
}

/// One try to deliver an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    pub at: DateTime<Utc>,
    pub status: Option<u16>,
    pub error: Option<String>,
    pub milliseconds: u64,
}

/// What a request with an idempotency key was answered; nothing yet while it is being worked on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    pub key: String,
    pub path: String,
    pub fingerprint: String,
    pub at: i64,
    pub done: Option<(u16, String)>,
}

impl Shelved for Event {
    const LIMIT: usize = 5_000;
    fn id(&self) -> &str {
        &self.id
    }
}

impl Shelved for Answer {
    const LIMIT: usize = 5_000;
    fn id(&self) -> &str {
        &self.key
    }
}

/// Key and value pairs that Stripe hands back untouched.
pub type Metadata = BTreeMap<String, String>;

impl Data {
    /// Records an event and queues it for delivery.
    pub fn emit(&mut self, cause: &Cause, kind: &str, object: Value) {
        let event = Event {
            id: ids::token("evt_", 24),
            kind: kind.to_owned(),
            created: cause.now.timestamp(),
            object,
            request_id: cause.request_id.clone(),
            idempotency_key: cause.idempotency_key.clone(),
            state: Delivery::Pending,
            attempts: Vec::new(),
        };
        self.outgoing.push(event.id.clone());
        self.events.push(event);
    }

    /// Drops keys whose requests never ended: the process that worked on them is gone.
    pub fn forget_unfinished(&mut self) {
        let unfinished: Vec<String> =
            self.answers.newest().filter(|answer| answer.done.is_none()).map(|answer| answer.key.clone()).collect();
        for key in unfinished {
            self.answers.remove(&key);
        }
    }

    /// Stripe forgets idempotency keys after a day.
    pub fn prune_answers(&mut self, now: DateTime<Utc>) {
        let day_ago = now.timestamp() - 24 * 60 * 60;
        while self.answers.oldest().is_some_and(|answer| answer.at < day_ago && answer.done.is_some()) {
            self.answers.pop_oldest();
        }
    }
}
