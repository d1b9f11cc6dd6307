//! Access tokens: JWTs (RFC 7519, RFC 9068), RS256, good for 15 minutes.
//!
//! What holds here:
//! - A token is accepted only with `RS256`, a key of ours by its `kid`, our issuer and audience, inside its time; nothing
//!   in the token chooses how it is checked.
//! - Checking asks nobody. A session that ended or a person who changed is heard of by [`Tokens::follow`] as it commits; a
//!   node that does not hear asks the database each time instead.
//! - A private key stands in the database sealed, and nowhere else.

mod claims;
mod follow;
mod keys;
mod stale;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Actor, Sealer, UserActor, derive, token};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, Validation, crypto};
use parking_lot::RwLock;
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use crate::{ops::Signed, policy::ACCESS_FOR, store};
use claims::{AUDIENCE, Claims, TYPE};
use keys::KeyRing;
use stale::Stale;

const ACTOR: Actor = Actor::System("tokens");
/// No token of ours is longer, in bytes.
const MOST: usize = 4_096;
/// How far another node's clock may be ahead, in seconds.
const LEEWAY: i64 = 10;
/// How long a retired key still verifies: its tokens' life, and as much again for a node that has not heard yet.
const RETIRED_FOR: TimeDelta = TimeDelta::minutes(30);
/// An unknown `kid` makes a node look for new keys at most this often.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(10);

/// Issues and checks access tokens. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    db: Db,
    issuer: String,
    sealer: Sealer,
    /// What refresh tokens' successors are derived with.
    succession: Hmac<Sha256>,
    validation: Validation,
    ring: RwLock<KeyRing>,
    stale: RwLock<Stale>,
    following: AtomicBool,
    /// When keys were last looked for because of an unknown `kid`, in microseconds.
    looked_at: AtomicI64,
}

/// A signing key, for whoever keeps the program.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    pub kid: String,
    pub created_at: DateTime<Utc>,
    /// Since when it signs no more.
    pub retired_at: Option<DateTime<Utc>>,
}

/// What a token turned out to be.
#[derive(Debug)]
enum Checked {
    /// All that is known says that it holds.
    Holds(Box<Claims>),
    /// It was ours, and is too old, or something changed since.
    Stale,
    /// Perhaps by a key that this node has not heard of.
    UnknownKey,
    /// Not one of ours.
    Bad,
}

impl Tokens {
    /// `secret` is the key of `GUILDHALL_SECRET_KEY`, `issuer` the public address of the site.
    #[must_use]
    pub fn new(db: &Db, secret: &[u8; 32], issuer: &str) -> Self {
        // Another part of the program may bring a second provider into the build; ours is chosen here. A second call finds it.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // By our own clock, in `check`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self(Arc::new(Inner {
            db: db.clone(),
            issuer: issuer.to_owned(),
            sealer: Sealer::new(secret, db.chance()),
            succession: derive::mac(secret, "guildhall: successors of refresh tokens"),
            validation,
            ring: RwLock::default(),
            stale: RwLock::default(),
            following: AtomicBool::new(false),
            looked_at: AtomicI64::new(i64::MIN),
        }))
    }

    /// Reads the keys; makes the first one where there is none.
    ///
    /// # Errors
    /// When the database does not answer, or a key can't be opened: `GUILDHALL_SECRET_KEY` was changed.
    pub async fn prepare(&self) -> OpResult<()> {
        self.load_keys().await?;
        if self.0.ring.read().can_sign() {
            return Ok(());
        }
        self.make_key(false).await
    }

    /// A token for who was just proved.
    ///
    /// # Errors
    /// When there is no key yet and none can be made.
    pub async fn issue(&self, signed: &Signed) -> OpResult<String> {
        if !self.0.ring.read().can_sign() {
            self.prepare().await?;
        }
        let claims = Claims::new(&self.0.issuer, &signed.actor, signed.version, self.0.db.clock().now());
        self.0.ring.read().sign(&claims)
    }

    /// Whose token this is; nobody's when it is not one of ours, or too old, or something changed since.
    ///
    /// # Errors
    /// Only when the database must be asked and does not answer.
    pub async fn actor(&self, token: &str) -> OpResult<Option<UserActor>> {
        let checked = match self.check(token) {
            Checked::UnknownKey if self.may_look() => {
                self.load_keys().await?;
                self.check(token)
            }
            checked => checked,
        };
        let Checked::Holds(claims) = checked else { return Ok(None) };
        let session = claims.session();
        match claims.actor(self.0.db.clock()).filter(|_| self.is_following()) {
            Some(actor) => Ok(Some(actor)),
            None => Ok(crate::ops::session_actor(&self.0.db, session).await?.map(|signed| signed.actor)),
        }
    }

    /// Checks a token by what this node knows.
    fn check(&self, token: &str) -> Checked {
        if token.len() > MOST {
            return Checked::Bad;
        }
        let Ok(header) = jsonwebtoken::decode_header(token) else { return Checked::Bad };
        if header.alg != Algorithm::RS256 || header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return Checked::Bad;
        }
        let Some(kid) = header.kid else { return Checked::Bad };
        let claims = {
            let ring = self.0.ring.read();
            let Some(key) = ring.verifies(&kid) else { return Checked::UnknownKey };
            match jsonwebtoken::decode::<Claims>(token, key, &self.0.validation) {
                Ok(read) => read.claims,
                Err(_) => return Checked::Bad,
            }
        };
        let now = self.0.db.clock().now().timestamp();
        // A token that says it lives longer than ours do was not made by this version: it is as good as expired.
        let lives = claims.exp > now && claims.exp.saturating_sub(claims.iat) <= ACCESS_FOR.num_seconds();
        if !lives || claims.nbf > now + LEEWAY {
            return Checked::Stale;
        }
        if self.0.stale.read().holds(claims.session(), claims.person(), claims.ver) {
            Checked::Holds(Box::new(claims))
        } else {
            Checked::Stale
        }
    }

    /// The public keys (RFC 7517), for `/.well-known/jwks.json`.
    ///
    /// # Errors
    /// As [`Tokens::prepare`].
    pub async fn jwks(&self) -> OpResult<Value> {
        if !self.0.ring.read().can_sign() {
            self.prepare().await?;
        }
        Ok(self.0.ring.read().public())
    }

    /// Every key that still verifies, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys(&self) -> OpResult<Vec<KeyInfo>> {
        let rows = self.key_rows().await?;
        Ok(rows
            .into_iter()
            .map(|row| KeyInfo { kid: row.kid, created_at: row.created_at, retired_at: row.retired_at })
            .collect())
    }

    /// A new key signs from now on, on every node that hears; the one before verifies until its tokens have expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rotate(&self) -> OpResult<()> {
        self.make_key(true).await
    }

    /// The refresh token that follows this one: always the same, so that two who ask at once are given one answer, and
    /// nothing plain is stored. `None` when it can't be one of ours.
    pub(crate) fn successor(&self, refresh_token: &str) -> Option<String> {
        token::hash(refresh_token)?;
        let mut mac = self.0.succession.clone();
        mac.update(refresh_token.as_bytes());
        Some(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    async fn key_rows(&self) -> OpResult<Vec<store::KeyRow>> {
        let mut tx = self.0.db.begin(&ACTOR).await?;
        Ok(store::signing_keys(&mut tx, self.0.db.clock().now() - RETIRED_FOR).await?)
    }

    async fn load_keys(&self) -> OpResult<()> {
        let rows = self.key_rows().await?;
        let ring = KeyRing::read(&rows, &self.0.sealer)?;
        *self.0.ring.write() = ring;
        Ok(())
    }

    /// Makes a key under a lock: of several nodes that start at once, one does.
    async fn make_key(&self, even_if_there_is_one: bool) -> OpResult<()> {
        let db = &self.0.db;
        let kid = db.id::<Uuid>().simple().to_string();
        let new = keys::generate(kid, self.0.sealer.clone()).await?;
        let mut tx = db.begin(&ACTOR).await?;
        store::lock_signing_keys(&mut tx).await?;
        let now = db.clock().now();
        if even_if_there_is_one || !store::signing_keys(&mut tx, now).await?.iter().any(|key| key.retired_at.is_none())
        {
            store::retire_signing_keys(&mut tx, now, now - RETIRED_FOR).await?;
            store::insert_signing_key(&mut tx, &new.kid, &new.public_jwk, &new.sealed, now).await?;
            guildhall_audit::record(&mut tx, &ACTOR, Event::new("signing_key.made", "signing_key", &new.kid)).await?;
            tx.commit().await?;
        }
        self.load_keys().await
    }

    /// Reads what changed while nobody listened here.
    async fn catch_up(&self) -> OpResult<()> {
        let mut tx = self.0.db.begin(&ACTOR).await?;
        let now = self.0.db.clock().now();
        // Twice a token's life: a change may have been begun long before it was committed.
        let sessions = store::ended_sessions(&mut tx, now - ACCESS_FOR * 2).await?;
        let people = store::changed_people(&mut tx).await?;
        drop(tx);
        {
            let mut stale = self.0.stale.write();
            for session in sessions {
                stale.session(session, now);
            }
            for (person, version) in people {
                stale.person(person, version, now);
            }
        }
        self.load_keys().await
    }

    fn may_look(&self) -> bool {
        let now = self.0.db.clock().now().timestamp_micros();
        let every = LOOK_EVERY.num_microseconds().unwrap_or(i64::MAX);
        let look = |before: i64| (now.saturating_sub(before) >= every).then_some(now);
        self.0.looked_at.fetch_update(Ordering::SeqCst, Ordering::SeqCst, look).is_ok()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
