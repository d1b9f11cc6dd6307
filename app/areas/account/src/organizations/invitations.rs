//! An organisation's invitations.

use guildhall_types::{
    Error,
    form::EMAIL_MAX,
    organization::{InvitationState, InvitationView, OrganizationView, Role, TeamView},
    time,
};
use guildhall_ui::{
    ButtonKind, Choice, Column, EmptyState, Field, FieldKind, Select, SubmitButton, Table, Tag, TagKind,
};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, OrganizationHead, Tab,
    api::{Invite, ResendInvitation, WithdrawInvitation, read_invitations, read_organization, read_teams},
    role_choices,
};
use crate::{
    form::Tried,
    pages::{max, param},
};

#[component]
pub(super) fn InvitationsPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    let read = async {
                        let organization = read_organization(slug.clone()).await?;
                        let invitations = read_invitations(slug.clone()).await?;
                        Ok::<_, Error>((organization, invitations, read_teams(slug).await?))
                    };
                    match read.await {
                        Ok((organization, invitations, teams)) => {
                            view! { <Invitations organization=organization invitations=invitations teams=teams /> }.into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Invitations(
    organization: OrganizationView,
    invitations: Vec<InvitationView>,
    teams: Vec<TeamView>,
) -> impl IntoView {
    let invite = ServerAction::<Invite>::new();
    let (resend, withdraw) = (ServerAction::<ResendInvitation>::new(), ServerAction::<WithdrawInvitation>::new());
    let tried = Tried::of(invite);
    let tries = vec![tried.clone(), Tried::of(resend), Tried::of(withdraw)];
    let slug = organization.slug.clone();
    let list = if invitations.is_empty() {
        view! { <EmptyState title="Nobody is invited yet" text="Invitations are listed here with what became of them." /> }
            .into_any()
    } else {
        let columns =
            vec![Column::text("Address"), Column::text("Role"), Column::text("State"), Column::text("Change")];
        let rows = invitations
            .into_iter()
            .map(|one| view! { <Row slug=slug.clone() invitation=one resend=resend withdraw=withdraw /> })
            .collect_view();
        view! {
            <Table caption="Invitations" hide_caption=true columns=columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <OrganizationHead organization=organization.clone() tab=Tab::Invitations tries=tries />
            <div class="narrow">
                <InviteForm organization=organization teams=teams action=invite tried=tried />
            </div>
            <h2>"Invitations"</h2>
            {list}
        </div>
    }
}

#[component]
fn InviteForm(
    organization: OrganizationView,
    teams: Vec<TeamView>,
    action: ServerAction<Invite>,
    tried: Tried,
) -> impl IntoView {
    // Managers invite learners; owners anybody, learners first since they are the most.
    let mut roles: Vec<Role> = organization.kind.roles().iter().rev().copied().collect();
    if !organization.may.manage_members {
        roles.retain(|role| *role == Role::Learner);
    }
    let chosen = tried.entered("role").and_then(|role| role.parse().ok()).or_else(|| roles.first().copied());
    let team = tried.entered("team").unwrap_or_default();
    let team_choice = (!teams.is_empty()).then(|| {
        let none = Choice::new("", "No team", team.is_empty());
        let choices = teams.into_iter().map(|one| {
            let id = one.id.to_string();
            Choice::new(id.clone(), one.name, team == id)
        });
        let options: Vec<Choice> = std::iter::once(none).chain(choices).collect();
        view! { <Select name="team" label="Team" options=options error=tried.message("team") /> }
    });
    view! {
        <section class="section" aria-labelledby="invite-heading">
            <h2 id="invite-heading">"Invite somebody"</h2>
            <ActionForm action=action attr:novalidate=true>
                <input type="hidden" name="slug" value=organization.slug />
                <Field
                    name="email"
                    label="Email address"
                    kind=FieldKind::Email
                    hint="The invitation is good for this address alone, for 14 days."
                    autocomplete="off"
                    required=true
                    maxlength=max(EMAIL_MAX)
                    value=tried.entered("email")
                    error=tried.message("email")
                />
                <Select name="role" label="Role" options=role_choices(&roles, chosen) error=tried.message("role") />
                {team_choice}
                <SubmitButton label="Send the invitation" />
            </ActionForm>
        </section>
    }
}

#[component]
fn Row(
    slug: String,
    invitation: InvitationView,
    resend: ServerAction<ResendInvitation>,
    withdraw: ServerAction<WithdrawInvitation>,
) -> impl IntoView {
    let (kind, state) = match invitation.state {
        InvitationState::Open => (TagKind::Warn, "Open"),
        InvitationState::Expired => (TagKind::Plain, "Expired"),
        InvitationState::Accepted => (TagKind::Good, "Accepted"),
        InvitationState::Declined => (TagKind::Bad, "Declined"),
        InvitationState::Withdrawn => (TagKind::Plain, "Withdrawn"),
    };
    let (slug, id) = (StoredValue::new(slug), StoredValue::new(invitation.id.to_string()));
    let (again, back) = (format!("Send again to {}", invitation.email), format!("Withdraw from {}", invitation.email));
    let forms = matches!(invitation.state, InvitationState::Open | InvitationState::Expired).then(|| {
        view! {
            <ActionForm action=resend>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="invitation" value=id.get_value() />
                <SubmitButton label=again kind=ButtonKind::Quiet />
            </ActionForm>
            <ActionForm action=withdraw>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="invitation" value=id.get_value() />
                <SubmitButton label=back kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {invitation.email}
                {invitation.team.map(|team| view! { <p class="meta">{team}</p> })}
            </th>
            <td>{invitation.role.label()}</td>
            <td>
                <Tag kind=kind>{state}</Tag>
                <p class="meta">"Sent " {time::date(invitation.sent_at)} ", until " {time::date(invitation.expires_at)}</p>
            </td>
            <td>{forms}</td>
        </tr>
    }
}
