//! All of the organisations' SQL. Which rows a statement reaches is decided by the transaction's actor.

pub(crate) mod admin;
pub(crate) mod admins;
pub(crate) mod domains;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod teams;

use chrono::{DateTime, Utc};
use guildhall_types::{OrganizationId, UserId, organization::OrganizationKind};
use sqlx::PgConnection;

use super::Found;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A word of a checked column; the tables hold no others.
pub(crate) fn word<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| sqlx::Error::Decode(format!("{text} is not a word of this column").into()))
}

pub(crate) async fn by_slug(tx: &mut PgConnection, slug: &str) -> Result<Option<Found>> {
    let row =
        sqlx::query!("select id, kind, name, slug from organizations where slug = $1", slug).fetch_optional(tx).await?;
    row.map(|row| Ok(Found { id: row.id.into(), kind: word(&row.kind)?, name: row.name, slug: row.slug })).transpose()
}

/// Whoever changes members or invitations of an organisation takes turns.
pub(crate) async fn lock(tx: &mut PgConnection, id: OrganizationId) -> Result<()> {
    // Row-level security lets only owners lock the row itself; this lock is everybody's.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 10))", id.to_string()).execute(tx).await?;
    Ok(())
}

#[derive(Debug)]
pub(crate) struct NewOrganization<'a> {
    pub(crate) id: OrganizationId,
    pub(crate) kind: OrganizationKind,
    pub(crate) slug: &'a str,
    pub(crate) name: &'a str,
    pub(crate) founder: UserId,
    pub(crate) now: DateTime<Utc>,
}

/// False when the slug is taken.
pub(crate) async fn insert(tx: &mut PgConnection, new: &NewOrganization<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into organizations (id, kind, slug, name, created_by, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint organizations_slug_key do nothing",
        new.id.0,
        new.kind.slug(),
        new.slug,
        new.name,
        new.founder.0,
        new.now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The public face of a provider: a row of the catalogue's, which every provider has.
pub(crate) async fn insert_profile(tx: &mut PgConnection, id: OrganizationId) -> Result<()> {
    sqlx::query!("insert into provider_profiles (organization_id) values ($1)", id.0).execute(tx).await?;
    Ok(())
}

pub(crate) async fn founded_by(tx: &mut PgConnection, user: UserId) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from organizations where created_by = $1"#, user.0)
        .fetch_one(tx)
        .await
}

pub(crate) async fn rename(tx: &mut PgConnection, id: OrganizationId, name: &str) -> Result<bool> {
    let done = sqlx::query!("update organizations set name = $2 where id = $1", id.0, name).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// What an organisation's own page says.
pub(crate) struct About {
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) members: i64,
    pub(crate) owners: i64,
}

pub(crate) async fn about(tx: &mut PgConnection, id: OrganizationId) -> Result<About> {
    sqlx::query_as!(
        About,
        r#"select o.created_at, count(m.user_id) as "members!", count(m.user_id) filter (where m.role = 'owner') as "owners!"
           from organizations o left join memberships m on m.organization_id = o.id where o.id = $1 group by o.id"#,
        id.0
    )
    .fetch_one(tx)
    .await
}
