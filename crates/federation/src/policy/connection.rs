//! Connections: the presets, and what an owner may set.

use std::collections::BTreeMap;

use guildhall_types::{ConnectionId, Error, Fields, OrganizationId, federation::ConnectionFields};
use url::Url;

use crate::{
    net::{Reach, is_allowed},
    token::{Algorithm, ClientKey, Issuer},
};

use super::Roles;

/// Which service it is, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Generic,
    /// GOV.UK One Login.
    OneLogin,
    /// Microsoft Entra ID.
    Entra,
    Auth0,
    /// Any provider that speaks SAML 2.0; the others speak OpenID Connect.
    Saml,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Generic, Self::OneLogin, Self::Entra, Self::Auth0, Self::Saml];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::OneLogin => "one_login",
            Self::Entra => "entra",
            Self::Auth0 => "auth0",
            Self::Saml => "saml",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The signatures that its ID tokens may have.
    #[must_use]
    pub const fn algorithms(self) -> &'static [Algorithm] {
        match self {
            Self::Generic => &[Algorithm::Rs256, Algorithm::Es256],
            Self::OneLogin => &[Algorithm::Es256],
            Self::Entra | Self::Auth0 => &[Algorithm::Rs256],
            // It has no ID tokens.
            Self::Saml => &[],
        }
    }

    /// The level of confidence that is asked for, and must come back.
    #[must_use]
    pub const fn confidence(self) -> Option<&'static str> {
        match self {
            Self::OneLogin => Some("Cl.Cm"),
            Self::Generic | Self::Entra | Self::Auth0 | Self::Saml => None,
        }
    }
}

/// How we prove who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    SecretBasic,
    SecretPost,
    PrivateKeyJwt,
    /// SAML: by our certificate.
    Certificate,
}

impl AuthMethod {
    const ALL: [Self; 4] = [Self::SecretBasic, Self::SecretPost, Self::PrivateKeyJwt, Self::Certificate];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::Certificate => "certificate",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// A connection, but for its secret.
#[derive(Clone, Debug)]
pub struct Connection {
    pub id: ConnectionId,
    pub organization: OrganizationId,
    pub kind: Kind,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub auth_method: AuthMethod,
    pub scopes: String,
    pub tenants: Vec<String>,
    pub roles: Roles,
    pub jit: bool,
}

impl Connection {
    /// Whether the provider's own name of itself is the one that was set. Microsoft's addresses for several tenants name
    /// the issuer by a template.
    #[must_use]
    pub fn speaks_for(&self, issuer: &str) -> bool {
        match self.kind {
            Kind::Entra if self.is_for_several_tenants() => {
                tenant_template(&self.issuer).is_some_and(|template| issuer == template)
            }
            _ => issuer == self.issuer,
        }
    }

    /// Who must have made this connection's tokens.
    #[must_use]
    pub fn expected_issuer(&self) -> Issuer {
        match self.kind {
            Kind::Entra if self.is_for_several_tenants() => Issuer::Tenants {
                template: tenant_template(&self.issuer).unwrap_or_default(),
                tenants: self.tenants.clone(),
            },
            Kind::Entra => Issuer::Tenants {
                template: self.issuer.clone(),
                tenants: tenant(&self.issuer).map(ToOwned::to_owned).into_iter().collect(),
            },
            Kind::Generic | Kind::OneLogin | Kind::Auth0 | Kind::Saml => Issuer::Exactly(self.issuer.clone()),
        }
    }

    fn is_for_several_tenants(&self) -> bool {
        tenant(&self.issuer).is_some_and(is_shared)
    }
}

/// The part of `https://login.microsoftonline.com/{tenant}/v2.0` that says whose it is.
fn tenant(issuer: &str) -> Option<&str> {
    issuer.strip_suffix("/v2.0")?.rsplit('/').next()
}

fn is_shared(tenant: &str) -> bool {
    matches!(tenant, "common" | "organizations" | "consumers")
}

fn tenant_template(issuer: &str) -> Option<String> {
    let (base, _) = issuer.strip_suffix("/v2.0")?.rsplit_once('/')?;
    Some(format!("{base}/{{tenantid}}/v2.0"))
}

/// What proves us at the provider.
#[derive(Debug)]
pub enum Secret {
    /// As the provider gave it.
    Text(String),
    /// A private key, in PEM.
    Key(Box<ClientKey>, String),
}

/// What an owner wants to keep, checked.
#[derive(Debug)]
pub struct NewConnection {
    pub kind: Kind,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub auth_method: AuthMethod,
    /// `None`: the one that is there stays.
    pub secret: Option<Secret>,
    pub scopes: String,
    pub tenants: Vec<String>,
    pub roles: Roles,
    pub jit: bool,
}

/// Whose issuers are GOV.UK One Login's.
const ONE_LOGIN: [&str; 2] = ["https://oidc.account.gov.uk/", "https://oidc.integration.account.gov.uk/"];
const ENTRA: &str = "https://login.microsoftonline.com/";

impl NewConnection {
    /// Checks what was typed. `method_before` is how the connection that is there already proves itself: then the secret
    /// may be left out. Which roles may be given depends on the organisation's kind.
    ///
    /// # Errors
    /// What to mend, field by field.
    pub fn parse(
        typed: &ConnectionFields,
        secret: &str,
        method_before: Option<AuthMethod>,
        organization_kind: &str,
        reach: Reach,
    ) -> Result<Self, Error> {
        let mut fields = Fields::new();
        // SAML's have their own form.
        let kind = Kind::named(&typed.kind).filter(|kind| *kind != Kind::Saml).unwrap_or(Kind::Generic);
        let name = line(&mut fields, "name", &typed.name, 80, "Enter a name, like “Acme’s staff accounts”");
        let issuer = parse_issuer(kind, &typed.issuer, reach).map_err(|what| fields.add("issuer", what));
        let client_id =
            line(&mut fields, "client_id", &typed.client_id, 300, "Enter the client id that the provider gave you");
        let auth_method = AuthMethod::named(&typed.auth_method)
            .filter(|method| *method != AuthMethod::Certificate)
            .unwrap_or(AuthMethod::SecretBasic);
        let secret = parse_secret(auth_method, secret, method_before).map_err(|what| fields.add("secret", what));
        let scopes = parse_scopes(&typed.scopes).map_err(|what| fields.add("scopes", what));
        let tenants = parse_tenants(&typed.tenants).map_err(|what| fields.add("tenants", what));
        if let (Kind::Entra, Ok(issuer), Ok(tenants)) = (kind, &issuer, &tenants)
            && tenant(issuer).is_some_and(is_shared)
            && tenants.is_empty()
        {
            fields.add("tenants", "Enter at least one tenant id: this issuer is for every Microsoft account there is");
        }
        let roles = Roles::parse(&typed.role_claim, &typed.role_map, &typed.default_role, organization_kind)
            .map_err(|(field, what)| fields.add(field, what));
        fields.finish()?;
        let (Ok(issuer), Ok(secret), Ok(scopes), Ok(tenants), Ok(roles)) = (issuer, secret, scopes, tenants, roles)
        else {
            return Err(Error::field("", "Check what you entered."));
        };
        Ok(Self { kind, name, issuer, client_id, auth_method, secret, scopes, tenants, roles, jit: typed.jit })
    }
}

pub(crate) fn line(fields: &mut Fields, field: &str, text: &str, most: usize, missing: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        fields.add(field, missing);
    } else if text.chars().count() > most || text.chars().any(char::is_control) {
        fields.add(field, format!("Use {most} characters or fewer, on one line"));
    }
    text.to_owned()
}

fn parse_issuer(kind: Kind, text: &str, reach: Reach) -> Result<String, &'static str> {
    let text = text.trim();
    let plain = Url::parse(text).is_ok_and(|url| {
        is_allowed(&url, reach) && url.query().is_none() && url.fragment().is_none() && text.len() <= 300
    });
    if !plain || text.ends_with("/.well-known/openid-configuration") {
        return Err(
            "Enter the provider’s issuer: an address that begins with https://, without “/.well-known” at its end",
        );
    }
    // The word of these two is worth more than another provider's, so nobody may take their place.
    let genuine = match kind {
        Kind::OneLogin => ONE_LOGIN.contains(&text),
        Kind::Entra => {
            text.starts_with(ENTRA) && tenant(text).is_some_and(|tenant| text.len() > ENTRA.len() + tenant.len())
        }
        Kind::Generic | Kind::Auth0 | Kind::Saml => true,
    };
    match (kind, genuine || reach == Reach::Development) {
        (_, true) => Ok(text.to_owned()),
        (Kind::OneLogin, false) => Err("Use https://oidc.account.gov.uk/ or https://oidc.integration.account.gov.uk/"),
        (_, false) => Err("Use https://login.microsoftonline.com/ followed by your tenant id and /v2.0"),
    }
}

fn parse_secret(method: AuthMethod, text: &str, before: Option<AuthMethod>) -> Result<Option<Secret>, String> {
    let text = text.trim();
    let is_key = method == AuthMethod::PrivateKeyJwt;
    if text.is_empty() {
        let stays = before.is_some_and(|before| (before == AuthMethod::PrivateKeyJwt) == is_key);
        return match (stays, is_key) {
            (true, _) => Ok(None),
            (false, true) => Err("Paste the private key".to_owned()),
            (false, false) => Err("Enter the client secret that the provider gave you".to_owned()),
        };
    }
    if text.len() > 8_000 {
        return Err("This is too long".to_owned());
    }
    if is_key {
        let key = ClientKey::from_pem(text).map_err(|problem| problem.to_string())?;
        Ok(Some(Secret::Key(Box::new(key), text.to_owned())))
    } else if text.chars().any(char::is_control) {
        Err("Enter the client secret on one line".to_owned())
    } else {
        Ok(Some(Secret::Text(text.to_owned())))
    }
}

fn parse_scopes(text: &str) -> Result<String, &'static str> {
    let mut scopes: Vec<&str> = text.split_whitespace().collect();
    // RFC 6749, 3.3.
    let fine = scopes.iter().all(|scope| scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
    if !fine || text.len() > 280 {
        return Err("Enter scopes with spaces between them, like “openid email profile”");
    }
    if scopes.is_empty() {
        scopes = vec!["openid", "email", "profile"];
    } else if !scopes.contains(&"openid") {
        scopes.insert(0, "openid");
    }
    Ok(scopes.join(" "))
}

fn parse_tenants(text: &str) -> Result<Vec<String>, &'static str> {
    let tenants: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let fine = tenants.iter().all(|tenant| uuid::Uuid::try_parse(tenant).is_ok_and(|id| &id.to_string() == tenant));
    if fine && tenants.len() <= 20 {
        Ok(tenants)
    } else {
        Err("Enter tenant ids, like 72f988bf-86f1-41af-91ab-2d7cd011db47, one on each line, at most 20")
    }
}

impl From<&Connection> for ConnectionFields {
    fn from(connection: &Connection) -> Self {
        let lines = |map: &BTreeMap<String, String>| {
            map.iter().map(|(value, role)| format!("{value} = {role}")).collect::<Vec<_>>().join("\n")
        };
        Self {
            kind: connection.kind.name().to_owned(),
            name: connection.name.clone(),
            issuer: connection.issuer.clone(),
            client_id: connection.client_id.clone(),
            auth_method: connection.auth_method.name().to_owned(),
            scopes: connection.scopes.clone(),
            tenants: connection.tenants.join("\n"),
            role_claim: connection.roles.claim.clone(),
            role_map: lines(&connection.roles.map),
            default_role: connection.roles.otherwise.clone().unwrap_or_default(),
            jit: connection.jit,
        }
    }
}
