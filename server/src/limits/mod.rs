//! How many requests one may send.
//!
//! Each [`Policy`] is a quota for a time, counted by the generic cell rate algorithm: the whole quota at once, then evenly.
//! With `REDIS_URL` all nodes count together; where Redis is away each counts by itself, and nobody is shown an error for it.
//! Memory is bounded whatever is thrown at it.

mod gcra;
mod redis;

use std::{fmt, net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use guildhall_kernel::{Clock, RequestOrigin};
use guildhall_types::UserId;

pub(crate) use gcra::{Policy, Verdict};
pub(crate) use redis::{Redis, ping};

/// Pages, forms and the API, for whoever is not signed in.
pub(crate) const ADDRESS: Policy = Policy { name: "address", quota: 100, seconds: 60 };
/// The same for a signed-in person: an office behind one address does not share its quota.
pub(crate) const PERSON: Policy = Policy { name: "person", quota: 1_000, seconds: 3_600 };
/// What proves who somebody is, or sends mail to do so; besides the throttle of `guildhall_identity`, which knows accounts.
pub(crate) const SIGN_IN: Policy = Policy { name: "sign-in", quota: 30, seconds: 60 };
/// Suggestions while somebody types.
pub(crate) const TYPING: Policy = Policy { name: "typing", quota: 300, seconds: 60 };
/// Everything together, files as well: whoever sends more means harm. Counted on each node by itself, before anything else.
pub(crate) const FLOOD: Policy = Policy { name: "all", quota: 3_000, seconds: 60 };

/// Whom a policy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whom {
    Network(Option<IpAddr>),
    Person(UserId),
}

impl From<RequestOrigin> for Whom {
    fn from(origin: RequestOrigin) -> Self {
        Self::Network(origin.network())
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(Some(address)) => write!(f, "{address}"),
            Self::Network(None) => f.write_str("nowhere"),
            Self::Person(id) => write!(f, "{id}"),
        }
    }
}

/// The counts. Cheap to clone; clones count together.
#[derive(Clone)]
pub(crate) struct Limits(Arc<Inner>);

struct Inner {
    on: bool,
    clock: Clock,
    here: gcra::Store,
    shared: Option<Redis>,
}

impl Limits {
    pub(crate) fn new(clock: Clock, shared: Option<Redis>) -> Self {
        Self(Arc::new(Inner { on: true, clock, here: gcra::Store::new(gcra::MOST_KEYS), shared }))
    }

    /// Counts nothing: for benchmarks.
    pub(crate) fn off() -> Self {
        Self(Arc::new(Inner { on: false, clock: Clock::system(), here: gcra::Store::new(1), shared: None }))
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.on
    }

    /// Counts one request, together with the other nodes where they share. `None` when limits are off.
    pub(crate) async fn take(&self, policy: &Policy, whom: Whom) -> Option<Verdict> {
        if !self.0.on {
            return None;
        }
        let now = self.0.clock.now().timestamp_micros();
        if let Some(shared) = &self.0.shared
            && let Some(verdict) = shared.take(policy, whom, now).await
        {
            return Some(verdict);
        }
        Some(self.0.here.take(policy, whom, now))
    }

    /// Counts one request on this node alone.
    pub(crate) fn take_here(&self, policy: &Policy, whom: Whom) -> Option<Verdict> {
        self.0.on.then(|| self.0.here.take(policy, whom, self.0.clock.now().timestamp_micros()))
    }
}

/// Tells the client how it stands, as `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10: `q` the
/// quota, `w` its seconds, `r` what remains, `t` the seconds until more is there).
pub(crate) fn tell(headers: &mut HeaderMap, counted: &[(Policy, Verdict)]) {
    let list = |one: &dyn Fn(&(Policy, Verdict)) -> String| counted.iter().map(one).collect::<Vec<_>>().join(", ");
    let policies = list(&|(policy, _)| format!("\"{}\";q={};w={}", policy.name, policy.quota, policy.seconds));
    let states = list(&|(policy, verdict)| {
        format!("\"{}\";r={};t={}", policy.name, verdict.remaining, verdict.seconds_until_more())
    });
    for (name, value) in [("ratelimit-policy", policies), ("ratelimit", states)] {
        if let Ok(value) = HeaderValue::from_str(&value)
            && !counted.is_empty()
        {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
