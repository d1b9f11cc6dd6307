//! A collection that keeps the order of arrival, finds by id, and forgets its oldest entries past a limit.

use std::collections::{BTreeMap, HashMap};

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// What can be put on a [`Shelf`].
pub trait Shelved {
    /// How many entries are kept.
    const LIMIT: usize;
    /// The unique key; it never changes while the entry is shelved.
    fn id(&self) -> &str;
}

/// Invariant: `by_id` holds exactly the keys of `entries`, and `entries.len() <= T::LIMIT`.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    next: u64,
    entries: BTreeMap<u64, T>,
    by_id: HashMap<String, u64>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { next: 0, entries: BTreeMap::new(), by_id: HashMap::new() }
    }
}

impl<T: Shelved> Shelf<T> {
    pub fn get(&self, id: &str) -> Option<&T> {
        self.entries.get(self.by_id.get(id)?)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.entries.get_mut(self.by_id.get(id)?)
    }

    /// Adds an entry as the newest; one with the same id is replaced.
    pub fn push(&mut self, entry: T) {
        self.remove(entry.id());
        self.by_id.insert(entry.id().to_owned(), self.next);
        self.entries.insert(self.next, entry);
        self.next += 1;
        while self.entries.len() > T::LIMIT {
            self.pop_oldest();
        }
    }

    pub fn remove(&mut self, id: &str) -> Option<T> {
        let place = self.by_id.remove(id)?;
        self.entries.remove(&place)
    }

    pub fn pop_oldest(&mut self) -> Option<T> {
        let (_, entry) = self.entries.pop_first()?;
        self.by_id.remove(entry.id());
        Some(entry)
    }

    pub fn oldest(&self) -> Option<&T> {
        self.entries.values().next()
    }

    /// Newest first.
    pub fn newest(&self) -> impl Iterator<Item = &T> {
        self.entries.values().rev()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.by_id.clear();
    }
}

impl<T: Serialize> Serialize for Shelf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.values())
    }
}

impl<'de, T: Shelved + Deserialize<'de>> Deserialize<'de> for Shelf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut shelf = Self::default();
        for entry in Vec::<T>::deserialize(deserializer)? {
            shelf.push(entry);
        }
        Ok(shelf)
    }
}
