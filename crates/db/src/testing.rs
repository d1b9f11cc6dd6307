//! A private database for each test: a copy of a template that is migrated once for each state of `migrations/`. It
//! goes when the test has passed; one that failed leaves it to be looked at, until the next `cargo xtask test`.
//!
//! `TEST_DATABASE_URL` names a PostgreSQL where the role may make databases; `cargo xtask test` starts one.

#![expect(clippy::expect_used, reason = "a test without its database has nothing to say")]

use chrono::{TimeZone, Utc};
use guildhall_kernel::{Chance, Clock};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{Db, migrate};

/// A test's own database.
#[derive(Debug)]
pub struct TestDb {
    /// As the program connects, with a clock that stands at 3 March 2027, 09:00 UTC until it is moved.
    pub db: Db,
    /// The address as the superuser.
    pub owner_url: String,
    /// As the superuser, past row-level security: to look behind the scenes.
    pub owner: PgPool,
    _scrap: Scrap,
}

/// Drops the database when the test is over.
#[derive(Debug)]
struct Scrap {
    server: String,
    name: String,
}

impl Drop for Scrap {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let (server, name) = (self.server.clone(), self.name.clone());
        // A runtime of its own: the test's may be the one that is dropping this.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await?;
                let statement = AssertSqlSafe(format!("drop database if exists {name} with (force)"));
                sqlx::query(statement).execute(&mut connection).await.map(drop)
            })
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("{} stays: {error}", self.name);
        }
    }
}

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// Makes the database.
///
/// # Panics
/// When `TEST_DATABASE_URL` is not set or does not answer.
pub async fn database() -> TestDb {
    let server = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL is set: see `cargo xtask test`");
    let template = TEMPLATE.get_or_init(|| make_template(server.clone())).await;
    let name = format!("test_{}", Uuid::now_v7_for_tests().simple());
    let mut connection = PgConnection::connect(&server).await.expect("the test PostgreSQL answers");
    sqlx::query(AssertSqlSafe(format!("create database {name} template {template}")))
        .execute(&mut connection)
        .await
        .expect("a test database can be made");
    let owner_url = with_database(&server, &name);
    let owner = PgPool::connect(&owner_url).await.expect("the test database answers");
    let start = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().expect("a date");
    let db = Db::connect(&owner_url, None, 8)
        .await
        .expect("the program's role can connect")
        .with(Clock::fixed(start), Chance::system());
    TestDb { db, owner_url, owner, _scrap: Scrap { server, name } }
}

trait TestId {
    fn now_v7_for_tests() -> Uuid;
}

impl TestId for Uuid {
    fn now_v7_for_tests() -> Uuid {
        Chance::system().id(&Clock::system())
    }
}

async fn make_template(server: String) -> String {
    let mut hash = Sha256::new();
    for migration in migrate::MIGRATOR.iter() {
        hash.update(&migration.checksum);
    }
    let digest: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("template_{digest}");
    let mut connection = PgConnection::connect(&server).await.expect("the test PostgreSQL answers");
    // One process migrates; the others wait for it.
    sqlx::query("select pg_advisory_lock(7117117)").execute(&mut connection).await.expect("a lock");
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .expect("the databases can be listed");
    if !there {
        let making = format!("{name}_making");
        for statement in [format!("drop database if exists {making} with (force)"), format!("create database {making}")]
        {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a template can be made");
        }
        crate::migrate(&with_database(&server, &making)).await.expect("the migrations run from an empty database");
        sqlx::query(AssertSqlSafe(format!("alter database {making} rename to {name}")))
            .execute(&mut connection)
            .await
            .expect("the template can be named");
    }
    sqlx::query("select pg_advisory_unlock(7117117)").execute(&mut connection).await.expect("a lock");
    name
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL ends in /database");
    format!("{base}/{name}")
}
