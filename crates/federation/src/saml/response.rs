//! A response, from what the browser brought to an assertion that holds (SAML Profiles, 4.1.4.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};

use super::{
    ASSERTION, Assertion, Certificate, DSIG, OurKey, PROTOCOL, Refusal, assertion,
    decrypt::decrypt,
    signature::{signature_of, verify},
    xml::{Element, LARGEST, Tree},
};

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What a response must fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's entity id.
    pub issuer: &'a str,
    /// What it signs with.
    pub certificates: &'a [Certificate],
    /// Our entity id at this provider.
    pub entity_id: &'a str,
    /// Our address that responses are posted to.
    pub acs_url: &'a str,
    /// What opens encrypted assertions.
    pub key: &'a OurKey,
}

/// Checks everything about a response but whether it answers a request of this browser and was not used before.
///
/// # Errors
/// The first check that failed.
pub fn open_response(encoded: &str, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Assertion, Refusal> {
    if encoded.len() > LARGEST * 3 / 2 {
        return Err(Refusal::TooLarge);
    }
    let plain: String = encoded.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(plain).map_err(|_| Refusal::Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Refusal::Malformed)?;
    let tree = Tree::strict(&text)?;
    let response = tree.root();
    if !response.is(PROTOCOL, "Response")
        || response.attribute("Version") != Some("2.0")
        || tree.count(PROTOCOL, "Response") != 1
    {
        return Err(Refusal::NotAResponse);
    }
    check_status(response)?;
    let outer = match signature_of(response)? {
        Some(signature) => Some(verify(response, signature, expected.certificates)?),
        None => None,
    };
    let covered = outer.as_deref().map(Tree::strict).transpose()?;
    // Where the response is signed, all of it is read from what the signature covers.
    let envelope = covered.as_ref().map_or(response, Tree::root);
    check_envelope(envelope, covered.is_some(), expected)?;
    let assertion = match the_assertion(&tree, response)? {
        Form::Plain(plain) => {
            let signature = signature_of(plain)?;
            count_signatures(&tree, usize::from(covered.is_some()) + usize::from(signature.is_some()))?;
            match (signature, &covered) {
                (Some(signature), _) => from_text(verify(plain, signature, expected.certificates)?, expected, now)?,
                (None, Some(covered)) => {
                    let element = covered.root().one(ASSERTION, "Assertion", Refusal::Assertions)?;
                    with_text(assertion::read(element, expected, now)?, outer.clone().unwrap_or_default())
                }
                (None, None) => return Err(Refusal::Unsigned),
            }
        }
        Form::Encrypted => {
            count_signatures(&tree, usize::from(covered.is_some()))?;
            let element = envelope.one(ASSERTION, "EncryptedAssertion", Refusal::Assertions)?;
            from_decrypted(decrypt(element, expected.key)?, covered.is_some(), expected, now)?
        }
    };
    if envelope.attribute("InResponseTo") != assertion.in_response_to.as_deref() {
        return Err(Refusal::InResponseTo);
    }
    Ok(assertion)
}

/// The provider's own word for how it went; without success there is nothing else to read.
fn check_status(response: Element<'_, '_>) -> Result<(), Refusal> {
    let status = response.one(PROTOCOL, "Status", Refusal::NotAResponse)?;
    let code = status.one(PROTOCOL, "StatusCode", Refusal::NotAResponse)?;
    if code.attribute("Value") == Some(SUCCESS) {
        return Ok(());
    }
    let why = code.all(PROTOCOL, "StatusCode").first().and_then(|inner| inner.attribute("Value")).unwrap_or_default();
    let declined = ["AuthnFailed", "RequestDenied"].iter().any(|word| why.ends_with(&format!(":{word}")));
    Err(if declined { Refusal::Declined } else { Refusal::Failed })
}

fn check_envelope(response: Element<'_, '_>, signed: bool, expected: &Expected<'_>) -> Result<(), Refusal> {
    if let Some(issuer) = response.at_most_one(ASSERTION, "Issuer", Refusal::Issuer)?
        && issuer.text().is_none_or(|text| text.trim() != expected.issuer)
    {
        return Err(Refusal::Issuer);
    }
    // A signed response must say where it is meant to go (SAML Bindings, 3.5.5.2).
    match response.attribute("Destination") {
        Some(destination) if destination == expected.acs_url => Ok(()),
        None if !signed => Ok(()),
        _ => Err(Refusal::Destination),
    }
}

enum Form<'t, 'a> {
    Plain(Element<'t, 'a>),
    Encrypted,
}

/// The one assertion, right below the response. A second one anywhere is refused, whatever it is in.
fn the_assertion<'t, 'a>(tree: &'t Tree<'a>, response: Element<'t, 'a>) -> Result<Form<'t, 'a>, Refusal> {
    let wrong = Refusal::Assertions;
    match (tree.count(ASSERTION, "Assertion"), tree.count(ASSERTION, "EncryptedAssertion")) {
        (1, 0) => Ok(Form::Plain(response.one(ASSERTION, "Assertion", wrong)?)),
        (0, 1) => response.one(ASSERTION, "EncryptedAssertion", wrong).map(|_| Form::Encrypted),
        _ => Err(wrong),
    }
}

/// There is no signature but those that were looked at.
fn count_signatures(tree: &Tree<'_>, known: usize) -> Result<(), Refusal> {
    if tree.count(DSIG, "Signature") == known { Ok(()) } else { Err(Refusal::SignaturePlace) }
}

fn from_decrypted(
    text: String,
    vouched_for: bool,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Assertion, Refusal> {
    let tree = Tree::strict(&text)?;
    let element = tree.root();
    if !element.is(ASSERTION, "Assertion") || tree.count(ASSERTION, "Assertion") != 1 {
        return Err(Refusal::Assertions);
    }
    let signature = signature_of(element)?;
    count_signatures(&tree, usize::from(signature.is_some()))?;
    match signature {
        Some(signature) => from_text(verify(element, signature, expected.certificates)?, expected, now),
        // The response's signature covers what it was decrypted from, and GCM lets nothing else come of that.
        None if vouched_for => Ok(with_text(assertion::read(element, expected, now)?, text.clone())),
        None => Err(Refusal::Unsigned),
    }
}

/// From the text that an assertion's own signature covers.
fn from_text(text: String, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Assertion, Refusal> {
    let tree = Tree::strict(&text)?;
    let element = tree.root();
    if !element.is(ASSERTION, "Assertion") {
        return Err(Refusal::Assertions);
    }
    Ok(with_text(assertion::read(element, expected, now)?, text.clone()))
}

fn with_text(assertion: Assertion, verified: String) -> Assertion {
    Assertion { verified, ..assertion }
}
