//! [`OrderWatch`]: an order, as it stands and as it becomes.

use guildhall_types::{
    checkout::{OrderLineView, OrderState, OrderView},
    time::date_time,
};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink};
use leptos::prelude::*;

/// What an order's page is called.
pub(crate) const fn title(state: OrderState, back: bool) -> &'static str {
    match state {
        OrderState::Pending if back => "Confirming your payment",
        OrderState::Pending => "Your order is waiting for payment",
        OrderState::Paid => "You are enrolled",
        OrderState::Cancelled | OrderState::Expired => "This order was not paid",
        OrderState::Refunded => "This order was refunded",
    }
}

/// Shows an order. While somebody who is `back` from the payment page waits, it asks again by itself and shows the
/// enrollment without a reload; a screen reader hears of it.
#[island]
pub fn OrderWatch(order: OrderView, back: bool) -> impl IntoView {
    let shown = RwSignal::new(order.clone());
    // What a screen reader is to hear: nothing of how the page was found.
    let news = RwSignal::new("");
    let tired = RwSignal::new(false);
    if back && order.state == OrderState::Pending {
        Effect::new(move |_| browser::watch(shown, news, tired));
    }
    view! {
        <p class="vh" role="status">
            {news}
        </p>
        {move || {
            let order = shown.get();
            view! {
                <h1>{title(order.state, back)}</h1>
                <Standing order=order back=back tired=tired.get() />
            }
        }}
    }
}

#[component]
fn Standing(order: OrderView, back: bool, tired: bool) -> impl IntoView {
    match order.state {
        OrderState::Pending if back => view! { <Confirming tired=tired /> }.into_any(),
        OrderState::Pending => view! { <Waiting order=order /> }.into_any(),
        OrderState::Paid => view! { <Paid order=order /> }.into_any(),
        OrderState::Cancelled | OrderState::Expired => view! { <NotPaid order=order /> }.into_any(),
        OrderState::Refunded => view! { <Refunded order=order /> }.into_any(),
    }
}

#[component]
fn Confirming(tired: bool) -> impl IntoView {
    let words = if tired {
        "This takes longer than usual. You need not wait: we keep asking, and send you an email as soon as your payment is confirmed. You will not be charged twice."
    } else {
        "We are waiting for the payment service to confirm your payment. This page goes on by itself, usually within seconds."
    };
    view! {
        <Banner title="Thank you">
            <p>{words}</p>
        </Banner>
    }
}

#[component]
fn Waiting(order: OrderView) -> impl IntoView {
    let go_on = match order.pay_url.clone() {
        Some(url) => view! { <ButtonLink href=url>"Go on to payment"</ButtonLink> }.into_any(),
        None => again(&order.lines).into_any(),
    };
    view! {
        <p>"We have not received a payment for this order yet. If you have just paid, load this page again in a moment."</p>
        <Sums order=order />
        <p class="mt-4">{go_on}</p>
    }
}

#[component]
fn Paid(order: OrderView) -> impl IntoView {
    let starts = order
        .lines
        .iter()
        .filter_map(|line| line.enrollment.map(|enrollment| (line.title.clone(), enrollment)))
        .map(|(title, enrollment)| {
            view! {
                <p>
                    <ButtonLink href=format!("/learn/{enrollment}") wide=true>
                        "Start learning" <span class="vh">": " {title}</span>
                    </ButtonLink>
                </p>
            }
        })
        .collect_view();
    let paid = order.paid_at.map(|at| {
        format!("We received {} on {} (UTC). A receipt is on its way to you by email.", order.total, date_time(at))
    });
    view! {
        <Banner kind=BannerKind::Success title="Payment received">
            <p>{paid}</p>
        </Banner>
        {starts}
        <h2>"Receipt"</h2>
        <Sums order=order />
    }
}

#[component]
fn NotPaid(order: OrderView) -> impl IntoView {
    view! {
        <p>"The payment page closed before anything was paid. You have not been charged."</p>
        <Sums order=order.clone() />
        <p class="mt-4">{again(&order.lines)}</p>
    }
}

#[component]
fn Refunded(order: OrderView) -> impl IntoView {
    view! {
        <p>"The money is on its way back to the card you paid with. Banks take five to ten days to show it."</p>
        <Sums order=order />
    }
}

/// To the checkout of what was to be bought.
fn again(lines: &[OrderLineView]) -> impl IntoView + use<> {
    lines
        .iter()
        .filter(|line| !line.course_slug.is_empty())
        .map(|line| {
            view! {
                <ButtonLink href=format!("/checkout/{}", line.course_slug) kind=ButtonKind::Primary>
                    "Try again"
                </ButtonLink>
            }
        })
        .collect_view()
}

#[component]
fn Sums(order: OrderView) -> impl IntoView {
    let lines = order
        .lines
        .into_iter()
        .map(|line| {
            let title = if line.course_slug.is_empty() {
                line.title.into_any()
            } else {
                view! { <a href=format!("/courses/{}", line.course_slug)>{line.title}</a> }.into_any()
            };
            view! {
                <div>
                    <dt>{title} " " <span class="meta">{format!("by {}", line.provider_name)}</span></dt>
                    <dd class="n">{line.price.to_string()}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <dl class="sums">
            {lines}
            <div>
                <dt>"Total including VAT"</dt>
                <dd class="n">{order.total.to_string()}</dd>
            </div>
        </dl>
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use guildhall_types::checkout::OrderView;
    use leptos::prelude::RwSignal;

    pub(super) fn watch(_: RwSignal<OrderView>, _: RwSignal<&'static str>, _: RwSignal<bool>) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use gloo_timers::future::TimeoutFuture;
    use guildhall_types::checkout::{OrderState, OrderView};
    use leptos::{prelude::*, task::spawn_local};

    use super::title;
    use crate::api::order_status;

    /// Between two questions, in milliseconds.
    const PAUSE: u32 = 1_500;
    /// After so many the page says that it takes long, and asks less often.
    const PATIENCE: u32 = 40;
    /// Then it leaves it to the mail.
    const END: u32 = 100;

    /// Asks how the order stands until it is no longer pending.
    pub(super) fn watch(shown: RwSignal<OrderView>, news: RwSignal<&'static str>, tired: RwSignal<bool>) {
        let id = shown.get_untracked().id.to_string();
        spawn_local(async move {
            for round in 0..END {
                TimeoutFuture::new(if round < PATIENCE { PAUSE } else { PAUSE * 10 }).await;
                if round == PATIENCE {
                    tired.set(true);
                }
                // An answer that did not come is no answer: the next one may.
                let Ok(order) = order_status(id.clone()).await else { continue };
                if order.state != OrderState::Pending {
                    let title = title(order.state, true);
                    document().set_title(&format!("{title} – Guildhall"));
                    news.set(title);
                    shown.set(order);
                    return;
                }
            }
        });
    }
}
