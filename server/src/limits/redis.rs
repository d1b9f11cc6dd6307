//! Counts that several nodes share, in Redis.
//!
//! One script reads and writes a key in one step, by Redis' own clock, so that nodes whose clocks differ agree. Keys are
//! `guildhall:limit:{policy}:{whom}` and go by themselves once their quota is whole again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use redis::{
    Client, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{Policy, Verdict, Whom};

/// The same as `gcra::decide`: answers whether the request is allowed and what is taken of the quota after it.
const SCRIPT: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local every, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local whole_at = tonumber(redis.call('GET', KEYS[1]) or now)
whole_at = math.max(now, math.min(whole_at, now + room))
local after = whole_at + every
if after - now > room then
  return {0, whole_at - now}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, after - now}
";

/// Nobody waits longer for an answer than this; tests, beside which the machine may be busy, do.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 20_000 } else { 100 });
/// For a connection, which goes on being made when a request stopped waiting for it.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// After a failure this long nothing is asked, in microseconds.
const PAUSE: i64 = 1_000_000;
/// A failure is logged at most this often, in microseconds.
const BETWEEN_COMPLAINTS: i64 = 60_000_000;

/// A connection that is made when first needed and again when it broke. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Redis {
    manager: ConnectionManager,
    script: Arc<Script>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    away_until: AtomicI64,
    complained_at: AtomicI64,
}

impl Redis {
    /// Must run inside of the runtime; connects nowhere yet.
    ///
    /// # Errors
    /// When the address is none.
    pub(crate) fn open(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("REDIS_URL is no address like redis://127.0.0.1:6379")?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_millis(200));
        let manager = ConnectionManager::new_lazy_with_config(client, config)?;
        Ok(Self { manager, script: Arc::new(Script::new(SCRIPT)), state: Arc::default() })
    }

    /// `None` when Redis is away; `now` decides when it is asked again.
    pub(super) async fn take(&self, policy: &Policy, whom: Whom, now: i64) -> Option<Verdict> {
        if now < self.state.away_until.load(Ordering::Relaxed) {
            return None;
        }
        match tokio::time::timeout(PATIENCE, self.ask(policy, whom)).await {
            Ok(Ok((allowed, taken))) => Some(Verdict::of(policy, allowed == 1, taken)),
            Ok(Err(error)) => self.away(now, &error.to_string()),
            Err(_) => self.away(now, "no answer in time"),
        }
    }

    async fn ask(&self, policy: &Policy, whom: Whom) -> RedisResult<(i64, i64)> {
        let mut call = self.script.key(format!("guildhall:limit:{}:{whom}", policy.name));
        call.arg(policy.every()).arg(policy.room());
        call.invoke_async(&mut self.manager.clone()).await
    }

    fn away(&self, now: i64, error: &str) -> Option<Verdict> {
        self.state.away_until.store(now.saturating_add(PAUSE), Ordering::Relaxed);
        let before = self.state.complained_at.load(Ordering::Relaxed);
        let due = now.saturating_sub(before) >= BETWEEN_COMPLAINTS;
        if due && self.state.complained_at.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!(error, "Redis is away: this node counts requests by itself");
        }
        None
    }
}

/// Whether Redis answers, for `guildhall doctor`.
pub(crate) async fn ping(url: &str) -> anyhow::Result<()> {
    let client = Client::open(url).context("REDIS_URL is no address like redis://127.0.0.1:6379")?;
    let asked = async {
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<()>(&mut connection).await
    };
    Ok(tokio::time::timeout(Duration::from_secs(5), asked).await.context("no answer within 5 seconds")??)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::tests::redis::RedisServer;

    const POLICY: Policy = Policy { name: "test", quota: 3, seconds: 3_600 };

    fn somebody(number: u32) -> Whom {
        Whom::Network(Some(IpAddr::V4(Ipv4Addr::from_bits(number))))
    }

    #[tokio::test]
    async fn two_nodes_count_together() {
        let server = RedisServer::start().await;
        let (one, other) = (Redis::open(&server.url).unwrap(), Redis::open(&server.url).unwrap());
        let mut left = Vec::new();
        for node in [&one, &other, &one] {
            left.push(node.take(&POLICY, somebody(1), 0).await.unwrap().remaining);
        }
        assert_eq!(left, [2, 1, 0]);
        for node in [&one, &other] {
            let refused = node.take(&POLICY, somebody(1), 0).await.unwrap();
            assert!(!refused.allowed);
            assert!((1_100..=1_200).contains(&refused.seconds_until_more()), "{refused:?}");
        }
        assert!(one.take(&POLICY, somebody(2), 0).await.unwrap().allowed);
    }

    #[tokio::test]
    async fn a_thousand_at_once_get_no_more_than_the_quota() {
        let server = RedisServer::start().await;
        let redis = Redis::open(&server.url).unwrap();
        let policy = Policy { name: "test", quota: 100, seconds: 36_000 };
        assert!(redis.take(&policy, somebody(9), 0).await.is_some());
        let asked: Vec<_> = (0..1_000)
            .map(|_| {
                let redis = redis.clone();
                tokio::spawn(async move { redis.ask(&policy, somebody(1)).await.unwrap().0 })
            })
            .collect();
        let mut allowed = 0;
        for one in asked {
            allowed += one.await.unwrap();
        }
        assert_eq!(allowed, 100);
    }

    #[tokio::test]
    async fn keys_go_by_themselves() {
        let server = RedisServer::start().await;
        let redis = Redis::open(&server.url).unwrap();
        redis.take(&POLICY, somebody(1), 0).await.unwrap();
        let mut connection = redis.manager.clone();
        let left: i64 =
            redis::cmd("PTTL").arg("guildhall:limit:test:0.0.0.1").query_async(&mut connection).await.unwrap();
        assert!((1_100_000..=1_200_000).contains(&left), "{left}");
    }

    #[tokio::test]
    async fn without_redis_a_node_counts_by_itself() {
        let mut server = RedisServer::start().await;
        let clock = guildhall_kernel::Clock::fixed(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let limits = super::super::Limits::new(clock.clone(), Some(Redis::open(&server.url).unwrap()));
        assert_eq!(limits.take(&POLICY, somebody(1)).await.unwrap().remaining, 2);
        server.stop();
        // The counts of Redis are gone with it: this node begins anew, and answers all the same.
        let counted: Vec<bool> = {
            let mut counted = Vec::new();
            for _ in 0..4 {
                counted.push(limits.take(&POLICY, somebody(1)).await.unwrap().allowed);
                clock.advance(chrono::TimeDelta::milliseconds(400));
            }
            counted
        };
        assert_eq!(counted, [true, true, true, false]);
        let complained = {
            let Some(shared) = &limits.0.shared else { panic!("it was given") };
            shared.state.complained_at.load(Ordering::Relaxed)
        };
        assert_eq!(complained, 1_800_000_000_000_000, "said once, though it failed twice");
    }
}
