//! Delivery of Stripe events: signed, retried, and as unreliable as the control page asks for.
//!
//! An event counts as delivered after one 2xx. Each attempt carries a fresh timestamp and signature, as at Stripe.

use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use rand::seq::SliceRandom;
use sha2::Sha256;

use crate::app::App;
use crate::clock;
use crate::control::Control;
use crate::data::{Attempt, Delivery};
use crate::ids;
use crate::stripe::render;

const MAX_ATTEMPTS: u32 = 16;
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// How long events are gathered before they are sent out of order.
const GATHER: Duration = Duration::from_millis(400);
const KEPT_ATTEMPTS: usize = 50;

/// The `Stripe-Signature` header for a body sent at `timestamp`: HMAC-SHA256 over `timestamp.body`.
/// <https://docs.stripe.com/webhooks#verify-manually>
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    // HMAC takes a key of any length, so the error cannot happen.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("t={timestamp},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Sends new events on their way, as `control` says.
pub fn launch(app: &App, events: Vec<String>, control: &Control) {
    if app.config().webhook_url.is_none() {
        return settle(app, &events, Delivery::NoEndpoint);
    }
    if control.webhook_drop {
        return settle(app, &events, Delivery::Dropped);
    }
    let delay = Duration::from_millis(control.webhook_delay_ms);
    let copies = if control.webhook_duplicate { 2 } else { 1 };
    let app = app.clone();
    if !control.webhook_shuffle {
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            deliver_in_order(&app, events, copies).await;
        });
        return;
    }
    let first = {
        let mut held = app.held().lock();
        let first = held.is_empty();
        held.extend(events);
        first
    };
    if first {
        tokio::spawn(async move {
            tokio::time::sleep(delay + GATHER).await;
            let mut events = std::mem::take(&mut *app.held().lock());
            disorder(&mut events);
            deliver_in_order(&app, events, copies).await;
        });
    }
}

/// Any order but the one they came in.
fn disorder(events: &mut [String]) {
    let before = events.to_vec();
    events.shuffle(&mut ids::chance());
    if events == before {
        events.reverse();
    }
}

/// A first attempt for each event, one after the other; what fails is retried on its own.
async fn deliver_in_order(app: &App, events: Vec<String>, copies: u32) {
    for event in events {
        // Both copies at once: the receiver has to cope with the race too.
        let delivered = if copies > 1 {
            let (first, second) = tokio::join!(attempt(app, &event), attempt(app, &event));
            first.is_ok() || second.is_ok()
        } else {
            attempt(app, &event).await.is_ok()
        };
        if !delivered {
            tokio::spawn(retry(app.clone(), event));
        }
    }
}

async fn retry(app: App, event: String) {
    let mut pause = app.config().retry_base;
    for _ in 1..MAX_ATTEMPTS {
        tokio::time::sleep(pause).await;
        let waiting = app.read(|data| data.events.get(&event).is_some_and(|event| event.state == Delivery::Pending));
        // Delivered by hand meanwhile, or forgotten.
        if !waiting || attempt(&app, &event).await.is_ok() {
            return;
        }
        pause = (pause * 2).min(MAX_PAUSE);
    }
    settle(&app, &[event], Delivery::Abandoned);
}

fn settle(app: &App, events: &[String], state: Delivery) {
    app.change(|data, _| {
        for id in events {
            if let Some(event) = data.events.get_mut(id) {
                event.state = state;
            }
        }
    });
}

/// One delivery. `Ok` holds the status of a 2xx answer, `Err` says what went wrong.
pub async fn attempt(app: &App, id: &str) -> Result<u16, String> {
    let url = app.config().webhook_url.clone().ok_or("no webhook address is configured")?;
    let body = app.read(|data| data.events.get(id).map(|event| render::event(event).to_string()));
    let body = body.ok_or("there is no such event")?;
    let _slot = app.slots().acquire().await.map_err(|error| error.to_string())?;
    // The receiver compares with the real time, whatever a test has done to the clock.
    let at = clock::real();
    let begun = Instant::now();
    let sent = app
        .http()
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", signature(&app.config().webhook_secret, at.timestamp(), &body))
        .body(body)
        .send()
        .await;
    let result = match sent {
        Ok(response) if response.status().is_success() => Ok(response.status().as_u16()),
        Ok(response) => Err((Some(response.status().as_u16()), format!("answered {}", response.status()))),
        Err(error) => Err((None, reason(&error))),
    };
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (status, error) = match &result {
        Ok(status) => (Some(*status), None),
        Err((status, error)) => (*status, Some(error.clone())),
    };
    app.change(|data, _| {
        let Some(event) = data.events.get_mut(id) else {
            return;
        };
        if error.is_none() {
            event.state = Delivery::Delivered;
        }
        if event.attempts.len() < KEPT_ATTEMPTS {
            event.attempts.push(Attempt { at, status, error, milliseconds });
        }
    });
    result.map_err(|(_, error)| error)
}

/// What went wrong in the end: the outermost error only says that a request failed.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_documentation_says() {
        // printf '1492774577.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let expected = "t=1492774577,v1=7656fc2882a7ca0a651666b36bf2f2f22ee204f54f608f227498a2419f2890b2";
        assert_eq!(signature("whsec_test", 1_492_774_577, r#"{"id":"evt_1"}"#), expected);
    }

    #[test]
    fn disorder_never_keeps_the_order() {
        for _ in 0..50 {
            let mut events = vec!["a".to_owned(), "b".to_owned()];
            disorder(&mut events);
            assert_eq!(events, ["b", "a"]);
        }
    }
}
