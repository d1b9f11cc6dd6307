//! What is kept about people: the notice with its register and the terms, for everybody; and for each person what they agreed
//! to, a copy of their data, and having their account erased.

mod agree;
mod api;
mod data;
mod erase;
mod public;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

/// The routes, to stand among the app's.
#[component(transparent)]
pub fn PrivacyRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("privacy") view=public::PrivacyPage ssr=SsrMode::Async />
            <Route path=path!("terms") view=public::TermsPage ssr=SsrMode::Async />
            <Route path=path!("account/agree") view=agree::AgreePage ssr=SsrMode::Async />
            <Route path=path!("account/privacy") view=data::DataPage ssr=SsrMode::Async />
            <Route path=path!("account/privacy/erase") view=erase::ErasePage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
