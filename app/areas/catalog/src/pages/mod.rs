//! The area's pages.

mod about;
mod catalog;
mod course;
mod facets;
mod home;
mod providers;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use about::{AccessibilityView, TransparencyView};
use catalog::CatalogView;
use course::{CourseView, PreviewView, ReviewsView};
use home::HomeView;
use providers::{ProviderView, ProvidersView};

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn CatalogRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=HomeView ssr=SsrMode::Async />
            <Route path=path!("courses") view=CatalogView ssr=SsrMode::Async />
            <Route path=path!("courses/:slug") view=CourseView ssr=SsrMode::Async />
            <Route path=path!("courses/:slug/reviews") view=ReviewsView ssr=SsrMode::Async />
            <Route path=path!("courses/:slug/preview/:lesson") view=PreviewView ssr=SsrMode::Async />
            <Route path=path!("accessibility") view=AccessibilityView ssr=SsrMode::Async />
            <Route path=path!("transparency") view=TransparencyView ssr=SsrMode::Async />
            <Route path=path!("providers") view=ProvidersView ssr=SsrMode::Async />
            <Route path=path!("providers/:slug") view=ProviderView ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// The site's public address, without a slash at the end.
pub(crate) fn base_url() -> String {
    #[cfg(feature = "ssr")]
    return guildhall_host::request_info().base_url;
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// The query of the page's address, as it came.
fn address_query() -> String {
    #[cfg(feature = "ssr")]
    return guildhall_host::request_path().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// A part of the route's path.
fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}
