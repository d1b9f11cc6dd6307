//! An organisation at a glance: its name, leaving it, handing it over.

use guildhall_types::{
    form::ORGANIZATION_NAME_MAX,
    organization::{MemberView, OrganizationView, Role},
    time,
};
use guildhall_ui::{ButtonKind, Choice, Disclosure, Field, Select, Stat, StatList, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, OrganizationHead, Tab,
    api::{LeaveOrganization, RenameOrganization, TransferOrganization, read_members, read_organization},
};
use crate::{
    form::Tried,
    pages::{max, param},
};

#[component]
pub(super) fn OverviewPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    let organization = match read_organization(slug.clone()).await {
                        Ok(organization) => organization,
                        Err(error) => return view! { <Failure error=error /> }.into_any(),
                    };
                    // Whoever opens an organisation from the menu works in it from now on.
                    #[cfg(feature = "ssr")]
                    if organization.role.is_some() {
                        guildhall_host::remember_organization(organization.id);
                    }
                    // Only an owner hands the organisation over, and chooses from the members for it.
                    let members =
                        if organization.role == Some(Role::Owner) { read_members(slug).await.unwrap_or_default() } else { Vec::new() };
                    view! { <Overview organization=organization members=members /> }.into_any()
                })
            }
        </Suspense>
    }
}

#[component]
fn Overview(organization: OrganizationView, members: Vec<MemberView>) -> impl IntoView {
    let rename = ServerAction::<RenameOrganization>::new();
    let leave = ServerAction::<LeaveOrganization>::new();
    let transfer = ServerAction::<TransferOrganization>::new();
    let renamed = Tried::of(rename);
    let handed = Tried::of(transfer);
    let tries = vec![renamed.clone(), Tried::of(leave), handed.clone()];
    let slug = StoredValue::new(organization.slug.clone());
    let name = renamed.entered("name").unwrap_or_else(|| organization.name.clone());
    let stats = vec![
        Stat::new(organization.members.to_string(), "Members"),
        Stat::new(organization.role.map_or("Admin", Role::label), "Your role"),
        Stat::new(time::date(organization.created_at), "Here since"),
    ];
    let name_form = organization.may.change.then(|| {
        view! {
            <section class="section" aria-labelledby="name-heading">
                <h2 id="name-heading">"Name"</h2>
                <ActionForm action=rename attr:novalidate=true>
                    <input type="hidden" name="slug" value=slug.get_value() />
                    <Field
                        name="name"
                        label="Name of the organisation"
                        autocomplete="organization"
                        required=true
                        maxlength=max(ORGANIZATION_NAME_MAX)
                        value=name
                        error=renamed.message("name")
                    />
                    <SubmitButton label="Save the name" kind=ButtonKind::Quiet />
                </ActionForm>
            </section>
        }
    });
    let chosen = handed.entered("user").unwrap_or_default();
    let others: Vec<Choice> = members
        .into_iter()
        .filter(|member| !member.is_me && !member.is_suspended)
        .map(|member| {
            let id = member.user.to_string();
            Choice::new(id.clone(), format!("{} ({})", member.name, member.email), id == chosen)
        })
        .collect();
    let transfer_form = (!others.is_empty()).then(|| {
        view! {
            <Disclosure title="Hand the organisation over" open=handed.message("user").is_some()>
                <p>"They become its owner. You stay, and are no owner any more."</p>
                <ActionForm action=transfer>
                    <input type="hidden" name="slug" value=slug.get_value() />
                    <Select name="user" label="New owner" options=others error=handed.message("user") />
                    <SubmitButton label="Hand it over" kind=ButtonKind::Danger />
                </ActionForm>
            </Disclosure>
        }
    });
    let leave_form = organization.role.map(|_| {
        view! {
            <Disclosure title="Leave the organisation">
                <p>"You lose what it gives you. To come back you need an invitation."</p>
                <ActionForm action=leave>
                    <input type="hidden" name="slug" value=slug.get_value() />
                    <SubmitButton label="Leave" kind=ButtonKind::Danger />
                </ActionForm>
            </Disclosure>
        }
    });
    view! {
        <div class="stack">
            <OrganizationHead organization=organization.clone() tab=Tab::Overview tries=tries />
            <p class="meta">{organization.kind.label()}</p>
            <StatList stats=stats />
            <div class="narrow stack">
                {name_form}
                {transfer_form}
                {leave_form}
            </div>
        </div>
    }
}
