//! Time as a parameter.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, or one that a test sets. Cheap to clone; clones of a set clock move together.
#[derive(Clone, Default)]
pub struct Clock {
    /// Microseconds since the epoch; `None` is the system's time.
    set: Option<Arc<AtomicI64>>,
}

impl Clock {
    #[must_use]
    pub const fn system() -> Self {
        Self { set: None }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self { set: Some(Arc::new(AtomicI64::new(at.timestamp_micros()))) }
    }

    /// The time, to the microsecond: what PostgreSQL keeps.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = self.set.as_ref().map_or_else(|| Utc::now().timestamp_micros(), |set| set.load(Ordering::SeqCst));
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a set clock; the system's stays what it is.
    pub fn advance(&self, by: TimeDelta) {
        if let (Some(set), Some(micros)) = (&self.set, by.num_microseconds()) {
            set.fetch_add(micros, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
