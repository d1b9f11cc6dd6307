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
}

pub(crate) async fn find(tx: &mut PgConnection, id: ConnectionId) -> Result<Option<SamlSettings>> {
    sqlx::query_as!(
        SamlSettings,
        "select metadata_url, sign_on_url, certificates, valid_until, wants_signed, email_attribute, idp_initiated, our_certificate,
             read_at, refused_at, refused_why
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
               s.email_attribute, s.idp_initiated, s.our_certificate, s.read_at, s.refused_at, s.refused_why
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
        };
        (ConnectionId(row.id), settings)
    });
    Ok(settings.collect())
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
             our_certificate = excluded.our_certificate, read_at = excluded.read_at, refused_at = null, refused_why = null",
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
