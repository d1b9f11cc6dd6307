//! Signing in through an organisation: the page where people start, the page that links an account, and for owners the
//! connections of an organisation. Every form is a plain form.

mod api;
mod form;
mod link;
mod list;
mod one;
mod organization;
mod saml;

use guildhall_types::Error;
use guildhall_ui::{ButtonKind, ButtonLink, EmptyState};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

/// The routes, to stand among the app's.
#[component(transparent)]
pub fn SignOnRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("sign-in/organization") view=organization::OrganizationSignInPage ssr=SsrMode::Async />
            <Route path=path!("account/link-sign-on") view=link::LinkPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/sign-on") view=list::SignOnListPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/sign-on/new") view=one::NewConnectionPage ssr=SsrMode::Async />
            <Route path=path!("account/organizations/:slug/sign-on/:id") view=one::ConnectionPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// A part of the route's path.
fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// Something to say on this page alone; it is forgotten with this.
#[derive(Clone, Copy)]
enum Notice {
    Problem,
    ScimToken,
}

fn notice(which: Notice) -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        use guildhall_federation::flow::Notice as Kept;
        let kept = match which {
            Notice::Problem => Kept::Problem,
            Notice::ScimToken => Kept::ScimToken,
        };
        let secure = guildhall_host::request_info().secure_cookies;
        let text = kept.read(&guildhall_host::header(&http::header::COOKIE).unwrap_or_default(), secure)?;
        guildhall_host::append_header(http::header::SET_COOKIE, &kept.clear(secure));
        Some(text)
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = which;
        None
    }
}

/// Before what hangs on keys is shown for changing: whoever proved themselves too long ago does so again, and comes back.
pub(crate) fn prove_first() {
    #[cfg(feature = "ssr")]
    if let (Ok(db), Ok(user)) = (guildhall_host::db(), guildhall_host::actor().user())
        && user.confirmed_recently(db.clock()).is_err()
    {
        let _ = guildhall_host::confirm_first(&guildhall_host::request_path());
    }
}

/// What stands where a page could not be shown: on to signing in where that is what is missing.
#[component]
fn Failure(error: Error) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if error == Error::SignInRequired {
        let next = guildhall_identity::policy::with_next("/sign-in", &guildhall_host::request_path());
        guildhall_host::see_other(&next);
    }
    let title = match error {
        Error::NotFound => "Page not found",
        Error::SignInRequired => "Sign in first",
        Error::Forbidden => "This is for the owner",
        _ => "We can't show this",
    };
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <h1>{title}</h1>
        <EmptyState title="What you can do" text=error.to_string()>
            <ButtonLink href="/account" kind=ButtonKind::Quiet>"Go to your account"</ButtonLink>
        </EmptyState>
    }
}
