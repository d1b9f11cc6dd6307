//! What a service sends: its requests, and its metadata.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use uppsala::{Document, NodeId};

use super::{ASSERTION, DSIG, METADATA, PROTOCOL};

/// Nobody's request is longer.
const LONGEST: u64 = 64 * 1024;

/// An `AuthnRequest`, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: String,
    pub acs_url: String,
    pub issuer: String,
    /// Whoever is signed in already must be asked all the same.
    pub forces: bool,
}

impl Request {
    /// Reads one of the redirect binding.
    pub fn read(encoded: &str) -> Option<Self> {
        let mut text = String::new();
        DeflateDecoder::new(STANDARD.decode(encoded).ok()?.as_slice()).take(LONGEST).read_to_string(&mut text).ok()?;
        let doc = uppsala::parse(&text).ok()?;
        let root = named(&doc, doc.document_element()?, PROTOCOL, "AuthnRequest")?;
        let issuer = doc.first_child_element_by_name_ns(root, ASSERTION, "Issuer")?;
        Some(Self {
            id: doc.get_attribute(root, "ID")?.to_owned(),
            acs_url: doc.get_attribute(root, "AssertionConsumerServiceURL")?.to_owned(),
            issuer: doc.element_text(issuer)?.trim().to_owned(),
            forces: matches!(doc.get_attribute(root, "ForceAuthn"), Some("true" | "1")),
        })
    }
}

/// A service, as its metadata tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub entity_id: String,
    pub acs_url: String,
    /// What to encrypt for, DER.
    pub certificate: Option<Vec<u8>>,
}

impl Service {
    pub fn read(metadata: &str) -> Option<Self> {
        let doc = uppsala::parse(metadata).ok()?;
        let root = named(&doc, doc.document_element()?, METADATA, "EntityDescriptor")?;
        let service = doc.first_child_element_by_name_ns(root, METADATA, "SPSSODescriptor")?;
        let acs = doc.first_child_element_by_name_ns(service, METADATA, "AssertionConsumerService")?;
        let keys = doc.child_elements_by_name_ns(service, METADATA, "KeyDescriptor");
        let key = keys.into_iter().find(|key| doc.get_attribute(*key, "use") == Some("encryption"));
        let certificate = key.and_then(|key| {
            let info = doc.first_child_element_by_name_ns(key, DSIG, "KeyInfo")?;
            let data = doc.first_child_element_by_name_ns(info, DSIG, "X509Data")?;
            let certificate = doc.first_child_element_by_name_ns(data, DSIG, "X509Certificate")?;
            STANDARD.decode(doc.element_text(certificate)?.split_whitespace().collect::<String>()).ok()
        });
        Some(Self {
            entity_id: doc.get_attribute(root, "entityID")?.to_owned(),
            acs_url: doc.get_attribute(acs, "Location")?.to_owned(),
            certificate,
        })
    }
}

fn named(doc: &Document<'_>, id: NodeId, namespace: &str, name: &str) -> Option<NodeId> {
    doc.element(id)?.matches_name_ns(namespace, name).then_some(id)
}
