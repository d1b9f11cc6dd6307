//! What SAML connections have besides.

use chrono::{DateTime, Utc};
use guildhall_types::{ConnectionId, OrganizationId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// The part of a connection that is SAML's.
#[derive(Clone, Debug)]
pub(crate) struct SamlSettings {
    pub(crate) metadata_url: String,
    pub(crate) sign_on_url: String,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) valid_until: Option<DateTime<Utc>>,
    pub(crate) wants_signed: bool,
    pub(crate) email_attribute: String,
    pub(crate) idp_initiated: bool,
    pub(crate) our_certificate: Vec<u8>,
    pub(crate) read_at: DateTime<Utc>,
    pub(crate) refused_at: Option<DateTime<Utc>>,
    pub(crate) refused_why: Option<String>,
    /// Since when the daily reading did not take what it found, and why.
    pub(crate) read_failed_at: Option<DateTime<Utc>>,
    pub(crate) read_failed_why: Option<String>,
}

pub(crate) async fn find(tx: &mut PgConnection, id: ConnectionId) -> Result<Option<SamlSettings>> {
    sqlx::query_as!(
        SamlSettings,
        "select metadata_url, sign_on_url, certificates, valid_until, wants_signed, email_attribute, idp_initiated, our_certificate,
             read_at, refused_at, refused_why, read_failed_at, read_failed_why
         from saml_connections where connection_id = $1",
        id.0
    )
    .fetch_optional(tx)
    .await
}

pub(crate) async fn of_organization(
    tx: &mut PgConnection,
    organization: OrganizationId,
) -> Result<Vec<(ConnectionId, SamlSettings)>> {
    let rows = sqlx::query!(
        r#"select s.connection_id as "id: Uuid", s.metadata_url, s.sign_on_url, s.certificates, s.valid_until, s.wants_signed,
               s.email_attribute, s.idp_initiated, s.our_certificate, s.read_at, s.refused_at, s.refused_why, s.read_failed_at,
               s.read_failed_why
           from saml_connections s join sso_connections c on c.id = s.connection_id
           where c.organization_id = $1 limit 50"#,
        organization.0
    )
    .fetch_all(tx)
    .await?;
    let settings = rows.into_iter().map(|row| {
        let settings = SamlSettings {
            metadata_url: row.metadata_url,
            sign_on_url: row.sign_on_url,
            certificates: row.certificates,
            valid_until: row.valid_until,
            wants_signed: row.wants_signed,
            email_attribute: row.email_attribute,
            idp_initiated: row.idp_initiated,
            our_certificate: row.our_certificate,
            read_at: row.read_at,
            refused_at: row.refused_at,
            refused_why: row.refused_why,
            read_failed_at: row.read_failed_at,
            read_failed_why: row.read_failed_why,
        };
        (ConnectionId(row.id), settings)
    });
    Ok(settings.collect())
}

/// As [`find`]; the row stays locked until the transaction ends.
pub(crate) async fn lock(tx: &mut PgConnection, id: ConnectionId) -> Result<Option<SamlSettings>> {
    sqlx::query_as!(
        SamlSettings,
        "select metadata_url, sign_on_url, certificates, valid_until, wants_signed, email_attribute, idp_initiated, our_certificate,
             read_at, refused_at, refused_why, read_failed_at, read_failed_why
         from saml_connections where connection_id = $1 for update",
        id.0
    )
    .fetch_optional(tx)
    .await
}

/// Connections whose metadata came from an address, of organisations that are not suspended.
pub(crate) async fn with_address(tx: &mut PgConnection) -> Result<Vec<ConnectionId>> {
    let ids = sqlx::query_scalar!(
        "select s.connection_id from saml_connections s join sso_connections c on c.id = s.connection_id
             join organizations o on o.id = c.organization_id
         where s.metadata_url <> '' and o.suspended_at is null order by s.connection_id limit 10000"
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(ConnectionId).collect())
}

/// Writes what the provider's metadata says now.
pub(crate) async fn renew(tx: &mut PgConnection, id: ConnectionId, settings: &SamlSettings) -> Result<()> {
    sqlx::query!(
        "update saml_connections set sign_on_url = $2, certificates = $3, valid_until = $4, wants_signed = $5, read_at = $6,
             read_failed_at = null, read_failed_why = null
         where connection_id = $1",
        id.0,
        settings.sign_on_url,
        &settings.certificates,
        settings.valid_until,
        settings.wants_signed,
        settings.read_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes why it was not taken; since when stays, while it goes on.
pub(crate) async fn not_read(tx: &mut PgConnection, id: ConnectionId, why: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update saml_connections set read_failed_at = coalesce(read_failed_at, $2), read_failed_why = left($3, 300)
         where connection_id = $1",
        id.0,
        now,
        why
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes all but why an answer was refused, which is forgotten: the settings are others now.
pub(crate) async fn put(tx: &mut PgConnection, id: ConnectionId, settings: &SamlSettings) -> Result<()> {
    sqlx::query!(
        "insert into saml_connections (connection_id, metadata_url, sign_on_url, certificates, valid_until, wants_signed,
             email_attribute, idp_initiated, our_certificate, read_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (connection_id) do update set metadata_url = excluded.metadata_url, sign_on_url = excluded.sign_on_url,
             certificates = excluded.certificates, valid_until = excluded.valid_until, wants_signed = excluded.wants_signed,
             email_attribute = excluded.email_attribute, idp_initiated = excluded.idp_initiated,
             our_certificate = excluded.our_certificate, read_at = excluded.read_at, refused_at = null, refused_why = null,
             read_failed_at = null, read_failed_why = null",
        id.0,
        settings.metadata_url,
        settings.sign_on_url,
        &settings.certificates,
        settings.valid_until,
        settings.wants_signed,
        settings.email_attribute,
        settings.idp_initiated,
        settings.our_certificate,
        settings.read_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes why an answer was refused.
pub(crate) async fn refused(tx: &mut PgConnection, id: ConnectionId, why: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update saml_connections set refused_at = $2, refused_why = left($3, 300) where connection_id = $1",
        id.0,
        now,
        why
    )
    .execute(tx)
    .await?;
    Ok(())
}
