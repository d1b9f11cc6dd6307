//! How an organisation's people sign in: its connections, and tokens for its directory.

use guildhall_types::{
    federation::{ConnectionView, ScimTokenView, SignOnPage},
    organization::OrganizationView,
    time,
};
use guildhall_ui::{Banner, BannerKind, ButtonKind, EmptyState, Field, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, Notice,
    api::{MakeScimToken, RevokeScimToken},
    form::{PRESETS, kind_name},
    notice, read,
};
use crate::{
    form::Tried,
    organizations::{OrganizationFrame, Tab},
    pages::{done_banner, param, query},
};

#[component]
pub(super) fn SignOnListPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read(slug).await {
                        Ok((organization, page)) => view! { <List organization=organization page=page /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn List(organization: OrganizationView, page: SignOnPage) -> impl IntoView {
    let (make, revoke) = (ServerAction::<MakeScimToken>::new(), ServerAction::<RevokeScimToken>::new());
    let made = Tried::of(make);
    let errors: Vec<(String, String)> = [made.clone(), Tried::of(revoke)].iter().flat_map(Tried::lines).collect();
    let done = if errors.is_empty() { done_here(&query("done")) } else { None };
    let base = format!("/account/organizations/{}/sign-on", page.slug);
    let connections = if page.connections.is_empty() {
        view! { <EmptyState title="No connections yet" text="Connect your own sign-in, so that your people need no password here." /> }
            .into_any()
    } else {
        let rows = page.connections.into_iter().map(|connection| row(&base, connection)).collect_view();
        view! { <ul class="fields">{rows}</ul> }.into_any()
    };
    let presets = PRESETS
        .map(|(kind, name, _)| view! { <li><a href=format!("{base}/new?kind={kind}")>{name}</a></li> })
        .into_iter()
        .collect_view();
    let domains = if page.domains.is_empty() {
        "Your organisation has verified no domain of mail yet. Until it has, people link their own accounts, one by one."
            .to_owned()
    } else {
        format!("People with an address at {} come in by themselves.", page.domains.join(", "))
    };
    view! {
        <OrganizationFrame organization=organization tab=Tab::SignOn errors=errors done=done.into_any() />
        <div class="narrow stack">
            <section class="section" aria-labelledby="connections-heading">
                <h2 id="connections-heading">"Connections"</h2>
                <p>{domains}</p>
                {connections}
                <h3>"Add a connection"</h3>
                <ul>{presets}</ul>
            </section>
            <Provisioning slug=page.slug scim_url=page.scim_url tokens=page.tokens make=make revoke=revoke made=made />
        </div>
    }
}

fn row(base: &str, connection: ConnectionView) -> impl IntoView + use<> {
    let (kind, words) = match (connection.enabled, connection.enforced) {
        (true, true) => (TagKind::Good, "The only way in"),
        (true, false) => (TagKind::Good, "On"),
        (false, _) => (TagKind::Plain, "Off"),
    };
    view! {
        <li>
            <a href=format!("{base}/{}", connection.id)>{connection.fields.name}</a>
            <Tag kind=kind>{words}</Tag>
            <p class="meta">{kind_name(&connection.fields.kind)} ", " {connection.fields.issuer}</p>
        </li>
    }
}

fn done_here(done: &str) -> Option<AnyView> {
    let text = match done {
        "removed" => "The connection is removed. Accounts that used it stay.",
        "revoked" => "The token no longer works.",
        "token" => {
            let token = notice(Notice::ScimToken)?;
            let banner = view! {
                <Banner kind=BannerKind::Success title="Your token is made">
                    <p>"Copy it into your directory now: it is not shown again."</p>
                    <p><code>{token}</code></p>
                </Banner>
            };
            return Some(banner.into_any());
        }
        _ => return None,
    };
    done_banner(Some(text)).map(IntoAny::into_any)
}

#[component]
fn Provisioning(
    slug: String,
    scim_url: String,
    tokens: Vec<ScimTokenView>,
    make: ServerAction<MakeScimToken>,
    revoke: ServerAction<RevokeScimToken>,
    made: Tried,
) -> impl IntoView {
    let rows = tokens
        .into_iter()
        .map(|token| {
            let slug = slug.clone();
            let used = token
                .last_used_at
                .map_or_else(|| "not used yet".to_owned(), |at| format!("last used {} (UTC)", time::date_time(at)));
            view! {
                <li>
                    <strong>{token.name.clone()}</strong>
                    <p class="meta">"Made " {time::date(token.created_at)} ", " {used}</p>
                    <ActionForm action=revoke>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="id" value=token.id.to_string() />
                        <SubmitButton label=format!("Revoke {}", token.name) kind=ButtonKind::Quiet />
                    </ActionForm>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="provisioning-heading">
            <h2 id="provisioning-heading">"Joiners and leavers from your directory"</h2>
            <p>
                "Your directory can add people when they join and remove them the moment they leave (SCIM 2.0). Give it the address "
                <code>{scim_url}</code> " and a token. It reaches people of your verified domains alone."
            </p>
            <ul class="fields">{rows}</ul>
            <ActionForm action=make attr:novalidate=true clone:slug>
                <input type="hidden" name="slug" value=slug />
                <Field
                    name="token_name"
                    label="Name of the new token"
                    hint="So that you know it again, like “Entra provisioning”"
                    required=true
                    value=made.entered("token_name")
                    error=made.message("token_name")
                />
                <SubmitButton label="Make a token" kind=ButtonKind::Quiet />
            </ActionForm>
        </section>
    }
}
