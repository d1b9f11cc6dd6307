//! One connection: adding, changing, testing, switching and removing it.

use guildhall_types::{
    Error,
    federation::{ConnectionView, SamlFields, SignOnPage, TestStep},
    organization::OrganizationView,
    time,
};
use guildhall_ui::{ButtonKind, Checkbox, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure,
    api::{RemoveConnection, SaveConnection, SaveSamlConnection, SwitchConnection, TestConnection},
    form::{ConnectionForm, SAML, add_title, preset},
    prove_first, read,
    saml::{ForTheSamlProvider, SamlForm},
};
use crate::{
    form::Tried,
    organizations::{OrganizationFrame, Tab},
    pages::{done_banner, param, query},
};

/// The errors' fields as the form names them.
fn lines(tries: &[Tried]) -> Vec<(String, String)> {
    let name = |field: String| match field.as_str() {
        "" | "secret" => field,
        _ => format!("fields[{field}]"),
    };
    tries.iter().flat_map(Tried::lines).map(|(field, message)| (name(field), message)).collect()
}

#[component]
pub(super) fn NewConnectionPage() -> impl IntoView {
    let (slug, kind) = (param("slug"), query("kind"));
    view! {
        <Suspense>
            {
                let (slug, kind) = (slug.clone(), kind.clone());
                Suspend::new(async move {
                    match read(slug).await {
                        Ok((organization, page)) if kind == SAML => {
                            view! { <NewSaml organization=organization page=page /> }.into_any()
                        }
                        Ok((organization, page)) => view! { <New organization=organization page=page kind=kind /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn New(organization: OrganizationView, page: SignOnPage, kind: String) -> impl IntoView {
    prove_first();
    let action = ServerAction::<SaveConnection>::new();
    let tried = Tried::of(action);
    let fields = preset(&tried.entered("kind").unwrap_or(kind));
    let title = add_title(&fields.kind);
    let errors = lines(std::slice::from_ref(&tried));
    view! {
        <OrganizationFrame organization=organization tab=Tab::SignOn errors=errors done=().into_any() />
        <div class="narrow stack">
            <h2>{title}</h2>
            <p>"Register us at the provider first; it gives you the client id and secret. It is off until you switch it on."</p>
            <ConnectionForm slug=page.slug id=String::new() fields=fields roles=page.roles action=action tried=tried />
        </div>
    }
}

#[component]
fn NewSaml(organization: OrganizationView, page: SignOnPage) -> impl IntoView {
    prove_first();
    let action = ServerAction::<SaveSamlConnection>::new();
    let tried = Tried::of(action);
    let fields = SamlFields { jit: true, ..SamlFields::default() };
    let title = add_title(SAML);
    let errors = lines(std::slice::from_ref(&tried));
    view! {
        <OrganizationFrame organization=organization tab=Tab::SignOn errors=errors done=().into_any() />
        <div class="narrow stack">
            <h2>{title}</h2>
            <p>"Give us the provider’s metadata first; the next page shows what it must know of us. It is off until you switch it on."</p>
            <SamlForm slug=page.slug id=String::new() fields=fields roles=page.roles action=action tried=tried />
        </div>
    }
}

#[component]
pub(super) fn ConnectionPage() -> impl IntoView {
    let (slug, id) = (param("slug"), param("id"));
    view! {
        <Suspense>
            {
                let (slug, id) = (slug.clone(), id.clone());
                Suspend::new(async move {
                    let found = read(slug).await.and_then(|(organization, page)| {
                        let connection = page.connections.iter().find(|one| one.id.to_string() == id).cloned();
                        Ok((organization, page, connection.ok_or_else(missing)?))
                    });
                    match found {
                        Ok((organization, page, connection)) => {
                            view! { <Connection organization=organization page=page connection=connection /> }.into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

fn missing() -> Error {
    #[cfg(feature = "ssr")]
    return guildhall_host::fail(Error::NotFound);
    #[cfg(not(feature = "ssr"))]
    Error::NotFound
}

#[component]
fn Connection(organization: OrganizationView, page: SignOnPage, connection: ConnectionView) -> impl IntoView {
    prove_first();
    let save = ServerAction::<SaveConnection>::new();
    let save_saml = ServerAction::<SaveSamlConnection>::new();
    let (test, switch) = (ServerAction::<TestConnection>::new(), ServerAction::<SwitchConnection>::new());
    let remove = ServerAction::<RemoveConnection>::new();
    let (tried, tried_saml) = (Tried::of(save), Tried::of(save_saml));
    let tries = [tried.clone(), tried_saml.clone(), Tried::of(test), Tried::of(switch), Tried::of(remove)];
    let errors = lines(&tries);
    let title = connection.fields.name.clone();
    let done = if errors.is_empty() { done_banner(said(&query("done"))) } else { None };
    let (slug, id) = (page.slug.clone(), connection.id.to_string());
    view! {
        <OrganizationFrame organization=organization tab=Tab::SignOn errors=errors done=done.into_any() />
        <div class="narrow stack">
            <h2>{title}</h2>
            <About connection=connection.clone() />
            <section class="section" aria-labelledby="test-heading">
                <h2 id="test-heading">"Test"</h2>
                <Tested connection=connection.clone() />
                <ActionForm action=test clone:slug clone:id>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="id" value=id />
                    <SubmitButton label="Test the connection" busy_label="Testing…" kind=ButtonKind::Quiet />
                </ActionForm>
            </section>
            <section class="section" aria-labelledby="switch-heading">
                <h2 id="switch-heading">"Use"</h2>
                <ActionForm action=switch clone:slug clone:id>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="id" value=id />
                    <Checkbox name="enabled" label="People can sign in through it" checked=connection.enabled />
                    <Checkbox
                        name="enforced"
                        label="It is the only way in for addresses of our verified domains"
                        hint="Passwords of these addresses no longer sign in. Test the connection and verify a domain first."
                        checked=connection.enforced
                    />
                    <SubmitButton label="Save how it is used" kind=ButtonKind::Quiet />
                </ActionForm>
            </section>
            <section class="section" aria-labelledby="change-heading">
                <h2 id="change-heading">"Settings"</h2>
                <Settings
                    slug=slug.clone()
                    roles=page.roles
                    connection=connection
                    save=save
                    tried=tried
                    save_saml=save_saml
                    tried_saml=tried_saml
                />
            </section>
            <section class="section" aria-labelledby="remove-heading">
                <h2 id="remove-heading">"Remove"</h2>
                <p>"Nobody can sign in through it any more. Accounts stay, and so do memberships."</p>
                <ActionForm action=remove clone:slug clone:id>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="id" value=id />
                    <SubmitButton label="Remove the connection" kind=ButtonKind::Danger />
                </ActionForm>
            </section>
        </div>
    }
}

/// What each side must know of the other.
#[component]
fn About(connection: ConnectionView) -> impl IntoView {
    match connection.saml.clone() {
        Some(saml) => view! { <ForTheSamlProvider connection=connection saml=saml /> }.into_any(),
        None => view! { <ForTheProvider connection=connection /> }.into_any(),
    }
}

/// The form of the connection's kind.
#[component]
fn Settings(
    slug: String,
    roles: Vec<String>,
    connection: ConnectionView,
    save: ServerAction<SaveConnection>,
    tried: Tried,
    save_saml: ServerAction<SaveSamlConnection>,
    tried_saml: Tried,
) -> impl IntoView {
    let id = connection.id.to_string();
    match connection.saml {
        Some(saml) => view! {
            <SamlForm slug=slug id=id fields=saml.fields roles=roles action=save_saml tried=tried_saml />
        }
        .into_any(),
        None => view! {
            <ConnectionForm slug=slug id=id fields=connection.fields roles=roles action=save tried=tried />
        }
        .into_any(),
    }
}

#[component]
fn ForTheProvider(connection: ConnectionView) -> impl IntoView {
    let keys =
        connection.keys_url.map(|url| view! { <div><dt>"Our keys (JWKS)"</dt><dd><code>{url}</code></dd></div> });
    view! {
        <section class="section" aria-labelledby="provider-heading">
            <h2 id="provider-heading">"What the provider must know"</h2>
            <dl class="facts">
                <div><dt>"Redirect address"</dt><dd><code>{connection.redirect_url}</code></dd></div>
                <div><dt>"Back-channel logout address"</dt><dd><code>{connection.logout_url}</code></dd></div>
                {keys}
                <div><dt>"Where your people start"</dt><dd><code>{connection.start_url}</code></dd></div>
            </dl>
            <p>
                "Before what matters, like changing roles, your people prove here again who they are: they are sent to it, and it must ask them and say when (the claim " <code>"auth_time"</code> "). At Microsoft Entra ID that is an optional claim of the ID token."
            </p>
        </section>
    }
}

#[component]
fn Tested(connection: ConnectionView) -> impl IntoView {
    let Some(at) = connection.tested_at else {
        return view! { <p>"Not tested since it was last changed."</p> }.into_any();
    };
    let row = |step: TestStep| {
        let (kind, words) = if step.passed { (TagKind::Good, "Fine") } else { (TagKind::Bad, "Wrong") };
        view! {
            <li>
                <strong>{step.what}</strong>
                <Tag kind=kind>{words}</Tag>
                <p>{step.detail}</p>
            </li>
        }
    };
    let rows = connection.tested.into_iter().map(row).collect_view();
    view! {
        <p class="meta">"Tested " {time::date_time(at)} " (UTC)"</p>
        <ul class="fields">{rows}</ul>
    }
    .into_any()
}

fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "The connection is saved. Test it, then switch it on.",
        "switched" => "How the connection is used is saved.",
        "tested" => "The test is done. What it found stands below.",
        _ => return None,
    })
}
