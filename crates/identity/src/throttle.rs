//! How often one may try.
//!
//! What holds here: a try is refused only because of tries from the same network address, so a stranger elsewhere can
//! slow an account's sign-in, or everybody's, by seconds but never lock it; waiting as long as the answer says always helps; a refused
//! try costs nothing further; memory is bounded whatever is thrown at it.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use guildhall_kernel::Clock;
use guildhall_types::Error;
use parking_lot::Mutex;

const SECOND: i64 = 1_000_000;

/// `burst` at once, then one every `every` microseconds (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug)]
struct Limit {
    burst: i64,
    every: i64,
}

/// 10 tries in 15 minutes for one account from one address.
const PAIR: Limit = Limit { burst: 10, every: 90 * SECOND };
/// 60 tries in 15 minutes from one address, whatever the accounts.
const ADDRESS: Limit = Limit { burst: 60, every: 15 * SECOND };
/// 30 tries in 15 minutes for one account from everywhere; past it each try waits longer, and none is refused.
const ACCOUNT: Limit = Limit { burst: 30, every: 30 * SECOND };
/// 600 wrong tries in 10 minutes by everybody together; past it each try waits longer, and none is refused.
const EVERYBODY: Limit = Limit { burst: 600, every: SECOND };
/// 60 questions to an authenticator in 10 minutes from one address: each is a row until it expires.
const CHALLENGE: Limit = Limit { burst: 60, every: 10 * SECOND };
/// 20 requests for mail in an hour from one address: signing up, forgotten passwords, links again.
const MAIL: Limit = Limit { burst: 20, every: 180 * SECOND };

/// 300 refreshes in 15 minutes from one address: the network of an office, not a flood.
const REFRESH: Limit = Limit { burst: 300, every: 3 * SECOND };

const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// Less than for one account: this one is everybody's.
const LONGEST_FOR_EVERYBODY: Duration = Duration::from_secs(1);
/// Keys that are remembered at most: a few megabytes.
const MOST_KEYS: usize = 100_000;

/// The count of tries, in this process. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Throttle(Arc<Inner>);

struct Inner {
    clock: Clock,
    on: bool,
    most: usize,
    hasher: RandomState,
    /// For each key the time at which it is as good as new, in microseconds; a key that is not there is as good as new.
    new_at: Mutex<HashMap<u64, i64>>,
}

impl Throttle {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self::build(clock, true, MOST_KEYS)
    }

    /// Lets everything through: for benchmarks.
    #[must_use]
    pub fn off() -> Self {
        Self::build(Clock::system(), false, 0)
    }

    fn build(clock: Clock, on: bool, most: usize) -> Self {
        Self(Arc::new(Inner { clock, on, most, hasher: RandomState::new(), new_at: Mutex::new(HashMap::new()) }))
    }

    /// Counts one try to sign in; the answer is how long to hold it back first.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address has tried too often.
    pub fn sign_in(&self, account: &str, address: &str) -> Result<Duration, Error> {
        let address = network(address);
        let [pair, from, to, all] = [
            self.key("pair", account, &address),
            self.key("address", "", &address),
            self.key("account", account, ""),
            self.key("everybody", "", ""),
        ];
        self.with(|now, new_at| {
            may(now, new_at.get(&pair), PAIR)?;
            may(now, new_at.get(&from), ADDRESS)?;
            count(now, new_at, pair, PAIR);
            count(now, new_at, from, ADDRESS);
            let own = delay(count(now, new_at, to, ACCOUNT), now, ACCOUNT, 5, LONGEST_DELAY);
            let shared = delay(count(now, new_at, all, EVERYBODY), now, EVERYBODY, 100, LONGEST_FOR_EVERYBODY);
            Ok(own.max(shared))
        })
        .unwrap_or(Ok(Duration::ZERO))
    }

    /// The try was right: it does not count against the person, nor anybody else.
    pub fn succeeded(&self, account: &str, address: &str) {
        let address = network(address);
        let pair = self.key("pair", account, &address);
        let counted = [
            (self.key("address", "", &address), ADDRESS),
            (self.key("account", account, ""), ACCOUNT),
            (self.key("everybody", "", ""), EVERYBODY),
        ];
        self.with(|_, new_at| {
            new_at.remove(&pair);
            for (key, limit) in counted {
                if let Some(at) = new_at.get_mut(&key) {
                    *at -= limit.every;
                }
            }
        });
    }

    /// Counts one request that may send a mail.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address has asked too often.
    pub fn mail(&self, address: &str) -> Result<(), Error> {
        self.by_address("mail", address, MAIL)
    }

    /// Counts one question to an authenticator by somebody who is not known yet.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address has asked too often.
    pub fn challenge(&self, address: &str) -> Result<(), Error> {
        self.by_address("challenge", address, CHALLENGE)
    }

    fn by_address(&self, kind: &str, address: &str, limit: Limit) -> Result<(), Error> {
        let key = self.key(kind, "", &network(address));
        self.with(|now, new_at| {
            may(now, new_at.get(&key), limit)?;
            count(now, new_at, key, limit);
            Ok(())
        })
        .unwrap_or(Ok(()))
    }

    /// Counts one request that refreshes a program's tokens.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address has asked too often.
    pub fn refresh(&self, address: &str) -> Result<(), Error> {
        let key = self.key("refresh", "", &network(address));
        self.with(|now, new_at| {
            may(now, new_at.get(&key), REFRESH)?;
            count(now, new_at, key, REFRESH);
            Ok(())
        })
        .unwrap_or(Ok(()))
    }

    fn key(&self, kind: &str, account: &str, address: &str) -> u64 {
        self.0.hasher.hash_one((kind, account, address))
    }

    fn with<T>(&self, look: impl FnOnce(i64, &mut HashMap<u64, i64>) -> T) -> Option<T> {
        if !self.0.on {
            return None;
        }
        let now = self.0.clock.now().timestamp_micros();
        let mut new_at = self.0.new_at.lock();
        if new_at.len() + 4 > self.0.most {
            forget(&mut new_at, now, self.0.most);
        }
        Some(look(now, &mut new_at))
    }
}

/// Refuses when the burst is used up, and says when the next try may come.
fn may(now: i64, new_at: Option<&i64>, limit: Limit) -> Result<(), Error> {
    let ahead = new_at.map_or(0, |at| at - now);
    let too_soon = ahead - (limit.burst - 1) * limit.every;
    if too_soon <= 0 {
        return Ok(());
    }
    let retry_after_seconds = u64::try_from((too_soon + SECOND - 1) / SECOND).unwrap_or(1);
    Err(Error::TooMany { retry_after_seconds })
}

/// Counts a try. The sum is capped at twice the burst, so that no flood is remembered for longer than half an hour.
fn count(now: i64, new_at: &mut HashMap<u64, i64>, key: u64, limit: Limit) -> i64 {
    let at = new_at.entry(key).or_insert(now);
    *at = ((*at).max(now) + limit.every).min(now + 2 * limit.burst * limit.every);
    *at
}

/// How long to hold a try back: nothing within the burst, then doubling with each `step` tries past it.
fn delay(new_at: i64, now: i64, limit: Limit, step: i64, longest: Duration) -> Duration {
    let over = (new_at - now) / limit.every - limit.burst;
    if over <= 0 {
        return Duration::ZERO;
    }
    let doublings = u32::try_from(over / step).unwrap_or(u32::MAX).min(10);
    FIRST_DELAY.saturating_mul(2_u32.saturating_pow(doublings)).min(longest)
}

/// Makes room: first what is as good as new anyway, then the half that is nearest to it.
fn forget(new_at: &mut HashMap<u64, i64>, now: i64, most: usize) {
    new_at.retain(|_, at| *at > now);
    if new_at.len() > most / 2 {
        let mut times: Vec<i64> = new_at.values().copied().collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        // Equal times could leave everything in place: of those at the median none stays.
        new_at.retain(|_, at| *at > median);
    }
}

/// The network an address stands for: one IPv4 address, or an IPv6 /64, which is what one customer is given.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => address.chars().take(64).collect(),
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throttle")
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    fn clock() -> Clock {
        Clock::fixed(Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap())
    }

    fn wait(error: Error) -> u64 {
        match error {
            Error::TooMany { retry_after_seconds } => retry_after_seconds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ten_tries_for_one_account_from_one_address_then_one_every_ninety_seconds() {
        let throttle = Throttle::new(clock());
        for _ in 0..10 {
            assert_eq!(throttle.sign_in("ada@example.com", "192.0.2.1"), Ok(Duration::ZERO));
        }
        assert_eq!(wait(throttle.sign_in("ada@example.com", "192.0.2.1").unwrap_err()), 90);
        assert!(throttle.sign_in("ada@example.com", "192.0.2.2").is_ok(), "from elsewhere she is not locked out");
        assert!(throttle.sign_in("bob@example.com", "192.0.2.1").is_ok());
    }

    #[test]
    fn sixty_tries_from_one_address_whatever_the_accounts() {
        let throttle = Throttle::new(clock());
        for number in 0..60 {
            assert!(throttle.sign_in(&format!("{number}@example.com"), "2001:db8::1").is_ok());
        }
        assert_eq!(
            wait(throttle.sign_in("x@example.com", "2001:db8::ffff").unwrap_err()),
            15,
            "one /64 is one address"
        );
        assert!(throttle.sign_in("x@example.com", "2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn tries_from_everywhere_slow_down_and_are_never_refused() {
        let throttle = Throttle::new(clock());
        let delays: Vec<Duration> =
            (0..200).map(|number| throttle.sign_in("ada@example.com", &format!("192.0.2.{number}")).unwrap()).collect();
        assert!(delays[..30].iter().all(Duration::is_zero));
        assert!(delays[31..].iter().all(|delay| !delay.is_zero()));
        assert!(delays.is_sorted());
        assert_eq!(delays[199], LONGEST_DELAY);
    }

    #[test]
    fn being_right_does_not_count() {
        let throttle = Throttle::new(clock());
        for _ in 0..200 {
            throttle.sign_in("ada@example.com", "192.0.2.1").unwrap();
            throttle.succeeded("ada@example.com", "192.0.2.1");
        }
    }

    #[test]
    fn a_flood_of_wrong_tries_slows_everybody_a_little_and_refuses_nobody() {
        let throttle = Throttle::new(clock());
        let flood = |from: i64, to: i64| {
            let try_in = |n| throttle.sign_in(&format!("{n}@example.com"), &format!("2001:db8:{n:x}::1"));
            (from..to).fold(None, |_, n| Some(try_in(n)))
        };
        assert_eq!(flood(0, 600), Some(Ok(Duration::ZERO)));
        let mut before = Duration::ZERO;
        for hundreds in 6..14 {
            let delay = flood(hundreds * 100, hundreds * 100 + 100).unwrap().unwrap();
            assert!(delay >= before, "it grows");
            before = delay;
        }
        assert_eq!(throttle.sign_in("ada@example.com", "192.0.2.1"), Ok(LONGEST_FOR_EVERYBODY));
    }

    #[test]
    fn being_right_does_not_slow_others() {
        let throttle = Throttle::new(clock());
        for number in 0..2_000 {
            let (account, address) = (format!("{number}@example.com"), format!("2001:db8:{number:x}::1"));
            assert_eq!(throttle.sign_in(&account, &address), Ok(Duration::ZERO));
            throttle.succeeded(&account, &address);
        }
    }

    #[test]
    fn questions_to_authenticators_are_rationed_by_address() {
        let throttle = Throttle::new(clock());
        assert!((0..60).all(|_| throttle.challenge("192.0.2.1").is_ok()));
        assert_eq!(wait(throttle.challenge("192.0.2.1").unwrap_err()), 10);
        assert!(throttle.challenge("192.0.2.2").is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::build(clock(), true, 300);
        for number in 0..5_000 {
            let _ = throttle.sign_in(&format!("{number}@example.com"), &format!("2001:db8:0:{number:x}::1"));
            assert!(throttle.0.new_at.lock().len() <= 300);
        }
    }

    #[test]
    fn off_lets_everything_through() {
        let throttle = Throttle::off();
        assert!(
            (0..1_000).all(|_| throttle.sign_in("a@b.test", "192.0.2.1") == Ok(Duration::ZERO)
                && throttle.mail("192.0.2.1").is_ok())
        );
    }

    proptest! {
        #[test]
        fn waiting_as_told_always_helps(tries in prop::collection::vec((0_u8..4, 0_u8..4, 0_i64..40), 1..200)) {
            let clock = clock();
            let throttle = Throttle::new(clock.clone());
            for (account, address, pause) in tries {
                clock.advance(TimeDelta::seconds(pause));
                let (account, address) = (format!("{account}@example.com"), format!("192.0.2.{address}"));
                // Two limits can stand in the way, one after the other; each tells its own wait.
                for turn in 0.. {
                    match throttle.sign_in(&account, &address) {
                        Ok(delay) => {
                            prop_assert!(delay <= LONGEST_DELAY);
                            break;
                        }
                        Err(error) => {
                            prop_assert!(turn < 2, "waiting as told did not help");
                            let seconds = wait(error);
                            prop_assert!((1..=900).contains(&seconds));
                            clock.advance(TimeDelta::seconds(i64::try_from(seconds).unwrap()));
                        }
                    }
                }
            }
        }

        #[test]
        fn a_stranger_elsewhere_never_locks_anybody_out(strangers in prop::collection::vec(1_u8..255, 0..400)) {
            let throttle = Throttle::new(clock());
            for stranger in strangers {
                let _ = throttle.sign_in("ada@example.com", &format!("198.51.100.{stranger}"));
            }
            prop_assert!(throttle.sign_in("ada@example.com", "192.0.2.1").is_ok());
        }

        #[test]
        fn any_text_is_an_address(account in any::<String>(), address in any::<String>()) {
            let throttle = Throttle::new(clock());
            prop_assert!(throttle.sign_in(&account, &address).is_ok());
            prop_assert!(throttle.mail(&address).is_ok());
        }
    }
}
