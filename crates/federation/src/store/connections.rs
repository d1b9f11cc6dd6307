//! Connections and provisioning tokens, as their owners keep them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guildhall_types::{
    ConnectionId, OrganizationId, ScimTokenId,
    federation::{ScimTokenView, TestStep},
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::policy::{AuthMethod, Connection, Kind, NewConnection, Roles};

/// An organisation that is not suspended.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) kind: String,
}

pub(crate) async fn organization(tx: &mut PgConnection, slug: &str) -> Result<Option<Found>> {
    sqlx::query_as!(
        Found,
        r#"select id as "id: Uuid", name, kind from organizations where slug = $1 and suspended_at is null"#,
        slug
    )
    .fetch_optional(tx)
    .await
}

/// The domains of mail that an organisation proved to hold.
pub(crate) async fn domains(tx: &mut PgConnection, organization: OrganizationId) -> Result<Vec<String>> {
    sqlx::query_scalar!(r#"select sso_domains_of($1) as "domains!""#, organization.0).fetch_one(tx).await
}

/// Who proved to hold a domain of mail.
pub(crate) async fn domain_holder(tx: &mut PgConnection, domain: &str) -> Result<Option<OrganizationId>> {
    let holder = sqlx::query_scalar!("select sso_domain_holder($1) as holder", domain).fetch_one(tx).await?;
    Ok(holder.map(OrganizationId))
}

/// A connection with what is around it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) connection: Connection,
    pub(crate) organization_name: String,
    pub(crate) organization_kind: String,
    pub(crate) organization_suspended: bool,
    pub(crate) enabled: bool,
    pub(crate) enforced: bool,
    pub(crate) secret_sealed: Vec<u8>,
    pub(crate) tested_at: Option<DateTime<Utc>>,
    pub(crate) tested: Vec<TestStep>,
}

struct Row {
    id: Uuid,
    organization_id: Uuid,
    kind: String,
    name: String,
    issuer: String,
    client_id: String,
    auth_method: String,
    secret_sealed: Vec<u8>,
    scopes: String,
    tenants: Vec<String>,
    role_claim: String,
    role_map: Value,
    default_role: Option<String>,
    jit: bool,
    enabled: bool,
    enforced: bool,
    tested_at: Option<DateTime<Utc>>,
    tested: Value,
    organization_name: String,
    organization_kind: String,
    organization_suspended: bool,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        let map: BTreeMap<String, String> = serde_json::from_value(row.role_map).unwrap_or_default();
        Self {
            connection: Connection {
                id: ConnectionId(row.id),
                organization: OrganizationId(row.organization_id),
                // Both columns hold nothing else: see their checks.
                kind: Kind::named(&row.kind).unwrap_or(Kind::Generic),
                auth_method: AuthMethod::named(&row.auth_method).unwrap_or(AuthMethod::SecretBasic),
                name: row.name,
                issuer: row.issuer,
                client_id: row.client_id,
                scopes: row.scopes,
                tenants: row.tenants,
                roles: Roles { claim: row.role_claim, map, otherwise: row.default_role },
                jit: row.jit,
            },
            organization_name: row.organization_name,
            organization_kind: row.organization_kind,
            organization_suspended: row.organization_suspended,
            enabled: row.enabled,
            enforced: row.enforced,
            secret_sealed: row.secret_sealed,
            tested_at: row.tested_at,
            tested: serde_json::from_value(row.tested).unwrap_or_default(),
        }
    }
}

pub(crate) async fn find(tx: &mut PgConnection, id: ConnectionId) -> Result<Option<Kept>> {
    let row = sqlx::query_as!(
        Row,
        r#"select c.id, c.organization_id, c.kind, c.name, c.issuer, c.client_id, c.auth_method, c.secret_sealed, c.scopes,
               c.tenants, c.role_claim, c.role_map, c.default_role, c.jit, c.enabled, c.enforced, c.tested_at, c.tested,
               o.name as organization_name, o.kind as organization_kind,
               o.suspended_at is not null as "organization_suspended!"
           from sso_connections c join organizations o on o.id = c.organization_id where c.id = $1"#,
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(Into::into))
}

pub(crate) async fn of_organization(tx: &mut PgConnection, organization: OrganizationId) -> Result<Vec<Kept>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.organization_id, c.kind, c.name, c.issuer, c.client_id, c.auth_method, c.secret_sealed, c.scopes,
               c.tenants, c.role_claim, c.role_map, c.default_role, c.jit, c.enabled, c.enforced, c.tested_at, c.tested,
               o.name as organization_name, o.kind as organization_kind,
               o.suspended_at is not null as "organization_suspended!"
           from sso_connections c join organizations o on o.id = c.organization_id
           where c.organization_id = $1 order by c.enforced desc, c.enabled desc, c.created_at limit 50"#,
        organization.0
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The secret of a connection that is to be written, sealed, with the public half where it is a key.
#[derive(Debug)]
pub(crate) struct SealedSecret {
    pub(crate) sealed: Vec<u8>,
    pub(crate) public_jwk: Option<Value>,
}

pub(crate) async fn insert(
    tx: &mut PgConnection,
    id: ConnectionId,
    organization: OrganizationId,
    new: &NewConnection,
    secret: &SealedSecret,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into sso_connections (id, organization_id, kind, name, issuer, client_id, auth_method, secret_sealed, public_jwk,
             scopes, tenants, role_claim, role_map, default_role, jit, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)",
        id.0,
        organization.0,
        new.kind.name(),
        new.name,
        new.issuer,
        new.client_id,
        new.auth_method.name(),
        secret.sealed,
        secret.public_jwk,
        new.scopes,
        &new.tenants,
        new.roles.claim,
        json!(new.roles.map),
        new.roles.otherwise,
        new.jit,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whose issuer or client changes is another provider: it is off, and forgets whom the old one knew.
pub(crate) async fn update(
    tx: &mut PgConnection,
    id: ConnectionId,
    new: &NewConnection,
    secret: Option<&SealedSecret>,
    stays_on: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sso_connections set kind = $2, name = $3, issuer = $4, client_id = $5, auth_method = $6,
             secret_sealed = case when $7 then $8 else secret_sealed end, public_jwk = case when $7 then $9 else public_jwk end,
             scopes = $10, tenants = $11, role_claim = $12, role_map = $13, default_role = $14, jit = $15, updated_at = $16,
             enabled = enabled and $17, enforced = enforced and $17, tested_at = null, tested = '[]'
         where id = $1",
        id.0,
        new.kind.name(),
        new.name,
        new.issuer,
        new.client_id,
        new.auth_method.name(),
        secret.is_some(),
        secret.map_or(&[][..], |secret| secret.sealed.as_slice()),
        secret.and_then(|secret| secret.public_jwk.clone()),
        new.scopes,
        &new.tenants,
        new.roles.claim,
        json!(new.roles.map),
        new.roles.otherwise,
        new.jit,
        now,
        stays_on
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn set(
    tx: &mut PgConnection,
    id: ConnectionId,
    enabled: bool,
    enforced: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sso_connections set enabled = $2, enforced = $3, updated_at = $4 where id = $1",
        id.0,
        enabled,
        enforced,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn release(tx: &mut PgConnection, slug: &str, now: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "update sso_connections c set enforced = false, updated_at = $2 from organizations o
         where o.id = c.organization_id and o.slug = $1 and c.enforced",
        slug,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn record_test(
    tx: &mut PgConnection,
    id: ConnectionId,
    steps: &[TestStep],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done =
        sqlx::query!("update sso_connections set tested_at = $2, tested = $3 where id = $1", id.0, now, json!(steps))
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut PgConnection, id: ConnectionId) -> Result<bool> {
    let done = sqlx::query!("delete from sso_connections where id = $1", id.0).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// The public halves of our keys at providers: of one connection, or of all.
pub(crate) async fn public_keys(tx: &mut PgConnection, of: Option<ConnectionId>) -> Result<Vec<Value>> {
    sqlx::query_scalar!(
        r#"select public_jwk as "key!" from sso_connections
           where public_jwk is not null and ($1::uuid is null or id = $1) order by created_at limit 1000"#,
        of.map(|id| id.0)
    )
    .fetch_all(tx)
    .await
}

pub(crate) async fn tokens(tx: &mut PgConnection, organization: OrganizationId) -> Result<Vec<ScimTokenView>> {
    sqlx::query_as!(
        ScimTokenView,
        r#"select id as "id: Uuid", name, created_at, last_used_at from scim_tokens
           where organization_id = $1 and revoked_at is null order by created_at limit 50"#,
        organization.0
    )
    .fetch_all(tx)
    .await
}

pub(crate) async fn insert_token(
    tx: &mut PgConnection,
    id: ScimTokenId,
    organization: OrganizationId,
    name: &str,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into scim_tokens (id, organization_id, name, token_hash, created_at) values ($1, $2, $3, $4, $5)",
        id.0,
        organization.0,
        name,
        hash,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn revoke_token(
    tx: &mut PgConnection,
    organization: OrganizationId,
    id: ScimTokenId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update scim_tokens set revoked_at = $3 where organization_id = $1 and id = $2 and revoked_at is null",
        organization.0,
        id.0,
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
