//! Enveloped XML signatures of the one shape that SAML uses (SAML Core, 5.4), and what exactly they cover.

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use subtle::ConstantTimeEq;

use super::{
    DSIG, EXC_C14N, Refusal,
    certificate::{Algorithm, Certificate},
    xml::{Element, Tree},
};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The signature right below an element, if it has one.
pub(super) fn signature_of<'t, 'a>(element: Element<'t, 'a>) -> Result<Option<Element<'t, 'a>>, Refusal> {
    element.at_most_one(DSIG, "Signature", Refusal::SignaturePlace)
}

/// Checks the signature right below `signed`, and answers what it covers: the canonical text of `signed` without it.
pub(super) fn verify(
    signed: Element<'_, '_>,
    signature: Element<'_, '_>,
    keys: &[Certificate],
) -> Result<String, Refusal> {
    let form = Refusal::SignatureForm;
    let known = ["SignedInfo", "SignatureValue", "KeyInfo"];
    if !signature.children().all(|child| known.iter().any(|name| child.is(DSIG, name))) {
        return Err(form);
    }
    let info = signature.one(DSIG, "SignedInfo", form)?;
    let value = bytes(signature.one(DSIG, "SignatureValue", form)?)?;
    let prefixes = prefixes_of(info.one(DSIG, "CanonicalizationMethod", form)?)?;
    let text = canonical(info, None, &prefixes)?;
    // From here on, what is read is what was signed.
    let tree = Tree::strict(&text)?;
    let info = SignedInfo::read(tree.root(), signed, &prefixes)?;
    if !keys.iter().any(|key| key.verifies(info.algorithm, text.as_bytes(), &value)) {
        return Err(Refusal::Signature);
    }
    let covered = canonical(signed, Some(signature), &info.prefixes)?;
    let found = digest(info.digest, covered.as_bytes());
    if bool::from(found.as_ref().ct_eq(&info.value)) { Ok(covered) } else { Err(Refusal::Digest) }
}

/// What a signature says that it covers, and how.
struct SignedInfo {
    algorithm: Algorithm,
    digest: &'static aws_lc_rs::digest::Algorithm,
    value: Vec<u8>,
    prefixes: Vec<String>,
}

impl SignedInfo {
    fn read(info: Element<'_, '_>, signed: Element<'_, '_>, prefixes: &[String]) -> Result<Self, Refusal> {
        let form = Refusal::SignatureForm;
        let parts = ["CanonicalizationMethod", "SignatureMethod", "Reference"];
        if !info.is(DSIG, "SignedInfo") || !consists_of(info, &parts) {
            return Err(form);
        }
        if prefixes_of(info.one(DSIG, "CanonicalizationMethod", form)?)? != prefixes {
            return Err(form);
        }
        let method = info.one(DSIG, "SignatureMethod", form)?;
        let algorithm = method.attribute("Algorithm").and_then(Algorithm::named).ok_or(Refusal::Algorithm)?;
        if method.children().next().is_some() {
            return Err(form);
        }
        let reference = info.one(DSIG, "Reference", form)?;
        if !consists_of(reference, &["Transforms", "DigestMethod", "DigestValue"]) {
            return Err(form);
        }
        let id = signed.attribute("ID").filter(|id| !id.is_empty()).ok_or(form)?;
        if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
            return Err(form);
        }
        let prefixes = transforms(reference.one(DSIG, "Transforms", form)?)?;
        let digest = match reference.one(DSIG, "DigestMethod", form)?.attribute("Algorithm") {
            Some("http://www.w3.org/2001/04/xmlenc#sha256") => &SHA256,
            Some("http://www.w3.org/2001/04/xmldsig-more#sha384") => &SHA384,
            Some("http://www.w3.org/2001/04/xmlenc#sha512") => &SHA512,
            _ => return Err(Refusal::Algorithm),
        };
        let value = bytes(reference.one(DSIG, "DigestValue", form)?)?;
        Ok(Self { algorithm, digest, value, prefixes })
    }
}

/// Whether these, in this order, are all that is right below.
fn consists_of(element: Element<'_, '_>, names: &[&str]) -> bool {
    let children: Vec<_> = element.children().collect();
    children.len() == names.len() && children.iter().zip(names).all(|(child, name)| child.is(DSIG, name))
}

/// Exactly these two, in this order: without the signature, then canonical. Anything else could hide content.
fn transforms(transforms: Element<'_, '_>) -> Result<Vec<String>, Refusal> {
    let all: Vec<_> = transforms.children().collect();
    let [enveloped, canonical] = all.as_slice() else { return Err(Refusal::SignatureForm) };
    let is_enveloped = enveloped.is(DSIG, "Transform")
        && enveloped.attribute("Algorithm") == Some(ENVELOPED)
        && enveloped.children().next().is_none();
    if !is_enveloped || !canonical.is(DSIG, "Transform") {
        return Err(Refusal::SignatureForm);
    }
    prefixes_of(*canonical)
}

/// Of exclusive canonicalisation, which alone is taken: the prefixes that are written out wherever they are declared
/// (Exclusive XML Canonicalization, 4).
fn prefixes_of(method: Element<'_, '_>) -> Result<Vec<String>, Refusal> {
    let form = Refusal::SignatureForm;
    if method.attribute("Algorithm") != Some(EXC_C14N) {
        return Err(form);
    }
    let all: Vec<_> = method.children().collect();
    match all.as_slice() {
        [] => Ok(Vec::new()),
        [one] if one.is(EXC_C14N, "InclusiveNamespaces") => {
            let list = one.attribute("PrefixList").ok_or(form)?;
            Ok(list.split_ascii_whitespace().map(ToOwned::to_owned).collect())
        }
        _ => Err(form),
    }
}

/// The canonical text of an element, without one of the elements in it.
fn canonical(
    element: Element<'_, '_>,
    without: Option<Element<'_, '_>>,
    prefixes: &[String],
) -> Result<String, Refusal> {
    let doc = element.tree().doc();
    let mut visible = NodeSet::tree_without_comments(element.id(), doc);
    if let Some(without) = without {
        visible.remove_id(without.id());
        for inner in doc.descendants(without.id()) {
            visible.remove_id(inner);
        }
    }
    let bytes =
        canonicalize_doc(doc, C14nMode::Exclusive, Some(&visible), prefixes).map_err(|_| Refusal::SignatureForm)?;
    String::from_utf8(bytes).map_err(|_| Refusal::SignatureForm)
}

/// Base64 as XML Schema writes it: with white space anywhere.
pub(super) fn bytes(element: Element<'_, '_>) -> Result<Vec<u8>, Refusal> {
    let text: String = element.text().ok_or(Refusal::Malformed)?.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| Refusal::Malformed)
}
