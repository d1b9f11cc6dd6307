//! A SAML 2.0 identity provider: metadata, a page to choose a person, signed and encrypted assertions.
//!
//! It writes what it signs in canonical form by hand, so that it shares no code with whoever checks it. It can be told to make
//! wrong answers: see [`Forge`].

mod assertion;
mod encrypt;
mod forge;
mod idp;
mod page;
mod request;
mod signature;
mod state;
mod wrap;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

pub use forge::Forge;
pub use idp::{Answer, Idp};
pub use signature::{Signer, sign_with};
pub use state::Saml;

/// Under `/sandbox/saml`, so that whoever proxies the sandbox's pages serves the provider too.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sandbox/saml/metadata", get(page::metadata))
        .route("/sandbox/saml/sso", get(page::ask).post(page::decide))
        .route("/sandbox/saml/begin", get(page::begin))
        .route("/sandbox/saml/services", post(page::register))
        .route("/sandbox/saml/control", get(page::control).post(page::change))
        .layer(DefaultBodyLimit::max(64 * 1024))
}

/// The provider's entity id, which is also its metadata's address.
pub fn entity_id(app: &App) -> String {
    format!("{}/sandbox/saml/metadata", app.config().base_url)
}

/// Namespaces.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Text as canonical XML has it (Canonical XML 1.0, 2.3).
pub(crate) fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#xD;")
}

/// The value of an attribute as canonical XML has it.
pub(crate) fn attribute(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    text.replace('\t', "&#x9;").replace('\n', "&#xA;").replace('\r', "&#xD;")
}
