//! The area's pages.

mod lesson;
mod outline;
mod player;
mod quiz;
mod review;
mod shelf;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use player::{ContinueView, PlayerAt};
use review::ReviewView;
use shelf::ShelfView;

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn LearnerRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("learn") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=ShelfView ssr=SsrMode::Async />
            <Route path=path!(":enrollment") view=ContinueView ssr=SsrMode::Async />
            <Route path=path!(":enrollment/lessons/:lesson") view=PlayerAt ssr=SsrMode::Async />
            <Route path=path!(":enrollment/review") view=ReviewView ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// A part of the route's path.
fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// A value of the address's query.
fn query(name: &str) -> Option<String> {
    leptos_router::hooks::use_query_map().with_untracked(|query| query.get(name))
}
