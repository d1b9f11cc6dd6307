//! The generic cell rate algorithm, and its counts in this process.
//!
//! What is kept for each key is one time: the moment from which on the whole quota is there again.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use parking_lot::Mutex;

use super::Whom;

/// Keys that are remembered at most, over all policies: a few megabytes.
pub(crate) const MOST_KEYS: usize = 200_000;

/// `quota` requests in `seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// As the headers name it.
    pub name: &'static str,
    pub quota: i64,
    pub seconds: i64,
}

impl Policy {
    /// How long one request takes from the quota, in microseconds; never 0.
    pub(crate) fn every(&self) -> i64 {
        (self.seconds.saturating_mul(1_000_000) / self.quota.max(1)).max(1)
    }

    /// The whole quota, in microseconds.
    pub(crate) fn room(&self) -> i64 {
        self.every().saturating_mul(self.quota)
    }
}

/// How a request came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub allowed: bool,
    /// Requests that may follow at once.
    pub remaining: i64,
    /// Until one more may, in microseconds.
    pub wait: i64,
}

impl Verdict {
    /// From what is taken of the quota after the request, in microseconds.
    pub(crate) fn of(policy: &Policy, allowed: bool, taken: i64) -> Self {
        let every = policy.every();
        let remaining = if allowed { ((policy.room() - taken) / every).max(0) } else { 0 };
        Self { allowed, remaining, wait: (taken - policy.room() + (remaining + 1) * every).max(0) }
    }

    /// At least 1: whoever waits so long is let through.
    pub(crate) fn seconds_until_more(&self) -> u64 {
        u64::try_from(self.wait).unwrap_or_default().div_ceil(1_000_000).max(1)
    }
}

/// Decides on one request at `now`, with the time from which on the quota is whole; answers that time anew.
pub(crate) fn decide(policy: &Policy, now: i64, whole_at: Option<i64>) -> (Verdict, i64) {
    // A clock that was set back must not shut anybody out for longer than an empty quota does.
    let whole_at = whole_at.unwrap_or(now).clamp(now, now.saturating_add(policy.room()));
    let after = whole_at.saturating_add(policy.every());
    let allowed = after.saturating_sub(now) <= policy.room();
    let kept = if allowed { after } else { whole_at };
    (Verdict::of(policy, allowed, kept.saturating_sub(now)), kept)
}

const SHARDS: usize = 16;

/// The counts of this process, in parts that are locked by themselves.
pub(crate) struct Store {
    hasher: RandomState,
    most_in_shard: usize,
    shards: [Mutex<HashMap<u64, i64>>; SHARDS],
}

impl Store {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            most_in_shard: most.div_ceil(SHARDS),
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    pub(crate) fn take(&self, policy: &Policy, whom: Whom, now: i64) -> Verdict {
        let key = self.hasher.hash_one((policy.name, whom));
        let place = usize::try_from(key >> 32).unwrap_or_default() % SHARDS;
        // There is a shard for each remainder.
        let Some(shard) = self.shards.get(place) else { return Verdict::of(policy, true, 0) };
        let mut times = shard.lock();
        let (verdict, whole_at) = decide(policy, now, times.get(&key).copied());
        if times.len() >= self.most_in_shard && !times.contains_key(&key) {
            make_room(&mut times, now, self.most_in_shard);
        }
        times.insert(key, whole_at);
        verdict
    }
}

/// Forgets whoever is as good as new, and then the half that soonest will be: who sends the most is remembered longest.
fn make_room(times: &mut HashMap<u64, i64>, now: i64, most: usize) {
    times.retain(|_, whole_at| *whole_at > now);
    if times.len() < most {
        return;
    }
    let mut sorted: Vec<i64> = times.values().copied().collect();
    let middle = sorted.len() / 2;
    let (_, cut, _) = sorted.select_nth_unstable(middle);
    let cut = *cut;
    times.retain(|_, whole_at| *whole_at > cut);
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;

    const POLICY: Policy = Policy { name: "test", quota: 10, seconds: 60 };
    const SECOND: i64 = 1_000_000;

    fn somebody(number: u32) -> Whom {
        Whom::Network(Some(IpAddr::V4(Ipv4Addr::from_bits(number))))
    }

    #[test]
    fn the_quota_is_there_at_once_and_then_evenly() {
        let store = Store::new(1_000);
        for left in (0..10).rev() {
            let verdict = store.take(&POLICY, somebody(1), 0);
            assert_eq!((verdict.allowed, verdict.remaining, verdict.wait), (true, left, 6 * SECOND));
        }
        let refused = store.take(&POLICY, somebody(1), 0);
        assert_eq!((refused.allowed, refused.remaining, refused.seconds_until_more()), (false, 0, 6));
        assert!(store.take(&POLICY, somebody(2), 0).allowed, "others are not touched");
        assert!(!store.take(&POLICY, somebody(1), 6 * SECOND - 1).allowed, "refused requests cost nothing");
        assert!(store.take(&POLICY, somebody(1), 6 * SECOND).allowed);
        assert!(!store.take(&POLICY, somebody(1), 6 * SECOND).allowed);
        assert_eq!(store.take(&POLICY, somebody(1), 1_000 * SECOND).remaining, 9);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let store = Store::new(1_000);
        store.take(&POLICY, somebody(1), 1_000_000 * SECOND);
        let verdict = store.take(&POLICY, somebody(1), 0);
        assert!(!verdict.allowed && verdict.seconds_until_more() <= 60);
        assert!(store.take(&POLICY, somebody(1), 60 * SECOND).allowed);
    }

    #[test]
    fn memory_is_bounded_and_the_worst_are_remembered() {
        let store = Store::new(1_600);
        for _ in 0..20 {
            store.take(&POLICY, somebody(0), 0);
        }
        for number in 1..20_000 {
            store.take(&POLICY, somebody(number), 0);
        }
        let remembered: usize = store.shards.iter().map(|shard| shard.lock().len()).sum();
        assert!(remembered <= 1_600, "{remembered}");
        assert!(!store.take(&POLICY, somebody(0), 0).allowed);
    }

    proptest! {
        #[test]
        fn no_time_sees_more_than_the_quota_and_what_grew_meanwhile(
            quota in 1..50_i64, seconds in 1..600_i64, gaps in prop::collection::vec(0..20 * SECOND, 1..300)
        ) {
            let policy = Policy { name: "any", quota, seconds };
            let (mut now, mut whole_at, mut passed) = (0, None, Vec::new());
            for gap in gaps {
                now += gap;
                let (verdict, kept) = decide(&policy, now, whole_at);
                if verdict.allowed {
                    passed.push(now);
                } else {
                    prop_assert!(verdict.wait > 0);
                    prop_assert!(decide(&policy, now + verdict.wait, Some(kept)).0.allowed, "waiting as told helps");
                    prop_assert!(!decide(&policy, now + verdict.wait - 1, Some(kept)).0.allowed, "and no less does");
                }
                prop_assert!((0..quota).contains(&verdict.remaining));
                whole_at = Some(kept);
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, until) in passed.iter().enumerate().skip(first) {
                    let grown = (until - from) / policy.every();
                    prop_assert!(i64::try_from(last - first + 1).unwrap() <= quota + grown);
                }
            }
        }
    }
}
