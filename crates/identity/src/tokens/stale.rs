//! What this node has heard of tokens that no longer hold.
//!
//! A mark is kept for as long as a token that it concerns could live, and no longer: memory follows the rate of change.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_types::{SessionId, UserId};

use crate::policy::ACCESS_FOR;

/// A token read from the database just before a change may be signed just after it.
const SLACK: TimeDelta = TimeDelta::minutes(2);

#[derive(Debug, Default)]
pub(super) struct Stale {
    sessions: HashMap<SessionId, DateTime<Utc>>,
    people: HashMap<UserId, (i64, DateTime<Utc>)>,
    sweep_at: Option<DateTime<Utc>>,
}

impl Stale {
    /// The session has ended.
    pub(super) fn session(&mut self, session: SessionId, now: DateTime<Utc>) {
        self.sweep(now);
        self.sessions.insert(session, now + ACCESS_FOR + SLACK);
    }

    /// What is true of the person has this number now.
    pub(super) fn person(&mut self, person: UserId, version: i64, now: DateTime<Utc>) {
        self.sweep(now);
        let mark = self.people.entry(person).or_insert((version, now));
        // Notices of two commits may cross.
        *mark = (mark.0.max(version), now + ACCESS_FOR + SLACK);
    }

    pub(super) fn holds(&self, session: SessionId, person: UserId, version: i64) -> bool {
        !self.sessions.contains_key(&session) && self.people.get(&person).is_none_or(|(now, _)| version >= *now)
    }

    /// Forgets, at most once a minute, what no living token could concern.
    fn sweep(&mut self, now: DateTime<Utc>) {
        if self.sweep_at.is_some_and(|at| now < at) {
            return;
        }
        self.sweep_at = Some(now + TimeDelta::minutes(1));
        self.sessions.retain(|_, until| *until > now);
        self.people.retain(|_, (_, until)| *until > now);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn marks_hold_as_long_as_tokens_live() {
        let now = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
        let (session, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let person = UserId(Uuid::from_u128(3));
        let mut stale = Stale::default();
        assert!(stale.holds(session, person, 0));
        stale.session(session, now);
        assert!(!stale.holds(session, person, 9) && stale.holds(other, person, 0));
        stale.person(person, 5, now);
        stale.person(person, 4, now);
        assert!(!stale.holds(other, person, 4) && stale.holds(other, person, 5));
        stale.session(other, now + ACCESS_FOR + SLACK - TimeDelta::seconds(1));
        assert_eq!((stale.sessions.len(), stale.people.len()), (2, 1));
        stale.session(other, now + ACCESS_FOR + SLACK + TimeDelta::minutes(1));
        assert_eq!((stale.sessions.len(), stale.people.len()), (1, 0));
    }
}
