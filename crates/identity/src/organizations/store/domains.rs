//! Mail domains.

use chrono::{DateTime, Utc};
use guildhall_types::OrganizationId;
use sqlx::PgConnection;

use super::Result;

#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) domain: String,
    pub(crate) verification: String,
    pub(crate) code_hash: Option<Vec<u8>>,
    pub(crate) code_expires_at: Option<DateTime<Utc>>,
    pub(crate) code_tries: i32,
    pub(crate) code_sent_count: i32,
    pub(crate) verified_at: Option<DateTime<Utc>>,
}

pub(crate) async fn list(tx: &mut PgConnection, id: OrganizationId) -> Result<Vec<Domain>> {
    sqlx::query_as!(
        Domain,
        "select domain, verification, code_hash, code_expires_at, code_tries, code_sent_count, verified_at
         from organization_domains where organization_id = $1 order by domain",
        id.0
    )
    .fetch_all(tx)
    .await
}

pub(crate) async fn one(tx: &mut PgConnection, id: OrganizationId, domain: &str) -> Result<Option<Domain>> {
    sqlx::query_as!(
        Domain,
        "select domain, verification, code_hash, code_expires_at, code_tries, code_sent_count, verified_at
         from organization_domains where organization_id = $1 and domain = $2",
        id.0,
        domain
    )
    .fetch_optional(tx)
    .await
}

/// As [`one`], held until the transaction ends.
pub(crate) async fn lock(tx: &mut PgConnection, id: OrganizationId, domain: &str) -> Result<Option<Domain>> {
    sqlx::query_as!(
        Domain,
        "select domain, verification, code_hash, code_expires_at, code_tries, code_sent_count, verified_at
         from organization_domains where organization_id = $1 and domain = $2 for update",
        id.0,
        domain
    )
    .fetch_optional(tx)
    .await
}

/// False when it is there already.
pub(crate) async fn insert(
    tx: &mut PgConnection,
    id: OrganizationId,
    domain: &str,
    verification: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into organization_domains (organization_id, domain, verification, created_at) values ($1, $2, $3, $4) on conflict (organization_id, domain) do nothing",
        id.0,
        domain,
        verification,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut PgConnection, id: OrganizationId, domain: &str) -> Result<bool> {
    let done =
        sqlx::query!("delete from organization_domains where organization_id = $1 and domain = $2", id.0, domain)
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn verify(
    tx: &mut PgConnection,
    id: OrganizationId,
    domain: &str,
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update organization_domains set verified_at = $4, verified_by = $3, code_hash = null, code_expires_at = null
         where organization_id = $1 and domain = $2 and verified_at is null",
        id.0,
        domain,
        by,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn set_code(
    tx: &mut PgConnection,
    id: OrganizationId,
    domain: &str,
    mailbox: &str,
    hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update organization_domains set code_mailbox = $3, code_hash = $4, code_expires_at = $5, code_tries = 0,
             code_sent_count = code_sent_count + 1
         where organization_id = $1 and domain = $2",
        id.0,
        domain,
        mailbox,
        hash,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn count_try(tx: &mut PgConnection, id: OrganizationId, domain: &str) -> Result<()> {
    sqlx::query!(
        "update organization_domains set code_tries = code_tries + 1 where organization_id = $1 and domain = $2",
        id.0,
        domain
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Codes that an organisation had sent since then.
pub(crate) async fn codes_sent(tx: &mut PgConnection, id: OrganizationId, since: DateTime<Utc>) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from notifications where dedupe_key like 'domain-code:' || $1::uuid || ':%' and created_at > $2"#,
        id.0,
        since
    )
    .fetch_one(tx)
    .await
}
