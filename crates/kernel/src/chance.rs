//! Randomness as a parameter.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

use crate::Clock;

/// Where ids and secrets come from: a cryptographic generator, seeded by the system or, in tests and the demo, by a number.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<StdRng>>);

impl Chance {
    /// Seeded by the operating system: fit for secrets.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    /// The same numbers every time. Never for secrets outside of tests and the demo.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// 32 bytes that nobody can guess.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.with(|rng| rng.fill_bytes(&mut bytes));
        bytes
    }

    /// A number in `0..below`; 0 when `below` is 0.
    #[must_use]
    pub fn below(&self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.with(|rng| rng.random_range(0..below)) }
    }

    /// A new id (UUIDv7, RFC 9562): ordered by the clock's time.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self, clock: &Clock) -> T {
        let millis = u64::try_from(clock.now().timestamp_millis()).unwrap_or_default();
        let mut bytes = [0; 10];
        self.with(|rng| rng.fill_bytes(&mut bytes));
        T::from(Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    fn with<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}
