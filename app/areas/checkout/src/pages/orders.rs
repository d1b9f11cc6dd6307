//! A person's orders.

use guildhall_types::{
    checkout::{OrderState, OrderView},
    time::date,
};
use guildhall_ui::{ButtonLink, Column, EmptyState, Table, Tag, TagKind};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::Failure;
use crate::api::read_orders;

#[component]
pub(crate) fn OrdersView() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match read_orders().await {
                    Ok(orders) => view! { <Content orders=orders /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Content(orders: Vec<OrderView>) -> impl IntoView {
    let body = if orders.is_empty() {
        view! {
            <EmptyState title="You have not ordered anything yet" text="What you buy is listed here with its receipt.">
                <ButtonLink href="/courses">"Find a course"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    } else {
        let columns =
            vec![Column::text("Course"), Column::text("Ordered"), Column::text("State"), Column::numeric("Total")];
        view! {
            <Table caption="Your orders" hide_caption=true columns=columns>
                {orders.into_iter().map(|order| view! { <Row order=order /> }).collect_view()}
            </Table>
        }
        .into_any()
    };
    view! {
        <Title text="Your orders" />
        <Meta name="robots" content="noindex" />
        <h1>"Your orders"</h1>
        {body}
    }
}

#[component]
fn Row(order: OrderView) -> impl IntoView {
    let titles: Vec<String> = order.lines.into_iter().map(|line| line.title).collect();
    let (kind, state) = match order.state {
        OrderState::Pending => (TagKind::Warn, "Not paid yet"),
        OrderState::Paid => (TagKind::Good, "Paid"),
        OrderState::Cancelled => (TagKind::Plain, "Cancelled"),
        OrderState::Expired => (TagKind::Plain, "Not paid"),
        OrderState::Refunded => (TagKind::Plain, "Refunded"),
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/orders/{}", order.id)>{titles.join(", ")}</a>
            </th>
            <td>{date(order.created_at)}</td>
            <td>
                <Tag kind=kind>{state}</Tag>
            </td>
            <td class="n">{order.total.to_string()}</td>
        </tr>
    }
}
