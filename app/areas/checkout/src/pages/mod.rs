//! The area's pages.

mod checkout;
mod order;
mod orders;

use guildhall_types::Error;
use guildhall_ui::ButtonLink;
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use checkout::CheckoutView;
use order::OrderPage;
use orders::OrdersView;

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn CheckoutRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("checkout/:slug") view=CheckoutView ssr=SsrMode::Async />
            <Route path=path!("orders/:id") view=OrderPage ssr=SsrMode::Async />
            <Route path=path!("account/orders") view=OrdersView ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// A part of the route's path.
fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// What stands where a page could not be shown. The status was set by the server function.
#[component]
fn Failure(error: Error) -> impl IntoView {
    view! {
        <guildhall_ui::Failure error=error>
            <ButtonLink href="/account/orders">"See your orders"</ButtonLink>
            <ButtonLink href="/courses" kind=guildhall_ui::ButtonKind::Quiet>
                "See all courses"
            </ButtonLink>
        </guildhall_ui::Failure>
    }
}
