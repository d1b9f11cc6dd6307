//! A person's organisations, and setting one up.

use guildhall_types::{
    form::ORGANIZATION_NAME_MAX,
    organization::{InvitationOffer, Joinable, MyOrganization, MyOrganizations, OrganizationKind},
    time,
};
use guildhall_ui::{
    ButtonKind, ButtonLink, Choice, EmptyState, ErrorSummary, Field, RadioGroup, SubmitButton, Tag, TagKind,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::{
    Failure,
    api::{AcceptMine, CreateOrganization, DeclineMine, JoinByDomain, SwitchOrganization, my_organizations},
    said,
};
use crate::{
    form::{FormHead, Tried},
    pages::{done_banner, max, query},
};

#[component]
pub(super) fn ListPage() -> impl IntoView {
    let mine = Resource::new_blocking(|| (), |()| my_organizations());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match mine.await {
                    Ok(mine) => view! { <List mine=mine /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn List(mine: MyOrganizations) -> impl IntoView {
    let switch = ServerAction::<SwitchOrganization>::new();
    let (accept, decline) = (ServerAction::<AcceptMine>::new(), ServerAction::<DeclineMine>::new());
    let join = ServerAction::<JoinByDomain>::new();
    let tries = [Tried::of(switch), Tried::of(accept), Tried::of(decline), Tried::of(join)];
    let failed = tries.iter().any(Tried::failed);
    let errors: Vec<_> = tries.iter().flat_map(Tried::lines).collect();
    let done = if failed { String::new() } else { query("done") };
    let own = if mine.organizations.is_empty() {
        view! {
            <EmptyState
                title="You belong to no organisation yet"
                text="Set one up to publish courses or to train your people, or ask a colleague for an invitation."
            />
        }
        .into_any()
    } else {
        let rows = mine.organizations.into_iter().map(|one| view! { <Own organization=one switch=switch /> });
        view! { <ul class="fields">{rows.collect_view()}</ul> }.into_any()
    };
    let invitations = (!mine.invitations.is_empty()).then(|| {
        let rows =
            mine.invitations.into_iter().map(|one| view! { <Invited offer=one accept=accept decline=decline /> });
        view! {
            <section class="section" aria-labelledby="invitations-heading">
                <h2 id="invitations-heading">"Invitations"</h2>
                <ul class="fields">{rows.collect_view()}</ul>
            </section>
        }
    });
    let joinable = (!mine.joinable.is_empty()).then(|| {
        let rows = mine.joinable.into_iter().map(|one| view! { <Free offer=one join=join /> });
        view! {
            <section class="section" aria-labelledby="join-heading">
                <h2 id="join-heading">"Open to your email address"</h2>
                <ul class="fields">{rows.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <Title text=if failed { "Error: Your organisations" } else { "Your organisations" } />
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            {done_banner(said(&done))}
            <h1>"Your organisations"</h1>
            {own}
            {invitations}
            {joinable}
            <p><ButtonLink href="/account/organizations/new">"Set up your organisation"</ButtonLink></p>
        </div>
    }
}

#[component]
fn Own(organization: MyOrganization, switch: ServerAction<SwitchOrganization>) -> impl IntoView {
    let (slug, name) = (organization.slug, organization.name);
    let hidden = slug.clone();
    let end = if organization.is_current {
        view! { <Tag kind=TagKind::Good>"You work here now"</Tag> }.into_any()
    } else {
        let label = format!("Switch to {name}");
        view! {
            <ActionForm action=switch>
                <input type="hidden" name="slug" value=hidden />
                <SubmitButton label=label kind=ButtonKind::Quiet />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <li>
            <a href=format!("/account/organizations/{slug}")>{name}</a>
            {end}
            <p class="meta">
                {organization.kind.label()} ", " {organization.role.label()} " since " {time::date(organization.joined_at)}
            </p>
        </li>
    }
}

#[component]
fn Invited(
    offer: InvitationOffer,
    accept: ServerAction<AcceptMine>,
    decline: ServerAction<DeclineMine>,
) -> impl IntoView {
    let (id, same) = (offer.id.to_string(), offer.id.to_string());
    let (join, refuse) = (format!("Join {}", offer.organization), format!("Decline {}", offer.organization));
    view! {
        <li>
            <strong>{offer.organization}</strong>
            <p class="meta">
                {offer.kind.label()} ". Your role: " {offer.role.label()} ". Open until " {time::date(offer.expires_at)} "."
            </p>
            <div class="row">
                <ActionForm action=accept>
                    <input type="hidden" name="invitation" value=id />
                    <SubmitButton label=join />
                </ActionForm>
                <ActionForm action=decline>
                    <input type="hidden" name="invitation" value=same />
                    <SubmitButton label=refuse kind=ButtonKind::Quiet />
                </ActionForm>
            </div>
        </li>
    }
}

#[component]
fn Free(offer: Joinable, join: ServerAction<JoinByDomain>) -> impl IntoView {
    let label = format!("Join {}", offer.name);
    view! {
        <li>
            <strong>{offer.name}</strong>
            <p class="meta">
                {offer.kind.label()} ". Everybody with an address of " {offer.domain} " can join. Your role: "
                {offer.role.label()} "."
            </p>
            <ActionForm action=join>
                <input type="hidden" name="slug" value=offer.slug />
                <SubmitButton label=label kind=ButtonKind::Quiet />
            </ActionForm>
        </li>
    }
}

#[component]
pub(super) fn NewPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if !crate::pages::is_signed_in() {
        guildhall_host::see_other("/sign-in?next=/account/organizations/new");
    }
    let action = ServerAction::<CreateOrganization>::new();
    let tried = Tried::of(action);
    let chosen = tried.entered("kind").unwrap_or_default();
    let kinds = [
        (OrganizationKind::Enterprise, "Train our people", "A company, a council, a hospital, a school, a department."),
        (OrganizationKind::Provider, "Teach courses", "A training provider that publishes and is paid here."),
    ];
    let options = kinds
        .into_iter()
        .map(|(kind, label, hint)| Choice::new(kind.slug(), label, chosen == kind.slug()).with_hint(hint))
        .collect::<Vec<_>>();
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title="Set up your organisation" tried=tried.clone() />
            <p>"You become its owner, and invite the others."</p>
            <ActionForm action=action attr:novalidate=true>
                <RadioGroup name="kind" legend="What do you want to do?" options=options error=tried.message("kind") />
                <Field
                    name="name"
                    label="Name of the organisation"
                    hint="As people know it."
                    autocomplete="organization"
                    required=true
                    maxlength=max(ORGANIZATION_NAME_MAX)
                    value=tried.entered("name")
                    error=tried.message("name")
                />
                <SubmitButton label="Set up the organisation" />
            </ActionForm>
        </div>
    }
}
