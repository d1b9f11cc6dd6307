//! The form of a connection, with what each preset fills in.

#[cfg(feature = "ssr")]
use guildhall_types::Error;
use guildhall_types::federation::ConnectionFields;
use guildhall_ui::{Checkbox, Choice, Field, FieldKind, Select, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use super::api::SaveConnection;
use crate::form::Tried;

/// What was typed goes back with the error, never the secret.
#[cfg(feature = "ssr")]
pub(super) fn echo(error: Error, fields: &ConnectionFields) -> Error {
    error.with_entered(&[
        ("kind", &fields.kind),
        ("name", &fields.name),
        ("issuer", &fields.issuer),
        ("client_id", &fields.client_id),
        ("auth_method", &fields.auth_method),
        ("scopes", &fields.scopes),
        ("tenants", &fields.tenants),
        ("role_claim", &fields.role_claim),
        ("role_map", &fields.role_map),
        ("default_role", &fields.default_role),
        ("jit", if fields.jit { "true" } else { "false" }),
    ])
}

/// The kind that has a form of its own.
pub(super) const SAML: &str = "saml";

/// The services that have a preset: value, name, what the issuer looks like.
pub(super) const PRESETS: [(&str, &str, &str); 5] = [
    ("generic", "Any OpenID Connect provider", "Like https://login.example.com"),
    ("entra", "Microsoft Entra ID", "https://login.microsoftonline.com/ followed by your tenant id and /v2.0"),
    ("auth0", "Auth0", "Like https://your-tenant.eu.auth0.com/ with the slash at its end"),
    (
        "one_login",
        "GOV.UK One Login",
        "https://oidc.account.gov.uk/, or https://oidc.integration.account.gov.uk/ while you try it",
    ),
    (SAML, "Any SAML 2.0 provider", ""),
];

/// What a preset begins with.
pub(super) fn preset(kind: &str) -> ConnectionFields {
    let (kind, issuer, auth_method, scopes) = match kind {
        "entra" => ("entra", "https://login.microsoftonline.com/", "client_secret_post", "openid email profile"),
        "auth0" => ("auth0", "", "client_secret_basic", "openid email profile"),
        "one_login" => ("one_login", "https://oidc.account.gov.uk/", "private_key_jwt", "openid email"),
        _ => ("generic", "", "client_secret_basic", "openid email profile"),
    };
    ConnectionFields {
        kind: kind.to_owned(),
        issuer: issuer.to_owned(),
        auth_method: auth_method.to_owned(),
        scopes: scopes.to_owned(),
        jit: true,
        ..ConnectionFields::default()
    }
}

pub(super) fn kind_name(kind: &str) -> &'static str {
    PRESETS.iter().find(|(value, _, _)| *value == kind).map_or("OpenID Connect", |(_, name, _)| name)
}

/// `Add any SAML 2.0 provider`
pub(super) fn add_title(kind: &str) -> String {
    format!("Add {}", kind_name(kind).replacen("Any ", "any ", 1))
}

fn role_name(role: &str) -> String {
    let mut letters = role.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What stands in a field: what was typed, else what is kept.
pub(super) fn value(tried: &Tried, name: &str, kept: &str) -> String {
    tried.entered(name).unwrap_or_else(|| kept.to_owned())
}

/// The form: for a new connection when `id` is empty.
#[component]
pub(super) fn ConnectionForm(
    slug: String,
    id: String,
    fields: ConnectionFields,
    roles: Vec<String>,
    action: ServerAction<SaveConnection>,
    tried: Tried,
) -> impl IntoView {
    let is_new = id.is_empty();
    let kind = value(&tried, "kind", &fields.kind);
    let issuer_hint = PRESETS.iter().find(|(value, _, _)| *value == kind).map(|(_, _, hint)| *hint);
    let jit = tried.entered("jit").map_or(fields.jit, |text| text == "true");
    let method = value(&tried, "auth_method", &fields.auth_method);
    let methods = [
        ("client_secret_basic", "A secret, in a header"),
        ("client_secret_post", "A secret, in the form"),
        ("private_key_jwt", "A private key"),
    ];
    let methods = methods.map(|(name, label)| Choice::new(name, label, name == method)).to_vec();
    let secret_hint = if is_new {
        "The client secret, or an RSA private key that begins with BEGIN PRIVATE KEY. We keep it sealed and never show it again."
    } else {
        "Leave it empty to keep the one that we have."
    };
    let tenants = (kind == "entra").then(|| {
        view! {
            <Field
                name="fields[tenants]"
                label="Tenant ids"
                kind=FieldKind::Textarea
                rows=3
                hint="One on each line. Needed only when the issuer is for several tenants, like https://login.microsoftonline.com/organizations/v2.0"
                value=value(&tried, "tenants", &fields.tenants)
                error=tried.message("tenants")
            />
        }
    });
    view! {
        <ActionForm action=action attr:novalidate=true>
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="fields[kind]" value=kind.clone() />
            <Field
                name="fields[name]"
                label="Name"
                hint="What your people know it by, like “Acme’s staff accounts”"
                required=true
                value=value(&tried, "name", &fields.name)
                error=tried.message("name")
            />
            <Field
                name="fields[issuer]"
                label="Issuer"
                hint=issuer_hint
                required=true
                value=value(&tried, "issuer", &fields.issuer)
                error=tried.message("issuer")
            />
            <Field
                name="fields[client_id]"
                label="Client id"
                required=true
                autocomplete="off"
                value=value(&tried, "client_id", &fields.client_id)
                error=tried.message("client_id")
            />
            <Select name="fields[auth_method]" label="How we prove who asks" options=methods />
            <Field
                name="secret"
                label="Client secret or private key"
                kind=FieldKind::Textarea
                rows=3
                hint=secret_hint
                autocomplete="off"
                error=tried.message("secret")
            />
            {tenants}
            <Field
                name="fields[scopes]"
                label="Scopes"
                value=value(&tried, "scopes", &fields.scopes)
                error=tried.message("scopes")
            />
            <WhoComesIn
                jit=jit
                default_role=fields.default_role
                role_claim=fields.role_claim
                role_map=fields.role_map
                roles=roles
                tried=tried.clone()
            />
            <SubmitButton label=if is_new { "Add the connection" } else { "Save the connection" } />
        </ActionForm>
    }
}

/// Who becomes a member, with which role.
#[component]
pub(super) fn WhoComesIn(
    jit: bool,
    default_role: String,
    role_claim: String,
    role_map: String,
    roles: Vec<String>,
    tried: Tried,
) -> impl IntoView {
    let role = value(&tried, "default_role", &default_role);
    let mut choices = vec![Choice::new("", "None: they stay out", role.is_empty())];
    choices.extend(roles.iter().map(|name| Choice::new(name, role_name(name), *name == role)));
    view! {
            <h2>"Who may come in, and as what"</h2>
            <Checkbox
                name="jit"
                label="Whoever the provider signs in becomes a member"
                hint="Otherwise they must be members already."
                checked=jit
            />
            <Select name="fields[default_role]" label="Role" options=choices error=tried.message("default_role") />
            <Field
                name="fields[role_claim]"
                label="Claim or attribute that gives another role"
                hint="Like “groups” or “roles”. Leave it empty to give everybody the role above."
                value=value(&tried, "role_claim", &role_claim)
                error=tried.message("role_claim")
            />
            <Field
                name="fields[role_map]"
                label="Values of it"
                kind=FieldKind::Textarea
                rows=4
                hint=format!("One on each line, like “Training leads = {}”", roles.first().cloned().unwrap_or_default())
                value=value(&tried, "role_map", &role_map)
                error=tried.message("role_map")
            />
    }
}
