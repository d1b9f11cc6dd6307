//! An organisation's members and their roles.

use guildhall_types::{
    organization::{MemberView, OrganizationView, Role},
    time,
};
use guildhall_ui::{ButtonKind, ButtonLink, Column, Disclosure, Select, SubmitButton, Table, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, OrganizationHead, Tab,
    api::{RemoveMember, SetRole, read_members, read_organization},
    role_choices,
};
use crate::{
    form::{Tried, id_of},
    pages::param,
};

#[component]
pub(super) fn MembersPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    let organization = read_organization(slug.clone()).await;
                    let members = match &organization {
                        Ok(_) => read_members(slug).await,
                        Err(error) => Err(error.clone()),
                    };
                    match (organization, members) {
                        (Ok(organization), Ok(members)) => {
                            view! { <Members organization=organization members=members /> }.into_any()
                        }
                        (Err(error), _) | (_, Err(error)) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Members(organization: OrganizationView, members: Vec<MemberView>) -> impl IntoView {
    let (role, remove) = (ServerAction::<SetRole>::new(), ServerAction::<RemoveMember>::new());
    let tries = vec![Tried::one_of(role, "user"), Tried::of(remove)];
    let columns = vec![Column::text("Name"), Column::text("Role"), Column::text("Since"), Column::text("Change")];
    let head = organization.clone();
    let invite = organization.may.invite.then(|| {
        let href = format!("/account/organizations/{}/invitations", organization.slug);
        view! { <p><ButtonLink href=href>"Invite people"</ButtonLink></p> }
    });
    let rows = members
        .into_iter()
        .map(|member| view! { <Row organization=organization.clone() member=member role=role remove=remove /> })
        .collect_view();
    view! {
        <div class="stack">
            <OrganizationHead organization=head tab=Tab::Members tries=tries />
            <h2>"Members"</h2>
            {invite}
            <Table caption="Members" hide_caption=true columns=columns>
                {rows}
            </Table>
        </div>
    }
}

#[component]
fn Row(
    organization: OrganizationView,
    member: MemberView,
    role: ServerAction<SetRole>,
    remove: ServerAction<RemoveMember>,
) -> impl IntoView {
    let (slug, user) = (StoredValue::new(organization.slug), StoredValue::new(member.user.to_string()));
    let (label, remove_label) = (format!("Role of {}", member.name), format!("Remove {}", member.name));
    let tried = Tried::one_of(role, "user").at(&user.get_value());
    let (failed, message) = (tried.failed(), tried.message("role"));
    let chosen = tried.entered("role").and_then(|role| role.parse().ok()).unwrap_or(member.role);
    let (id, choices) = (id_of("role", &user.get_value()), role_choices(organization.kind.roles(), Some(chosen)));
    let roles = organization.may.manage_members.then(|| {
        view! {
            <ActionForm action=role attr:class="row">
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="user" value=user.get_value() />
                <Select
                    name="role"
                    id=id
                    label=label
                    options=choices
                    error=message
                />
                <SubmitButton label="Save the role" kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let may_remove =
        !member.is_me && (organization.may.manage_members || (organization.may.invite && member.role == Role::Learner));
    let removal = may_remove.then(|| {
        view! {
            <ActionForm action=remove>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="user" value=user.get_value() />
                <SubmitButton label=remove_label kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let title = format!("Change {}", member.name);
    let change = (roles.is_some() || removal.is_some()).then(|| {
        view! {
            <Disclosure title=title open=failed>
                {roles}
                {removal}
            </Disclosure>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {member.name.clone()}
                {member.is_me.then_some(" (you)")}
                <p class="meta">{member.email}</p>
                {member.is_suspended.then(|| view! { <Tag kind=TagKind::Bad>"Suspended"</Tag> })}
            </th>
            <td>{member.role.label()}</td>
            <td>{time::date(member.joined_at)}</td>
            <td>{change}</td>
        </tr>
    }
}
