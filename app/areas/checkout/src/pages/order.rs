//! An order: confirming, paid, or what became of it.

use guildhall_types::{
    checkout::{OrderState, OrderView},
    time::date_time,
};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::{Failure, param};
use crate::{api::read_order, islands::OrderWatch};

#[component]
pub(crate) fn OrderPage() -> impl IntoView {
    let id = param("id");
    let back =
        leptos_router::hooks::use_query_map().with_untracked(|query| query.get("paid")).is_some_and(|paid| paid == "1");
    view! {
        <Suspense>
            {
                let id = id.clone();
                Suspend::new(async move {
                    match read_order(id, back).await {
                        Ok(order) => view! { <Content order=order back=back /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Content(order: OrderView, back: bool) -> impl IntoView {
    let confirming = back && order.state == OrderState::Pending;
    // Without JavaScript the page asks again by itself; with it the island does, and this is not there.
    let refresh =
        confirming.then(|| view! { <noscript inner_html="<meta http-equiv=\"refresh\" content=\"3\">"></noscript> });
    let ordered = date_time(order.created_at);
    let id = order.id.to_string();
    view! {
        <Title text=crate::islands::title(order.state, back) />
        <Meta name="robots" content="noindex" />
        {refresh}
        <div class="narrow">
            <OrderWatch order=order back=back />
            <p class="meta mt-6">{format!("Order {id}, made on {ordered}.")} " " <a href="/account/orders">"All your orders"</a></p>
        </div>
    }
}
