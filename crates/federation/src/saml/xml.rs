//! XML as far as SAML needs it: no document types, few levels, limited size; names with their namespaces, one way to read
//! an element's text.

use std::collections::BTreeSet;

use uppsala::{Document, NodeId, NodeKind, Parser};

use super::Refusal;

/// A response with hundreds of groups is some 60 kilobytes.
pub(super) const LARGEST: usize = 160 * 1024;
/// A response nests to about a dozen levels.
const DEEPEST: u32 = 48;

/// A document that was parsed.
pub(super) struct Tree<'a> {
    doc: Document<'a>,
    root: NodeId,
}

impl<'a> Tree<'a> {
    /// Parses what somebody sent: nothing in it but elements, attributes and text.
    pub(super) fn strict(text: &'a str) -> Result<Self, Refusal> {
        let tree = Self::parse(text)?;
        let inner = tree.doc.descendants(tree.doc.root());
        let is_plain = |id: &NodeId| {
            matches!(tree.doc.node_kind(*id), Some(NodeKind::Element(_) | NodeKind::Text(_) | NodeKind::CData(_)))
        };
        if !inner.iter().all(is_plain) {
            return Err(Refusal::Comment);
        }
        tree.check_ids()?;
        Ok(tree)
    }

    /// Parses with comments allowed, which count for nothing: metadata has them, and its owner vouches for it.
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > LARGEST {
            return Err(Refusal::TooLarge);
        }
        if text.contains("<!DOCTYPE") {
            return Err(Refusal::Doctype);
        }
        let doc = Parser::new()
            .with_forbid_dtd(true)
            .with_max_depth(DEEPEST)
            .with_max_entity_expansion(0)
            .parse(text)
            .map_err(|_| Refusal::Malformed)?;
        let root = doc.document_element().ok_or(Refusal::Malformed)?;
        Ok(Self { doc, root })
    }

    /// No id stands twice, however it is spelt: a reference must mean one element.
    fn check_ids(&self) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        for element in self.elements() {
            let Some(inner) = self.doc.element(element.id) else { continue };
            for attribute in &inner.attributes {
                if attribute.name.local_name.eq_ignore_ascii_case("id") && !seen.insert(attribute.value.to_string()) {
                    return Err(Refusal::DuplicateId);
                }
            }
        }
        Ok(())
    }

    pub(super) fn doc(&self) -> &Document<'a> {
        &self.doc
    }

    pub(super) fn root(&self) -> Element<'_, 'a> {
        Element { tree: self, id: self.root }
    }

    /// Every element, the root first.
    pub(super) fn elements(&self) -> impl Iterator<Item = Element<'_, 'a>> {
        let below = self.doc.descendants(self.root);
        std::iter::once(self.root)
            .chain(below)
            .filter(|id| self.doc.element(*id).is_some())
            .map(|id| Element { tree: self, id })
    }

    /// How many elements of this name there are, anywhere.
    pub(super) fn count(&self, namespace: &str, name: &str) -> usize {
        self.elements().filter(|element| element.is(namespace, name)).count()
    }
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t, 'a> {
    tree: &'t Tree<'a>,
    id: NodeId,
}

impl<'t, 'a> Element<'t, 'a> {
    pub(super) fn id(self) -> NodeId {
        self.id
    }

    pub(super) fn tree(self) -> &'t Tree<'a> {
        self.tree
    }

    pub(super) fn is(self, namespace: &str, name: &str) -> bool {
        self.tree.doc.element(self.id).is_some_and(|element| element.matches_name_ns(namespace, name))
    }

    /// The elements right below.
    pub(super) fn children(self) -> impl Iterator<Item = Element<'t, 'a>> {
        let tree = self.tree;
        let inner = tree.doc.children(self.id);
        inner.into_iter().filter(|id| tree.doc.element(*id).is_some()).map(move |id| Element { tree, id })
    }

    pub(super) fn all(self, namespace: &str, name: &str) -> Vec<Element<'t, 'a>> {
        self.children().filter(|child| child.is(namespace, name)).collect()
    }

    /// The one child of this name, if there is one; `wrong` when there are several.
    pub(super) fn at_most_one(
        self,
        namespace: &str,
        name: &str,
        wrong: Refusal,
    ) -> Result<Option<Element<'t, 'a>>, Refusal> {
        match self.all(namespace, name).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(wrong),
        }
    }

    /// The one child of this name.
    pub(super) fn one(self, namespace: &str, name: &str, wrong: Refusal) -> Result<Element<'t, 'a>, Refusal> {
        self.at_most_one(namespace, name, wrong)?.ok_or(wrong)
    }

    /// An attribute without a namespace.
    pub(super) fn attribute(self, name: &str) -> Option<&'t str> {
        let element = self.tree.doc.element(self.id)?;
        let found = element
            .attributes
            .iter()
            .find(|attribute| attribute.name.namespace_uri.is_none() && attribute.name.local_name == name)?;
        Some(&found.value)
    }

    /// All of the text, where there is nothing but text.
    pub(super) fn text(self) -> Option<String> {
        let mut whole = String::new();
        for id in self.tree.doc.children_iter(self.id) {
            match self.tree.doc.node_kind(id)? {
                NodeKind::Text(text) | NodeKind::CData(text) => whole.push_str(text),
                NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_) => {}
                _ => return None,
            }
        }
        Some(whole)
    }
}
