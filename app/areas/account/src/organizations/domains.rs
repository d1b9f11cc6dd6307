//! An organisation's mail domains.

use guildhall_types::{
    Error,
    organization::{DomainView, OrganizationKind, OrganizationView},
    time,
};
use guildhall_ui::{ButtonKind, Choice, EmptyState, Field, Select, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, OrganizationHead, Tab,
    api::{AddDomain, CheckDomain, EnterDomainCode, RemoveDomain, SendDomainCode, read_domains, read_organization},
};
use crate::{
    form::{Tried, id_of},
    pages::param,
};

#[component]
pub(super) fn DomainsPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    let read = async {
                        let organization = read_organization(slug.clone()).await?;
                        Ok::<_, Error>((organization, read_domains(slug).await?))
                    };
                    match read.await {
                        Ok((organization, domains)) => {
                            view! { <Domains organization=organization domains=domains /> }.into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

/// What can be done to a domain.
#[derive(Clone, Copy)]
struct Actions {
    check: ServerAction<CheckDomain>,
    send: ServerAction<SendDomainCode>,
    enter: ServerAction<EnterDomainCode>,
    remove: ServerAction<RemoveDomain>,
}

#[component]
fn Domains(organization: OrganizationView, domains: Vec<DomainView>) -> impl IntoView {
    let add = ServerAction::<AddDomain>::new();
    let actions = Actions {
        check: ServerAction::new(),
        send: ServerAction::new(),
        enter: ServerAction::new(),
        remove: ServerAction::new(),
    };
    let added = Tried::of(add);
    let tries = vec![
        added.clone(),
        Tried::of(actions.check),
        Tried::one_of(actions.send, "domain"),
        Tried::one_of(actions.enter, "domain"),
        Tried::of(actions.remove),
    ];
    let (slug, hidden) = (organization.slug.clone(), organization.slug.clone());
    let role = organization.kind.joining_role().map_or("member", |role| match role {
        guildhall_types::organization::Role::Analyst => "analyst",
        _ => "learner",
    });
    let list = if domains.is_empty() {
        view! { <EmptyState title="No domains yet" text="Add the domain of your organisation's email addresses." /> }
            .into_any()
    } else {
        domains
            .into_iter()
            .map(|domain| view! { <Domain slug=slug.clone() domain=domain actions=actions /> })
            .collect_view()
            .into_any()
    };
    let is_platform = organization.kind == OrganizationKind::Platform;
    view! {
        <div class="stack">
            <OrganizationHead organization=organization tab=Tab::Domains tries=tries />
            <h2>"Domains"</h2>
            <p>
                {if is_platform { "Nobody joins the platform by a domain." } else { "Once a domain is proved, whoever has a confirmed email address there can join by themselves as " }}
                {(!is_platform).then(|| format!("{role}."))}
            </p>
            {list}
            <div class="narrow">
                <section class="section" aria-labelledby="add-heading">
                    <h2 id="add-heading">"Add a domain"</h2>
                    <ActionForm action=add attr:novalidate=true>
                        <input type="hidden" name="slug" value=hidden />
                        <Field
                            name="domain"
                            label="Domain"
                            hint="What stands after the @ of your addresses, like example.co.uk."
                            autocomplete="off"
                            required=true
                            value=added.entered("domain")
                            error=added.message("domain")
                        />
                        <SubmitButton label="Add the domain" />
                    </ActionForm>
                </section>
            </div>
        </div>
    }
}

#[component]
fn Domain(slug: String, domain: DomainView, actions: Actions) -> impl IntoView {
    let name = domain.domain.clone();
    let (hidden, remove) = (name.clone(), format!("Remove {name}"));
    let state = match domain.verified_at {
        Some(at) => {
            let text = format!("Proved on {}", time::date(at));
            view! { <Tag kind=TagKind::Good>{text}</Tag> }.into_any()
        }
        None => view! { <Tag kind=TagKind::Warn>"Not proved yet"</Tag> }.into_any(),
    };
    let proving =
        domain.verified_at.is_none().then(|| view! { <Prove slug=slug.clone() domain=domain actions=actions /> });
    view! {
        <section class="section panel" aria-label=name.clone()>
            <h3>{name.clone()} " " {state}</h3>
            {proving}
            <ActionForm action=actions.remove>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="domain" value=hidden />
                <SubmitButton label=remove kind=ButtonKind::Quiet />
            </ActionForm>
        </section>
    }
}

/// Both ways to prove a domain.
#[component]
fn Prove(slug: String, domain: DomainView, actions: Actions) -> impl IntoView {
    let (slug, name) = (StoredValue::new(slug), StoredValue::new(domain.domain));
    let hidden = move || {
        view! {
            <input type="hidden" name="slug" value=slug.get_value() />
            <input type="hidden" name="domain" value=name.get_value() />
        }
    };
    let mailboxes = domain.mailboxes.into_iter().map(|one| Choice::new(one.clone(), one, false)).collect::<Vec<_>>();
    let sent = Tried::one_of(actions.send, "domain").at(&name.get_value());
    let entered = Tried::one_of(actions.enter, "domain").at(&name.get_value());
    // After the last try too: what was wrong with it stands at the field.
    let code = (domain.code_sent || entered.failed()).then(|| {
        view! {
            <ActionForm action=actions.enter attr:novalidate=true>
                {hidden()}
                <Field
                    name="code"
                    id=id_of("code", &name.get_value())
                    label=format!("Code for {}", name.get_value())
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    short=true
                    error=entered.message("code")
                />
                <SubmitButton label="Prove by the code" />
            </ActionForm>
        }
    });
    view! {
        <p>"By DNS: add this TXT record to " <strong>{name.get_value()}</strong> ", then have us look."</p>
        <p><code class="break-all">{domain.record}</code></p>
        <ActionForm action=actions.check>
            {hidden()}
            <SubmitButton label=format!("Look for the record of {}", name.get_value()) busy_label="Looking…" />
        </ActionForm>
        <p>"Or by mail: we send a code to an address that only those who run the domain can read."</p>
        <ActionForm action=actions.send>
            {hidden()}
            <Select
                name="mailbox"
                id=id_of("mailbox", &name.get_value())
                label=format!("Send the code for {} to", name.get_value())
                options=mailboxes
                error=sent.message("mailbox")
            />
            <SubmitButton label="Send the code" kind=ButtonKind::Quiet />
        </ActionForm>
        {code}
    }
}
