//! The area's pages.

mod audit;
mod organizations;
mod overview;
mod people;
mod powers;

use guildhall_types::{Error, organization::ListPage};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink, Field, FieldKind, SubmitButton, Tabs};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::FromServerFnError},
};
use leptos_meta::{Meta, Title};
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use audit::AuditPage;
use organizations::{OrganizationPage, OrganizationsPage};
use overview::OverviewPage;
use people::{PeoplePage, PersonPage};

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn AdminRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("admin") view=OverviewPage ssr=SsrMode::Async />
            <Route path=path!("admin/people") view=PeoplePage ssr=SsrMode::Async />
            <Route path=path!("admin/people/:id") view=PersonPage ssr=SsrMode::Async />
            <Route path=path!("admin/organizations") view=OrganizationsPage ssr=SsrMode::Async />
            <Route path=path!("admin/organizations/:slug") view=OrganizationPage ssr=SsrMode::Async />
            <Route path=path!("admin/audit") view=AuditPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// The area's parts, and which one is open.
const PARTS: [(&str, &str); 4] = [
    ("Overview", "/admin"),
    ("People", "/admin/people"),
    ("Organisations", "/admin/organizations"),
    ("Audit trail", "/admin/audit"),
];

/// Title, heading and the way to the other parts.
#[component]
fn Head(#[prop(into)] title: String, current: usize, #[prop(optional)] failed: bool) -> impl IntoView {
    let text = if failed { format!("Error: {title}") } else { title.clone() };
    view! {
        <Title text=text />
        <Meta name="robots" content="noindex" />
        <Parts current=current />
        <h1>{title}</h1>
    }
}

/// The way to the parts.
#[component]
fn Parts(current: usize) -> impl IntoView {
    let links = PARTS.map(|(label, href)| (label.to_owned(), href.to_owned())).to_vec();
    view! { <Tabs label="Administration" links=links current=current /> }
}

/// What stands where a page could not be shown: on to signing in where that is what is missing.
#[component]
fn Failure(error: Error) -> impl IntoView {
    #[cfg(feature = "ssr")]
    guildhall_host::sign_in_first(&error);
    view! {
        <guildhall_ui::Failure error=error forbidden="This is for administrators">
            <ButtonLink href="/" kind=ButtonKind::Quiet>"Go to the home page"</ButtonLink>
        </guildhall_ui::Failure>
    }
}

/// The search form of a list.
#[component]
fn SearchForm(action: &'static str, label: &'static str, value: String) -> impl IntoView {
    view! {
        <form method="get" action=action role="search" class="narrow">
            <Field name="q" label=label kind=FieldKind::Search value=value autocomplete="off" />
            <SubmitButton label="Search" kind=ButtonKind::Quiet />
        </form>
    }
}

/// The link to a list's next rows, where there are more.
fn more<T>(page: &ListPage<T>, path: &str, text: &str) -> Option<impl IntoView + use<T>> {
    let cursor = page.next_cursor.clone()?;
    let href = format!("{path}?{}", pairs(&[("q", text), ("cursor", &cursor)]));
    Some(view! { <p><ButtonLink href=href kind=ButtonKind::Quiet>"Show the next ones"</ButtonLink></p> })
}

/// Pairs of an address's query.
fn pairs(values: &[(&str, &str)]) -> String {
    #[cfg(feature = "ssr")]
    return form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
    #[cfg(not(feature = "ssr"))]
    {
        let _ = values;
        String::new()
    }
}

/// A part of the route's path.
fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// A value of the address's query; empty when it is not there.
fn query(name: &str) -> String {
    leptos_router::hooks::use_query_map().with_untracked(|query| query.get(name)).unwrap_or_default()
}

/// The error with which a plain form came back to its page.
fn tried<S>(action: ServerAction<S>) -> Option<Error>
where
    S: ServerFn<Error = Error> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: FromServerFnError + Send + Sync + 'static,
{
    action.value().with_untracked(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()))
}

/// All that is wrong, for the summary.
fn lines(errors: &[Option<Error>]) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for error in errors.iter().flatten() {
        if error.fields().is_empty() {
            lines.push((String::new(), error.to_string()));
        }
        lines.extend(error.fields().iter().map(|field| (field.field.clone(), field.message.clone())));
    }
    lines
}

/// What was done just now.
fn done_banner(done: &str) -> Option<impl IntoView + use<>> {
    let text = match done {
        "suspended" => "Suspended, with effect at once.",
        "restored" => "Restored.",
        "sessions" => "Signed out everywhere.",
        "erasure" => "The account will be erased in 14 days. We have sent the person a mail.",
        "kept" => "The account stays. We have sent the person a mail.",
        "admin" => "They are a platform admin now. We have sent them a mail.",
        "no-admin" => "They are no platform admin any more. We have sent them a mail.",
        _ => return None,
    };
    Some(view! {
        <Banner kind=BannerKind::Success title="Done">
            <p>{text}</p>
        </Banner>
    })
}
