//! Brings a database to this program's schema. The only code that runs as the owner.

use graphile_worker::Schema;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, migrate::Migrator, postgres::PgPoolOptions};

pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// The queue's schema in the database.
pub(crate) const QUEUE_SCHEMA: &str = "graphile_worker";

/// Why a database is not as this program needs it.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database does not answer: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("the queue's migration failed: {0}")]
    Queue(String),
    #[error("the database is {missing} migrations behind this program: run `guildhall migrate`")]
    Behind { missing: usize },
}

/// Runs what is missing, as the role that the address names: the owner of the database. Safe to run again and from several
/// nodes at once.
///
/// # Errors
/// When the database does not answer or a migration fails; a failed one leaves nothing behind.
pub async fn migrate(owner_url: &str) -> Result<(), MigrateError> {
    let pool = PgPoolOptions::new().max_connections(2).connect(owner_url).await?;
    MIGRATOR.run(&pool).await?;
    let options = graphile_worker::WorkerOptions::default().schema(Schema::from(QUEUE_SCHEMA)).pg_pool(pool.clone());
    options.init().await.map_err(|error| MigrateError::Queue(error.to_string()))?;
    let mut connection = pool.acquire().await?;
    grant_queue(&mut connection).await?;
    drop(connection);
    pool.close().await;
    Ok(())
}

/// The queue guards its tables by row-level security without policies: let the program's role in.
async fn grant_queue(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let schema = QUEUE_SCHEMA;
    let statement = format!(
        "grant usage on schema {schema} to guildhall_app;
         grant select, insert, update, delete on all tables in schema {schema} to guildhall_app;
         grant usage, select on all sequences in schema {schema} to guildhall_app;
         grant execute on all functions in schema {schema} to guildhall_app;
         do $$
         declare part text;
         begin
             for part in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = '{schema}' and c.relkind = 'r' and c.relrowsecurity
                         and not exists (select from pg_policy p where p.polrelid = c.oid) loop
                 execute format('create policy program on {schema}.%I to guildhall_app using (true) with check (true)', part);
             end loop;
         end $$;"
    );
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Gathers statistics over a database that was just filled: until then each query would be planned blindly. Given an address
/// that does not own the tables, it leaves them to PostgreSQL's own turn.
///
/// # Errors
/// When the database can't be reached.
pub async fn analyze(url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&crate::connect_options(url)?).await?;
    sqlx::raw_sql("set client_min_messages = error; analyze").execute(&mut connection).await?;
    connection.close().await
}

/// Whether every migration of this program has run.
pub(crate) async fn check(pool: &PgPool) -> Result<(), MigrateError> {
    let known = MIGRATOR.iter().count();
    let applied = sqlx::query_scalar::<_, i64>("select count(*) from app_migrations()").fetch_one(pool).await;
    let applied = match applied {
        Ok(count) => usize::try_from(count).unwrap_or_default(),
        // Undefined function: nothing has run yet.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42883") => 0,
        Err(error) => return Err(error.into()),
    };
    if applied < known { Err(MigrateError::Behind { missing: known - applied }) } else { Ok(()) }
}
