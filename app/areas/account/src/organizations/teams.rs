//! An organisation's teams.

use guildhall_types::{
    form::TEAM_NAME_MAX,
    organization::{MemberView, OrganizationView, TeamMember, TeamView},
    time,
};
use guildhall_ui::{ButtonKind, Choice, Disclosure, EmptyState, Field, FieldKind, Select, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, OrganizationHead, Tab,
    api::{
        AddToTeam, CreateTeam, DeleteTeam, PutInTeam, RenameTeam, TakeOutOfTeam, read_members, read_organization,
        read_teams,
    },
};
use crate::{
    form::{Tried, id_of},
    pages::{max, param},
};

#[component]
pub(super) fn TeamsPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    let read = async {
                        let organization = read_organization(slug.clone()).await?;
                        let teams = read_teams(slug.clone()).await?;
                        // Who manages a team without seeing all members knows their people by address.
                        let members = if organization.may.read_members { read_members(slug).await? } else { Vec::new() };
                        Ok::<_, guildhall_types::Error>((organization, teams, members))
                    };
                    match read.await {
                        Ok((organization, teams, members)) => {
                            view! { <Teams organization=organization teams=teams members=members /> }.into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

/// What can be done to a team.
#[derive(Clone, Copy)]
struct Actions {
    rename: ServerAction<RenameTeam>,
    delete: ServerAction<DeleteTeam>,
    put: ServerAction<PutInTeam>,
    take: ServerAction<TakeOutOfTeam>,
    add: ServerAction<AddToTeam>,
}

#[component]
fn Teams(organization: OrganizationView, teams: Vec<TeamView>, members: Vec<MemberView>) -> impl IntoView {
    let create = ServerAction::<CreateTeam>::new();
    let actions = Actions {
        rename: ServerAction::new(),
        delete: ServerAction::new(),
        put: ServerAction::new(),
        take: ServerAction::new(),
        add: ServerAction::new(),
    };
    let created = Tried::of(create);
    let tries = vec![
        created.clone(),
        Tried::one_of(actions.rename, "team"),
        Tried::of(actions.delete),
        Tried::of(actions.put),
        Tried::of(actions.take),
        Tried::one_of(actions.add, "team"),
    ];
    let (slug, may) = (organization.slug.clone(), organization.may.manage_teams);
    let hidden = slug.clone();
    let list = if teams.is_empty() {
        view! { <EmptyState title="No teams yet" text="A team groups people who learn together, with a manager who follows them." /> }
            .into_any()
    } else {
        teams
            .into_iter()
            .map(|team| {
                view! { <Team slug=slug.clone() team=team members=members.clone() may=may actions=actions /> }
            })
            .collect_view()
            .into_any()
    };
    let form = may.then(|| {
        view! {
            <section class="section" aria-labelledby="new-team-heading">
                <h2 id="new-team-heading">"New team"</h2>
                <ActionForm action=create attr:novalidate=true>
                    <input type="hidden" name="slug" value=hidden />
                    <Field
                        name="name"
                        label="Name of the team"
                        required=true
                        maxlength=max(TEAM_NAME_MAX)
                        value=created.entered("name")
                        error=created.message("name")
                    />
                    <SubmitButton label="Make the team" />
                </ActionForm>
            </section>
        }
    });
    view! {
        <div class="stack">
            <OrganizationHead organization=organization tab=Tab::Teams tries=tries />
            <h2>"Teams"</h2>
            {list}
            <div class="narrow">{form}</div>
        </div>
    }
}

#[component]
fn Team(slug: String, team: TeamView, members: Vec<MemberView>, may: bool, actions: Actions) -> impl IntoView {
    let (slug, id) = (StoredValue::new(slug), StoredValue::new(team.id.to_string()));
    let (name, is_mine) = (StoredValue::new(team.name.clone()), team.is_mine);
    let count = time::count(u64::try_from(team.members.len()).unwrap_or_default(), "person", "people");
    let outside: Vec<Choice> = members
        .into_iter()
        .filter(|member| !team.members.iter().any(|one| one.user == member.user))
        .map(|member| Choice::new(member.user.to_string(), format!("{} ({})", member.name, member.email), false))
        .collect();
    let rows = team
        .members
        .into_iter()
        .map(|member| {
            view! { <Member slug=slug.get_value() team=id.get_value() member=member may=may is_mine=is_mine actions=actions /> }
        })
        .collect_view();
    let renamed = Tried::one_of(actions.rename, "team").at(&id.get_value());
    let added = Tried::one_of(actions.add, "team").at(&id.get_value());
    let open = renamed.failed() || added.failed();
    let by_address = (is_mine && !may).then(|| {
        view! {
            <ActionForm action=actions.add attr:novalidate=true>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=id.get_value() />
                <Field
                    name="email"
                    id=id_of("email", &id.get_value())
                    label=format!("Add to {}", name.get_value())
                    kind=FieldKind::Email
                    hint="The email address of somebody who belongs to the organisation."
                    autocomplete="off"
                    required=true
                    value=added.entered("email")
                    error=added.message("email")
                />
                <SubmitButton label="Add" about=format!("to {}", name.get_value()) kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let add = (may && !outside.is_empty()).then(|| {
        view! {
            <ActionForm action=actions.put>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=id.get_value() />
                <Select name="user" id=id_of("add", &id.get_value()) label=format!("Add to {}", name.get_value()) options=outside />
                <SubmitButton label="Add" about=format!("to {}", name.get_value()) kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let change = may.then(|| {
        view! {
            <ActionForm action=actions.rename attr:novalidate=true>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=id.get_value() />
                <Field
                    name="name"
                    id=id_of("name", &id.get_value())
                    label=format!("New name of {}", name.get_value())
                    maxlength=max(TEAM_NAME_MAX)
                    value=renamed.entered("name").unwrap_or_else(|| name.get_value())
                    error=renamed.message("name")
                />
                <SubmitButton label="Save the name" kind=ButtonKind::Quiet />
            </ActionForm>
            <ActionForm action=actions.delete>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=id.get_value() />
                <SubmitButton label=format!("Delete {}", name.get_value()) kind=ButtonKind::Danger />
            </ActionForm>
        }
    });
    view! {
        <Disclosure title=team.name note=count open=open>
            <div class="stack">
                <ul class="fields">{rows}</ul>
                {add}
                {by_address}
                {change}
            </div>
        </Disclosure>
    }
}

#[component]
fn Member(slug: String, team: String, member: TeamMember, may: bool, is_mine: bool, actions: Actions) -> impl IntoView {
    let (slug, team, user) =
        (StoredValue::new(slug), StoredValue::new(team), StoredValue::new(member.user.to_string()));
    let name = member.name.clone();
    let is_manager = member.is_manager;
    let (turn, whom) =
        if is_manager { ("Remove as manager", format!("({name})")) } else { ("Make a manager", format!("of {name}")) };
    // Managers of a team take out everybody but each other.
    let take = (may || (is_mine && !is_manager)).then(|| {
        view! {
            <ActionForm action=actions.take>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=team.get_value() />
                <input type="hidden" name="user" value=user.get_value() />
                <SubmitButton label="Take out" about=name kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let put = may.then(|| {
        view! {
            <ActionForm action=actions.put>
                <input type="hidden" name="slug" value=slug.get_value() />
                <input type="hidden" name="team" value=team.get_value() />
                <input type="hidden" name="user" value=user.get_value() />
                <input type="hidden" name="manager" value=(!is_manager).to_string() />
                <SubmitButton label=turn about=whom kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    view! {
        <li>
            <strong>{member.name}</strong>
            " "
            {is_manager.then(|| view! { <Tag kind=TagKind::Good>"Manager"</Tag> })}
            {(put.is_some() || take.is_some()).then(|| view! { <div class="row">{put} {take}</div> })}
        </li>
    }
}
