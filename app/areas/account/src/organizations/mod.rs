//! The organisations' pages: where a person belongs, and for owners and managers the people, teams, invitations and
//! domains of each. Every form is a plain form; what is done leads back to its page.

pub(crate) mod api;
mod domains;
mod invitation;
mod invitations;
mod list;
mod members;
mod overview;
mod teams;

use guildhall_types::organization::{OrganizationView, Role};
use guildhall_ui::{Breadcrumbs, Choice, ErrorSummary, Tabs};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use crate::{
    failure::Failure,
    form::Tried,
    pages::{done_banner, query},
};

/// The routes, to stand among the app's.
#[component(transparent)]
pub fn OrganizationRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("account/organizations") view=list::ListPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/new") view=list::NewPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug") view=overview::OverviewPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/members") view=members::MembersPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/teams") view=teams::TeamsPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/invitations") view=invitations::InvitationsPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/domains") view=domains::DomainsPage ssr=SsrMode::Async />
            <Route path=path!("invitations/:token") view=invitation::InvitationPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// What the menu offers of the person's organisations: the first of them, the current one named first, and the way to all.
/// Opening one of them is switching to it.
pub async fn organization_menu() -> Vec<(String, String)> {
    let mut links = mine().await;
    links.push(("Organisations".to_owned(), "/account/organizations".to_owned()));
    links
}

/// A few of the organisations that the person belongs to.
async fn mine() -> Vec<(String, String)> {
    #[cfg(feature = "ssr")]
    if let (Ok(db), Some(current)) = (guildhall_host::db(), guildhall_host::current_organization()) {
        let current = Some(current.organization);
        let mine = guildhall_identity::organizations::belongs(&db, &guildhall_host::actor(), current).await;
        let mut mine = mine.unwrap_or_default();
        mine.sort_by_key(|one| !one.is_current);
        return mine
            .into_iter()
            .take(5)
            .map(|one| (one.name, format!("/account/organizations/{}", one.slug)))
            .collect();
    }
    Vec::new()
}

/// Which page of an organisation it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Members,
    Teams,
    Invitations,
    Domains,
    SignOn,
}

impl Tab {
    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Members => "Members",
            Self::Teams => "Teams",
            Self::Invitations => "Invitations",
            Self::Domains => "Domains",
            Self::SignOn => "Single sign-on",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Members => "/members",
            Self::Teams => "/teams",
            Self::Invitations => "/invitations",
            Self::Domains => "/domains",
            Self::SignOn => "/sign-on",
        }
    }
}

/// The head of an organisation's page: what went wrong or was done there, and [`OrganizationFrame`].
#[component]
fn OrganizationHead(organization: OrganizationView, tab: Tab, tries: Vec<Tried>) -> impl IntoView {
    let errors: Vec<_> = tries.iter().flat_map(Tried::lines).collect();
    let done = if errors.is_empty() { done_banner(said(&query("done"))) } else { None };
    view! { <OrganizationFrame organization=organization tab=tab errors=errors done=done.into_any() /> }
}

/// What stands above every page of an organisation: what went wrong or was done, its name, and the way to its other pages.
#[component]
pub(crate) fn OrganizationFrame(
    organization: OrganizationView,
    tab: Tab,
    errors: Vec<(String, String)>,
    done: AnyView,
) -> impl IntoView {
    let failed = !errors.is_empty();
    let may = organization.may;
    let tabs: Vec<Tab> = [
        (true, Tab::Overview),
        (may.read_members, Tab::Members),
        (may.see_teams, Tab::Teams),
        (may.invite, Tab::Invitations),
        (may.manage_domains, Tab::Domains),
        (may.sign_on, Tab::SignOn),
    ]
    .into_iter()
    .filter_map(|(shown, tab)| shown.then_some(tab))
    .collect();
    let current = tabs.iter().position(|one| *one == tab).unwrap_or_default();
    let base = format!("/account/organizations/{}", organization.slug);
    let links = tabs.iter().map(|tab| (tab.label().to_owned(), format!("{base}{}", tab.path()))).collect();
    let title = format!("{}{}: {}", if failed { "Error: " } else { "" }, organization.name, tab.label());
    let crumbs = vec![("Your organisations".to_owned(), "/account/organizations".to_owned())];
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <ErrorSummary errors=errors />
        {done}
        <Breadcrumbs links=crumbs />
        <h1>{organization.name}</h1>
        <Tabs label="Pages of this organisation" links=links current=current />
    }
}

/// What was done just now.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "Your organisation is set up. Invite the people who belong to it.",
        "switched" => "You work in this organisation now.",
        "renamed" => "The name is saved.",
        "transferred" => "The organisation has a new owner.",
        "joined" => "You have joined. Welcome.",
        "left" => "You have left the organisation.",
        "declined" => "You have declined the invitation.",
        "role" => "The role is changed.",
        "removed" => "The member is removed.",
        "team" => "The team is there. Put people into it.",
        "team-renamed" => "The team has its new name.",
        "team-deleted" => "The team is deleted. Its people stay in the organisation.",
        "in-team" => "The team is changed.",
        "out-of-team" => "They are out of the team.",
        "invited" => "The invitation is on its way.",
        "resent" => "The invitation is on its way again. The link before it does not work any more.",
        "withdrawn" => "The invitation is withdrawn.",
        "domain" => "The domain is on your list. Prove that it is yours to let people join by it.",
        "domain-removed" => "The domain is removed. Who joined by it stays.",
        "code-sent" => "The code is on its way. It works for 30 minutes.",
        "verified" => "The domain is proved. People with a confirmed address there can join by themselves.",
        _ => return None,
    })
}

/// The roles to choose from.
fn role_choices(roles: &[Role], chosen: Option<Role>) -> Vec<Choice> {
    roles.iter().map(|role| Choice::new(role.slug(), role.label(), chosen == Some(*role))).collect()
}
