//! Hashing and verifying passwords.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};

use anyhow::anyhow;
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, SaltString},
};
use guildhall_db::{OpError, OpResult};
use guildhall_kernel::Chance;
use guildhall_types::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Longest wait for a turn; past it the person is asked to try again rather than to hang.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and verifies with argon2id, never on the async threads and never more at once than there are cores, so that a
/// flood of sign-ins takes neither the memory nor the latency of everybody else. Cheap to clone.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    argon: Argon2<'static>,
    slots: Arc<Semaphore>,
    chance: Chance,
    /// What is verified where there is no account.
    nobody: String,
    verifications: AtomicU64,
}

impl Passwords {
    /// # Errors
    /// Only when the algorithm refuses our own parameters.
    pub fn new(chance: &Chance) -> anyhow::Result<Self> {
        Self::with_cost(chance, MEMORY_KIB, PASSES)
    }

    /// With other costs than the ones that protect people: for tests and made-up accounts.
    ///
    /// # Errors
    /// When the algorithm refuses the parameters.
    pub fn with_cost(chance: &Chance, memory_kib: u32, passes: u32) -> anyhow::Result<Self> {
        let params = Params::new(memory_kib, passes, LANES, None).map_err(|error| anyhow!("argon2: {error}"))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = phc(&argon, chance, b"nobody has this password").map_err(|error| anyhow!("argon2: {error}"))?;
        let slots = Arc::new(Semaphore::new(available_parallelism().map_or(2, usize::from)));
        Ok(Self(Arc::new(Inner { argon, slots, chance: chance.clone(), nobody, verifications: AtomicU64::new(0) })))
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait already.
    pub async fn hash(&self, password: &str) -> OpResult<String> {
        let (inner, password) = (Arc::clone(&self.0), password.to_owned());
        self.run(move || {
            phc(&inner.argon, &inner.chance, password.as_bytes()).map_err(|error| anyhow!("argon2: {error}").into())
        })
        .await?
    }

    /// Whether the password is the stored one's. Without a stored one it works as long and answers no.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait already; whatever is wrong with the stored string is ours.
    pub async fn verify(&self, stored: Option<&str>, password: &str) -> OpResult<bool> {
        let known = stored.is_some();
        let inner = Arc::clone(&self.0);
        let (stored, password) = (stored.unwrap_or(&inner.nobody).to_owned(), password.to_owned());
        let matches = self
            .run(move || {
                inner.verifications.fetch_add(1, Ordering::Relaxed);
                let hash =
                    PasswordHash::new(&stored).map_err(|error| anyhow!("a stored password can't be read: {error}"))?;
                match inner.argon.verify_password(password.as_bytes(), &hash) {
                    Ok(()) => Ok(true),
                    Err(password_hash::Error::Password) => Ok(false),
                    Err(error) => Err(OpError::Other(anyhow!("argon2: {error}"))),
                }
            })
            .await??;
        Ok(known && matches)
    }

    /// Whether a stored password was hashed otherwise than one is today: its next right entry is the time to hash it anew.
    #[must_use]
    pub fn needs_rehash(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return false };
        let today = self.0.argon.params();
        let same = Params::try_from(&hash).is_ok_and(|then| {
            (then.m_cost(), then.t_cost(), then.p_cost()) == (today.m_cost(), today.t_cost(), today.p_cost())
        });
        !same || hash.algorithm != Algorithm::Argon2id.ident() || hash.version != Some(Version::V0x13.into())
    }

    /// How many passwords were verified so far, those of nobody included.
    #[must_use]
    pub fn verifications(&self) -> u64 {
        self.0.verifications.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> OpResult<T> {
        let slot = self.slot().await?;
        // The slot goes with the work: a request that is given up does not make room while its work still runs.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        done.await.map_err(|error| OpError::Other(error.into()))
    }

    async fn slot(&self) -> OpResult<OwnedSemaphorePermit> {
        match tokio::time::timeout(PATIENCE, Arc::clone(&self.0.slots).acquire_owned()).await {
            Ok(slot) => slot.map_err(|error| OpError::Other(error.into())),
            Err(_) => Err(Error::unavailable("Many people are signing in just now. Try again in a minute.").into()),
        }
    }
}

fn phc(argon: &Argon2<'_>, chance: &Chance, password: &[u8]) -> password_hash::Result<String> {
    let secret = chance.secret();
    // 16 bytes of salt, as RFC 9106 recommends.
    let (salt, _) = secret.split_at(16);
    Ok(argon.hash_password(password, &SaltString::encode_b64(salt)?)?.to_string())
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_stored_string_names_the_algorithm_and_its_costs() {
        let passwords = Passwords::new(&Chance::seeded(1)).unwrap();
        let stored = passwords.hash("violet kettle 42 harbour").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(Some(&stored), "violet kettle 42 harbour").await.unwrap());
        assert!(!passwords.verify(Some(&stored), "violet kettle 42 Harbour").await.unwrap());
        assert_ne!(stored, passwords.hash("violet kettle 42 harbour").await.unwrap());
    }

    #[tokio::test]
    async fn cheaper_hashes_are_to_be_made_anew() {
        let today = Passwords::with_cost(&Chance::seeded(1), 128, 2).unwrap();
        for (memory, passes, anew) in [(128, 2, false), (64, 2, true), (128, 1, true)] {
            let then = Passwords::with_cost(&Chance::seeded(1), memory, passes).unwrap();
            let stored = then.hash("violet kettle 42 harbour").await.unwrap();
            assert_eq!(today.needs_rehash(&stored), anew, "{stored}");
            assert!(today.verify(Some(&stored), "violet kettle 42 harbour").await.unwrap());
        }
        assert!(!today.needs_rehash("not a hash"));
    }

    #[tokio::test]
    async fn nobody_s_password_is_verified_too_and_never_right() {
        let passwords = Passwords::with_cost(&Chance::seeded(1), 64, 1).unwrap();
        assert!(!passwords.verify(None, "nobody has this password").await.unwrap());
        assert_eq!(passwords.verifications(), 1);
        assert!(passwords.verify(Some("not a hash"), "x").await.is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_run_at_once_than_there_are_cores() {
        let passwords = Passwords::with_cost(&Chance::seeded(1), 64, 1).unwrap();
        let cores = available_parallelism().map_or(2, usize::from);
        let most = Arc::new(std::sync::Mutex::new((0, 0)));
        let runs = (0..cores * 4).map(|_| {
            let (passwords, most) = (passwords.clone(), Arc::clone(&most));
            tokio::spawn(async move {
                passwords
                    .run(move || {
                        {
                            let mut most = most.lock().unwrap();
                            most.0 += 1;
                            most.1 = most.1.max(most.0);
                        }
                        std::thread::sleep(Duration::from_millis(5));
                        most.lock().unwrap().0 -= 1;
                    })
                    .await
                    .unwrap();
            })
        });
        for run in runs.collect::<Vec<_>>() {
            run.await.unwrap();
        }
        assert!(most.lock().unwrap().1 <= cores);
    }
}
