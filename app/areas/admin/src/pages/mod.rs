//! The area's pages.

mod audit;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use audit::AuditPage;

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn AdminRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("admin/audit") view=AuditPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}
