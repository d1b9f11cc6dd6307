//! Who is signed in at the stand-in providers, by a cookie of theirs: so that they sign somebody in again without a word, as real
//! ones do, unless they are told to ask. Bounded: past a limit everybody is forgotten.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use crate::ids;

const LIMIT: usize = 1_000;

/// Somebody who said that they stay, and since when.
#[derive(Debug, Clone)]
pub struct SignedIn<T> {
    pub who: T,
    pub at: DateTime<Utc>,
}

/// The people that one provider knows by the browser that they use.
#[derive(Debug)]
pub struct Remembered<T> {
    cookie: &'static str,
    path: &'static str,
    people: Mutex<BTreeMap<String, SignedIn<T>>>,
}

impl<T: Clone> Remembered<T> {
    /// By a cookie of this name, which browsers send back below the path alone.
    pub const fn new(cookie: &'static str, path: &'static str) -> Self {
        Self { cookie, path, people: Mutex::new(BTreeMap::new()) }
    }

    /// Who is signed in in this browser.
    pub fn find(&self, headers: &HeaderMap) -> Option<SignedIn<T>> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, token) = pairs.find(|(name, _)| *name == self.cookie)?;
        self.people.lock().get(token).cloned()
    }

    /// Remembers somebody; the `Set-Cookie` for their browser.
    pub fn keep(&self, who: T, at: DateTime<Utc>) -> String {
        let token = ids::token("", 32);
        let mut people = self.people.lock();
        if people.len() >= LIMIT {
            people.clear();
        }
        people.insert(token.clone(), SignedIn { who, at });
        format!("{}={token}; Path={}; HttpOnly; SameSite=Lax", self.cookie, self.path)
    }
}
