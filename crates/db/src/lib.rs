//! The way to PostgreSQL: pools, [`Db::begin`] with its actor, the queue's [`enqueue`], the migrator, and test databases.
//!
//! Invariants: no transaction without an actor; a connection outside of [`Db::begin`] is anonymous; the program's session
//! always runs as `guildhall_app`, which row-level security binds.

mod error;
mod migrate;
mod origin;
mod queue;
#[cfg(feature = "testing")]
pub mod testing;

use std::time::Duration;

use guildhall_kernel::{Actor, Chance, Clock, RequestOrigin};
use sqlx::{
    AssertSqlSafe, Connection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

pub use error::{OpError, OpResult, violated};
pub use migrate::{MigrateError, analyze, migrate};
pub use origin::from_request;
pub use queue::{Job, JobOptions, enqueue};

/// A transaction on behalf of an actor. Dropped without `commit`, it is rolled back.
pub type Tx = sqlx::Transaction<'static, Postgres>;

/// The database with the time and the chance that ops use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    read: PgPool,
    clock: Clock,
    chance: Chance,
    origin: Option<RequestOrigin>,
}

impl Db {
    /// Connects as `guildhall_app`, whoever the address names; `read` is for analytics that may lag.
    ///
    /// # Errors
    /// When an address can't be read or nobody answers there.
    pub async fn connect(url: &str, read_url: Option<&str>, max_connections: u32) -> Result<Self, sqlx::Error> {
        let pool = pool(url, max_connections).await?;
        let read = match read_url {
            Some(read_url) if read_url != url => pool_lazy(read_url, max_connections)?,
            _ => pool.clone(),
        };
        Ok(Self { pool, read, clock: Clock::system(), chance: Chance::system(), origin: None })
    }

    /// The same database with another time and chance: for tests and the demo's seed.
    #[must_use]
    pub fn with(self, clock: Clock, chance: Chance) -> Self {
        Self { clock, chance, ..self }
    }

    /// The same database, for work that leaves this task: it keeps the [`RequestOrigin`] of the request that runs now.
    #[must_use]
    pub fn pinned(self) -> Self {
        let origin = origin::current().or(self.origin);
        Self { origin, ..self }
    }

    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    #[must_use]
    pub const fn chance(&self) -> &Chance {
        &self.chance
    }

    /// A new id, ordered by time.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.chance.id(&self.clock)
    }

    /// Opens a transaction as the actor: one round trip sets who acts for row-level security, and from where for the audit
    /// trail, until it ends.
    ///
    /// # Errors
    /// When no connection can be had in time.
    pub async fn begin(&self, actor: &Actor) -> Result<Tx, sqlx::Error> {
        // Only ids and fixed words go into this text.
        let organizations = match actor {
            Actor::User(user) => {
                let ids: Vec<String> = user.organizations.iter().map(ToString::to_string).collect();
                format!("{{{}}}", ids.join(","))
            }
            Actor::Anonymous | Actor::System(_) => String::new(),
        };
        let user = actor.user_id().map(|id| id.to_string()).unwrap_or_default();
        let origin = self.origin.or_else(origin::current).map(origin::settings).unwrap_or_default();
        let statement = format!(
            "begin; select set_config('app.user_id', '{user}', true), set_config('app.org_ids', '{organizations}', true), \
             set_config('app.role', '{}', true){origin}",
            actor.role()
        );
        self.pool.begin_with(AssertSqlSafe(statement)).await
    }

    /// A connection that acts for nobody: it reads what is public, without the round trips of a transaction.
    ///
    /// # Errors
    /// When no connection can be had in time.
    pub async fn anonymous(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.pool.acquire().await
    }

    /// As [`Db::anonymous`], from the read replica where there is one.
    ///
    /// # Errors
    /// When no connection can be had in time.
    pub async fn anonymous_read(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.read.acquire().await
    }

    /// For the queue's worker, which brings its own statements. Everything else goes through [`Db::begin`].
    #[must_use]
    pub fn worker_pool(&self) -> PgPool {
        self.pool.clone()
    }

    /// Whether PostgreSQL answers and the migrations of this program are there.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn check(&self) -> Result<(), MigrateError> {
        migrate::check(&self.pool).await
    }

    /// Closes every connection, waiting for those at work.
    pub async fn close(&self) {
        self.pool.close().await;
        self.read.close().await;
    }
}

/// A connection that nobody has used for so long is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);

fn options(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        // A connection in steady use shows by an error that it is dead: no ping before each use. One that has rested may have
        // been cut off meanwhile, and is asked first: after an outage the pool heals without a failed request for each
        // connection in it.
        .test_before_acquire(false)
        .before_acquire(|connection, rested| {
            Box::pin(async move {
                if rested.idle_for >= RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                // Row-level security makes planning dearer than running: each statement is planned once a connection.
                sqlx::raw_sql("set role guildhall_app; set plan_cache_mode = force_generic_plan; set statement_timeout = '15s'; set idle_in_transaction_session_timeout = '30s'")
                    .execute(connection)
                    .await
                    .map(|_| ())
            })
        })
}

async fn pool(url: &str, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    options(max_connections).connect_with(connect_options(url)?).await
}

fn pool_lazy(url: &str, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    Ok(options(max_connections).connect_lazy_with(connect_options(url)?))
}

fn connect_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(url.parse::<PgConnectOptions>()?.application_name("guildhall"))
}
