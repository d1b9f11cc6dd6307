//! The form of a SAML connection, and what its provider must know.

#[cfg(feature = "ssr")]
use guildhall_types::Error;
use guildhall_types::{
    federation::{ConnectionView, SamlFields, SamlView},
    time,
};
use guildhall_ui::{Banner, BannerKind, Checkbox, Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use super::{
    api::SaveSamlConnection,
    form::{WhoComesIn, value},
};
use crate::form::Tried;

/// What was typed goes back with the error: not the metadata itself, which is too long for an address.
#[cfg(feature = "ssr")]
pub(super) fn echo(error: Error, fields: &SamlFields) -> Error {
    let metadata = if fields.metadata.len() <= 500 { fields.metadata.as_str() } else { "" };
    let flag = |on: bool| if on { "true" } else { "false" };
    error.with_entered(&[
        ("name", &fields.name),
        ("metadata", metadata),
        ("email_attribute", &fields.email_attribute),
        ("role_claim", &fields.role_claim),
        ("role_map", &fields.role_map),
        ("default_role", &fields.default_role),
        ("jit", flag(fields.jit)),
        ("idp_initiated", flag(fields.idp_initiated)),
    ])
}

/// The form: for a new connection when `id` is empty.
#[component]
pub(super) fn SamlForm(
    slug: String,
    id: String,
    fields: SamlFields,
    roles: Vec<String>,
    action: ServerAction<SaveSamlConnection>,
    tried: Tried,
) -> impl IntoView {
    let is_new = id.is_empty();
    let hint = if is_new {
        "Its address, like https://login.example.com/metadata, or all of the XML"
    } else {
        "Its address, which is read anew each time you save, or all of the XML. Leave it empty to keep what we have."
    };
    let begins = tried.entered("idp_initiated").map_or(fields.idp_initiated, |text| text == "true");
    let jit = tried.entered("jit").map_or(fields.jit, |text| text == "true");
    let (role, claim, map) = (fields.default_role.clone(), fields.role_claim.clone(), fields.role_map.clone());
    view! {
        <ActionForm action=action attr:novalidate=true>
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="id" value=id />
            <Field
                name="fields[name]"
                label="Name"
                hint="What your people know it by, like “Acme’s staff accounts”"
                required=true
                value=value(&tried, "name", &fields.name)
                error=tried.message("name")
            />
            <Field
                name="fields[metadata]"
                label="The provider’s metadata"
                kind=FieldKind::Textarea
                rows=6
                hint=hint
                required=is_new
                autocomplete="off"
                value=value(&tried, "metadata", &fields.metadata)
                error=tried.message("metadata")
            />
            <Field
                name="fields[email_attribute]"
                label="Attribute with the email address"
                hint="Leave it empty unless the provider calls it something unusual."
                value=value(&tried, "email_attribute", &fields.email_attribute)
                error=tried.message("email_attribute")
            />
            <WhoComesIn jit=jit default_role=role role_claim=claim role_map=map roles=roles tried=tried.clone() />
            <h2>"Where signing in may begin"</h2>
            <Checkbox
                name="idp_initiated"
                label="At the provider too, like at a page of tiles"
                hint="Less safe: somebody could be made to sign in as somebody else. Link your page of tiles to the address where your people start instead, if you can."
                checked=begins
            />
            <SubmitButton label=if is_new { "Add the connection" } else { "Save the connection" } />
        </ActionForm>
    }
}

/// What the provider must know of us, and what we know of it.
#[component]
pub(super) fn ForTheSamlProvider(connection: ConnectionView, saml: SamlView) -> impl IntoView {
    let certificates = saml
        .certificates
        .into_iter()
        .map(|(kind, until)| view! { <dd>{kind} ", until " {time::date(until)}</dd> })
        .collect_view();
    let refused = saml.refused.map(|(at, why)| {
        view! {
            <p>
                "Its last answer that we refused, " {time::date_time(at)} " (UTC): " {why} "."
            </p>
        }
    });
    let by_itself = (!saml.fields.metadata.is_empty()).then(|| {
        view! { <p>"We read the metadata again every night, so that a new certificate is known in time."</p> }
    });
    let not_read = saml.not_read.map(|(since, why)| {
        view! {
            <Banner kind=BannerKind::Warning title="The metadata can’t be read">
                <p>"Since " {time::date_time(since)} " (UTC): " {why} ". What we know of the provider stays as it is."</p>
            </Banner>
        }
    });
    view! {
        <section class="section" aria-labelledby="provider-heading">
            <h2 id="provider-heading">"What the provider must know"</h2>
            <dl class="facts">
                <div><dt>"Our metadata, and our entity id"</dt><dd><code>{saml.metadata_url}</code></dd></div>
                <div><dt>"Assertion consumer service"</dt><dd><code>{saml.acs_url}</code></dd></div>
                <div><dt>"Where your people start"</dt><dd><code>{connection.start_url}</code></dd></div>
            </dl>
            <p>
                "Let it sign assertions with SHA-256. If it encrypts them, it must use AES-GCM and RSA-OAEP: our metadata says so, and brings the certificate."
            </p>
            <h3>"What we know of it"</h3>
            <dl class="facts">
                <div><dt>"Entity id"</dt><dd><code>{connection.fields.issuer}</code></dd></div>
                <div><dt>"Where people sign in"</dt><dd><code>{saml.sign_on_url}</code></dd></div>
                <div><dt>"Certificates"</dt>{certificates}</div>
                <div><dt>"Metadata read"</dt><dd>{time::date_time(saml.read_at)} " (UTC)"</dd></div>
            </dl>
            {by_itself}
            {not_read}
            {refused}
        </section>
    }
}
