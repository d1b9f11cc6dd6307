//! What the tests stand on.

use guildhall_audit::{Event, Report, jobs, record, verify};
use guildhall_db::{
    Db,
    testing::{self, TestDb},
};
use guildhall_kernel::{Actor, UserActor};
use guildhall_types::{SessionId, UserId};
use object_store::local::LocalFileSystem;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

pub(crate) struct Stage {
    pub(crate) test: TestDb,
    pub(crate) files: LocalFileSystem,
    pub(crate) folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        Self { test: testing::database().await, files, folder }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.test.db
    }

    /// So many sealed events, one a transaction.
    pub(crate) async fn furnish(&self, events: usize) {
        for number in 0..events {
            tell(self.db(), &Actor::System("test"), Event::new("test.told", "number", number)).await;
        }
        jobs::seal(self.db()).await.unwrap();
    }

    pub(crate) async fn verify(&self) -> Report {
        verify(self.db(), &self.files, |_, _| ()).await.unwrap()
    }

    /// As the superuser with every trigger silenced: somebody who owns the machine.
    pub(crate) async fn bend(&self, sql: &str) {
        let mut tx = self.test.owner.begin().await.unwrap();
        sqlx::raw_sql("set local session_replication_role = replica").execute(&mut *tx).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&self.test.owner)
            .await
            .unwrap()
    }

    /// A person who is there, and what they may.
    pub(crate) async fn person(&self, email: &str, is_admin: bool) -> Actor {
        let id: UserId = self.db().id();
        sqlx::query("insert into users (id, email, name, password_hash, is_admin, created_at, updated_at) values ($1, $2, 'Ada', 'x', $3, now(), now())")
            .bind(id.0)
            .bind(email)
            .bind(is_admin)
            .execute(&self.test.owner)
            .await
            .unwrap();
        user(id, email, is_admin)
    }
}

pub(crate) fn user(id: UserId, email: &str, is_admin: bool) -> Actor {
    Actor::User(Box::new(UserActor {
        id,
        session: SessionId(Uuid::nil()),
        organizations: Vec::new(),
        memberships: Vec::new(),
        is_admin,
        name: "Ada".into(),
        email: email.into(),
        email_confirmed: true,
        is_provider: false,
        authenticated_at: chrono::DateTime::UNIX_EPOCH,
        amr: Vec::new(),
        clock: guildhall_kernel::Clock::fixed(chrono::DateTime::UNIX_EPOCH),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

pub(crate) async fn tell(db: &Db, actor: &Actor, event: Event) {
    let mut tx = db.begin(actor).await.unwrap();
    record(&mut tx, actor, event).await.unwrap();
    tx.commit().await.unwrap();
}
