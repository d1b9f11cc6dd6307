//! What a provider says of itself (SAML Metadata, 2.3 and 2.4.3). Whoever owns the connection vouches for it: it is pasted, or
//! fetched over https from the address that the owner typed.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use url::Url;

use super::{
    Certificate, DSIG, METADATA, PROTOCOL,
    xml::{Element, Tree},
};
use crate::net::{Reach, is_allowed};

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// Certificates of one provider: the one in use, the next, and some to spare.
const MOST_CERTIFICATES: usize = 8;

/// A provider, as far as it matters here.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    pub entity_id: String,
    /// Where browsers are sent with a request.
    pub sign_on_url: String,
    pub certificates: Vec<Certificate>,
    pub wants_signed: bool,
    pub valid_until: Option<DateTime<Utc>>,
}

/// What is wrong with metadata, in words for the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataProblem {
    #[error("This is not metadata in XML. Copy all of it, from the first < to the last >")]
    NotXml,
    #[error("There is no identity provider in this metadata. Ask the provider for its own metadata, not for ours")]
    NoProvider,
    #[error("There are several providers in this metadata. Give the metadata of one")]
    Several,
    #[error("The provider’s entity id must have 8 to 300 characters, on one line")]
    EntityId,
    #[error("The provider names no sign-in address for the redirect binding at a public https address")]
    NoSignOn,
    #[error("There is no certificate in it that we can use: RSA of 2,048 bits or more, or ECDSA with P-256 or P-384")]
    NoCertificate,
    #[error("This metadata has run out. Ask the provider for its current metadata")]
    RunOut,
}

/// Reads a provider's metadata.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse_metadata(text: &str, reach: Reach, now: DateTime<Utc>) -> Result<IdentityProvider, MetadataProblem> {
    let tree = Tree::parse(text.trim_start_matches('\u{feff}').trim()).map_err(|_| MetadataProblem::NotXml)?;
    let providers: Vec<_> = tree
        .elements()
        .filter(|element| element.is(METADATA, "EntityDescriptor"))
        .flat_map(|entity| entity.all(METADATA, "IDPSSODescriptor").into_iter().map(move |provider| (entity, provider)))
        .filter(|(_, provider)| speaks_saml2(*provider))
        .collect();
    let (entity, provider) = match providers.as_slice() {
        [] => return Err(MetadataProblem::NoProvider),
        [one] => *one,
        _ => return Err(MetadataProblem::Several),
    };
    let entity_id = entity.attribute("entityID").unwrap_or_default().trim();
    if !(8..=300).contains(&entity_id.len()) || entity_id.chars().any(char::is_control) {
        return Err(MetadataProblem::EntityId);
    }
    let valid_until = [entity, provider, tree.root()].into_iter().filter_map(valid_until).min();
    if valid_until.is_some_and(|end| end <= now) {
        return Err(MetadataProblem::RunOut);
    }
    let certificates = certificates(provider);
    if certificates.is_empty() {
        return Err(MetadataProblem::NoCertificate);
    }
    Ok(IdentityProvider {
        entity_id: entity_id.to_owned(),
        sign_on_url: sign_on_url(provider, reach).ok_or(MetadataProblem::NoSignOn)?,
        certificates,
        wants_signed: matches!(provider.attribute("WantAuthnRequestsSigned"), Some("true" | "1")),
        valid_until,
    })
}

fn speaks_saml2(provider: Element<'_, '_>) -> bool {
    let protocols = provider.attribute("protocolSupportEnumeration").unwrap_or_default();
    protocols.split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
}

fn valid_until(element: Element<'_, '_>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(element.attribute("validUntil")?).ok().map(|end| end.to_utc())
}

fn sign_on_url(provider: Element<'_, '_>, reach: Reach) -> Option<String> {
    let services = provider.all(METADATA, "SingleSignOnService");
    let redirect = services.iter().find(|service| service.attribute("Binding") == Some(REDIRECT))?;
    let url = Url::parse(redirect.attribute("Location")?.trim()).ok()?;
    let fits = is_allowed(&url, reach) && url.fragment().is_none() && url.as_str().len() <= 1_000;
    fits.then(|| url.into())
}

/// Those for signing, and those for everything; others are passed over, and so are keys that we can't use.
fn certificates(provider: Element<'_, '_>) -> Vec<Certificate> {
    let mut found: Vec<Certificate> = Vec::new();
    for descriptor in provider.all(METADATA, "KeyDescriptor") {
        if !matches!(descriptor.attribute("use"), None | Some("signing")) {
            continue;
        }
        let infos = descriptor.all(DSIG, "KeyInfo");
        let data = infos.iter().flat_map(|info| info.all(DSIG, "X509Data"));
        let texts = data.flat_map(|data| data.all(DSIG, "X509Certificate")).filter_map(Element::text);
        for text in texts {
            let plain: String = text.split_ascii_whitespace().collect();
            let Some(one) = STANDARD.decode(plain).ok().and_then(|der| Certificate::from_der(&der)) else { continue };
            let is_new = found.iter().all(|known| known.der() != one.der());
            if is_new && found.len() < MOST_CERTIFICATES {
                found.push(one);
            }
        }
    }
    found
}
