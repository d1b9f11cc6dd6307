//! Our own metadata at one provider (SAML Metadata, 2.4.4).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{DSIG, METADATA, POST_BINDING, PROTOCOL, XENC, XENC11, escape};

/// What a provider reads to know us.
#[must_use]
pub fn service_metadata(entity_id: &str, acs_url: &str, certificate: &[u8], signs_requests: bool) -> String {
    let info = format!(
        "<ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
        STANDARD.encode(certificate)
    );
    // What we can open, best first.
    let methods: String = [
        format!("{XENC11}aes256-gcm"),
        format!("{XENC11}aes128-gcm"),
        format!("{XENC11}rsa-oaep"),
        format!("{XENC}rsa-oaep-mgf1p"),
    ]
    .iter()
    .map(|method| format!("<md:EncryptionMethod Algorithm=\"{method}\"/>"))
    .collect();
    let formats: String = ["2.0:nameid-format:persistent", "1.1:nameid-format:emailAddress"]
        .iter()
        .map(|format| format!("<md:NameIDFormat>urn:oasis:names:tc:SAML:{format}</md:NameIDFormat>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\">\
         <md:SPSSODescriptor AuthnRequestsSigned=\"{signs_requests}\" WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"{PROTOCOL}\">\
         <md:KeyDescriptor use=\"signing\">{info}</md:KeyDescriptor>\
         <md:KeyDescriptor use=\"encryption\">{info}{methods}</md:KeyDescriptor>{formats}\
         <md:AssertionConsumerService Binding=\"{POST_BINDING}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>\
         </md:SPSSODescriptor></md:EntityDescriptor>\n",
        escape(entity_id),
        escape(acs_url),
    )
}
