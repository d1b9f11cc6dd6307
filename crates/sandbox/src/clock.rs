//! The time, which a test can move forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// The system's time plus an offset shared by all clones. It is never ahead unless somebody called [`Clock::advance`].
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        real() + TimeDelta::milliseconds(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Moves the clock forward, for everybody who holds a clone.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

/// The system's time, for what another program compares with its own: signatures and tokens.
#[expect(clippy::disallowed_methods, reason = "this is where the sandbox's time comes from")]
pub fn real() -> DateTime<Utc> {
    Utc::now()
}
