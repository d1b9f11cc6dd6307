//! Signing in through an organisation: the page where people start, the page that links an account, and for owners the
//! connections of an organisation. Every form is a plain form.

mod api;
mod form;
mod link;
mod list;
mod one;
mod organization;
mod own;
mod saml;

use guildhall_types::{Error, federation::SignOnPage, organization::OrganizationView};
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

pub(crate) use api::UnlinkSignOn;
pub(crate) use own::OwnLinks;

use crate::{failure::Failure, organizations::api::read_organization};

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

/// What the pages of an organisation's sign-in need.
async fn read(slug: String) -> Result<(OrganizationView, SignOnPage), Error> {
    let organization = read_organization(slug.clone()).await?;
    Ok((organization, api::read_sign_on(slug).await?))
}

/// Something to say on this page alone; it is forgotten with this.
#[derive(Clone, Copy)]
pub(crate) enum Notice {
    Problem,
    ScimToken,
}

pub(crate) fn notice(which: Notice) -> Option<String> {
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
        let _ = guildhall_host::fail(Error::ConfirmRequired);
    }
}
