//! Who a provider says that somebody is, and which role that gives them.

use std::collections::BTreeMap;

use guildhall_identity::EmailAddress;
use serde_json::{Map, Value};

use super::{Connection, Kind};
use crate::token::IdToken;

/// Roles that a provider's word may give in an organisation of this kind. Owners are made by owners.
#[must_use]
pub fn given_roles(kind: &str) -> &'static [&'static str] {
    match kind {
        "provider" => &["editor", "analyst"],
        "enterprise" => &["manager", "learner"],
        _ => &[],
    }
}

/// Which of several roles counts: the first here.
const BY_WEIGHT: [&str; 4] = ["manager", "editor", "analyst", "learner"];

/// How a claim's values become roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Empty: nothing is read.
    pub claim: String,
    pub map: BTreeMap<String, String>,
    /// For whom no value fits; `None` keeps them out.
    pub otherwise: Option<String>,
}

impl Roles {
    /// Reads what an owner typed: `value = role`, one a line.
    ///
    /// # Errors
    /// The field and what to mend.
    pub fn parse(claim: &str, map: &str, otherwise: &str, kind: &str) -> Result<Self, (&'static str, String)> {
        let given = given_roles(kind);
        let claim = claim.trim();
        if claim.chars().count() > 120 || claim.chars().any(char::is_control) {
            return Err(("role_claim", "Enter the claim’s name, in 120 characters or fewer".to_owned()));
        }
        let mut roles = BTreeMap::new();
        for text in map.lines().map(str::trim).filter(|text| !text.is_empty()) {
            let pair = text.rsplit_once('=').map(|(value, role)| (value.trim(), role.trim()));
            match pair {
                Some((value, role)) if !value.is_empty() && value.chars().count() <= 200 && given.contains(&role) => {
                    roles.insert(value.to_owned(), role.to_owned());
                }
                _ => {
                    let text: String = text.chars().take(60).collect();
                    return Err((
                        "role_map",
                        format!("“{text}” does not read like “value = role”. Roles are {}", given.join(" and ")),
                    ));
                }
            }
        }
        if roles.len() > 100 {
            return Err(("role_map", "Enter at most 100 lines".to_owned()));
        }
        if !roles.is_empty() && claim.is_empty() {
            return Err(("role_claim", "Enter the claim that holds these values".to_owned()));
        }
        let otherwise = Some(otherwise.trim().to_owned()).filter(|role| !role.is_empty());
        if otherwise.as_ref().is_some_and(|role| !given.contains(&role.as_str())) {
            return Err(("default_role", "Choose one of the roles".to_owned()));
        }
        Ok(Self { claim: claim.to_owned(), map: roles, otherwise })
    }

    /// The role that these claims give; the weightiest of several.
    #[must_use]
    pub fn of(&self, claims: &Map<String, Value>) -> Option<String> {
        let values: Vec<&str> = match claims.get(&self.claim) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let given: Vec<&str> = values.iter().filter_map(|value| self.map.get(*value)).map(String::as_str).collect();
        let weightiest = BY_WEIGHT.into_iter().find(|role| given.contains(role)).map(ToOwned::to_owned);
        weightiest.or_else(|| self.otherwise.clone())
    }
}

/// A person as their provider describes them.
#[derive(Clone, Debug)]
pub struct Profile {
    pub issuer: String,
    pub subject: String,
    pub session: Option<String>,
    pub email: EmailAddress,
    pub email_verified: bool,
    pub name: String,
    pub role: Option<String>,
}

/// Why somebody whom the provider knows can't come in, in words for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "Your organisation’s sign-in did not tell us your email address. Ask whoever looks after it to share it with us."
    )]
    NoEmail,
    #[error("Your organisation has not given you a role here. Ask whoever looks after its sign-in.")]
    NoRole,
    #[error("You are not a member of this organisation here. Ask its owner for an invitation.")]
    NotMember,
    #[error("Your organisation has ended your access here. Ask whoever looks after its sign-in.")]
    Deactivated,
    #[error("This account is suspended. Contact us to find out why.")]
    Suspended,
    #[error("Accounts of the platform’s own staff can’t sign in through an organisation.")]
    Staff,
    #[error("People with this address sign in through their own organisation.")]
    Elsewhere,
}

/// Reads the claims of a checked token, with those of the user-info endpoint where it was asked.
///
/// # Errors
/// [`Refused::NoEmail`].
pub fn profile(connection: &Connection, token: &IdToken, more: &Map<String, Value>) -> Result<Profile, Refused> {
    let find = |name: &str| token.claims.get(name).or_else(|| more.get(name));
    let words = |name: &str| find(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let address = |name: &str| words(name).and_then(|text| EmailAddress::parse(text).ok());
    // Entra leaves `email` out where the account has no mailbox; its user name reads like an address.
    let email = match connection.kind {
        Kind::Entra => address("email").or_else(|| address("preferred_username")),
        Kind::Generic | Kind::OneLogin | Kind::Auth0 | Kind::Saml => address("email"),
    };
    let email = email.ok_or(Refused::NoEmail)?;
    let full = words("name").map(ToOwned::to_owned).or_else(|| {
        let parts: Vec<&str> = [words("given_name"), words("family_name")].into_iter().flatten().collect();
        Some(parts.join(" ")).filter(|name| !name.is_empty())
    });
    let name = clean_name(&full.unwrap_or_default(), &email);
    let mut claims = more.clone();
    claims.extend(token.claims.clone());
    Ok(Profile {
        issuer: token.issuer.clone(),
        subject: token.subject.clone(),
        session: token.session.clone(),
        email_verified: find("email_verified").is_some_and(|value| value == &Value::Bool(true)),
        email,
        name,
        role: connection.roles.of(&claims),
    })
}

/// A name that an account can have.
fn clean_name(name: &str, email: &EmailAddress) -> String {
    let clean: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let clean = clean.trim();
    if clean.is_empty() { email.local().to_owned() } else { clean.to_owned() }
}

/// Whether the address is proved, so that an account may be made or confirmed on the provider's word: the organisation
/// holds the domain, or the provider is one that no organisation controls and says that it checked. Anybody can run a
/// provider that calls any address verified.
#[must_use]
pub fn vouched(connection: &Connection, profile: &Profile, holds_domain: bool) -> bool {
    holds_domain || (connection.kind == Kind::OneLogin && profile.email_verified)
}
