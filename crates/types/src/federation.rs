//! Single sign-on as an organisation's owner sees and sets it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ConnectionId, ScimTokenId};

/// What stands on an organisation's page for signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOnPage {
    /// The organisation's name and slug.
    pub name: String,
    pub slug: String,
    /// Roles that a connection may give.
    pub roles: Vec<String>,
    pub connections: Vec<ConnectionView>,
    /// Tokens for provisioning that were not revoked.
    pub tokens: Vec<ScimTokenView>,
    /// Domains of mail that the organisation proved to hold.
    pub domains: Vec<String>,
    /// Where a directory sends its people to.
    pub scim_url: String,
}

/// A connection without its secret, which never leaves again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    pub id: ConnectionId,
    pub fields: ConnectionFields,
    pub enabled: bool,
    pub enforced: bool,
    pub tested_at: Option<DateTime<Utc>>,
    pub tested: Vec<TestStep>,
    /// What the provider must know of us.
    pub redirect_url: String,
    pub logout_url: String,
    pub keys_url: Option<String>,
    /// Where the organisation's people start.
    pub start_url: String,
    /// What a SAML connection has besides.
    pub saml: Option<SamlView>,
}

/// The part of a connection that is SAML's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlView {
    pub fields: SamlFields,
    /// Our metadata, whose address is also our entity id; and where responses are posted to.
    pub metadata_url: String,
    pub acs_url: String,
    /// Where people are sent to sign in.
    pub sign_on_url: String,
    /// The provider's certificates: what they are and when they run out.
    pub certificates: Vec<(String, DateTime<Utc>)>,
    pub read_at: DateTime<Utc>,
    /// When and why an answer was last refused, since the settings were last saved.
    pub refused: Option<(DateTime<Utc>, String)>,
    /// Since when the metadata's address brings nothing that we take, and why.
    pub not_read: Option<(DateTime<Utc>, String)>,
}

/// What an owner types for SAML.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SamlFields {
    pub name: String,
    /// The provider's metadata in XML, or the address of it. Empty keeps what is there.
    pub metadata: String,
    /// Empty: one of the usual attributes.
    pub email_attribute: String,
    pub role_claim: String,
    /// `value = role`, one a line.
    pub role_map: String,
    /// Empty: nobody gets in without a role from the attribute.
    pub default_role: String,
    pub jit: bool,
    /// Whether the provider may begin.
    pub idp_initiated: bool,
}

/// What an owner types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionFields {
    /// `generic`, `one_login`, `entra` or `auth0`; `saml` where it is shown.
    pub kind: String,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
    pub auth_method: String,
    pub scopes: String,
    /// Tenant ids, one a line.
    pub tenants: String,
    pub role_claim: String,
    /// `value = role`, one a line.
    pub role_map: String,
    /// Empty: nobody gets in without a role from the claim.
    pub default_role: String,
    pub jit: bool,
}

/// One thing that a test looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestStep {
    pub what: String,
    pub passed: bool,
    /// What is wrong and how to mend it; what was found, when it passed.
    pub detail: String,
}

/// One of a person's own ways in through an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOnLink {
    pub connection: ConnectionId,
    /// As the organisation's owner named it.
    pub name: String,
    pub organization: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// A provisioning token, as far as it may be seen again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScimTokenView {
    pub id: ScimTokenId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An account that may be linked to an organisation's sign-in, as the page that asks shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    pub organization: String,
    pub connection: String,
    /// Whether the account is the one that is signed in.
    pub is_yours: bool,
}
