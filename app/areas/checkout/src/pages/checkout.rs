//! The checkout: what is bought, what it costs, and one button.

use guildhall_types::{Error, checkout::CheckoutSummary};
use guildhall_ui::{Banner, BannerKind, ButtonLink, Cover, ErrorSummary, Stepper, SubmitButton};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::{Failure, param};
use crate::api::{BuyCourse, CheckoutPage, Notice, read_checkout};

#[component]
pub(crate) fn CheckoutView() -> impl IntoView {
    let slug = param("slug");
    let buy = ServerAction::<BuyCourse>::new();
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read_checkout(slug).await {
                        Ok(page) => view! { <Content page=page buy=buy /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Content(page: CheckoutPage, buy: ServerAction<BuyCourse>) -> impl IntoView {
    let CheckoutPage { summary, notice } = page;
    let failed = buy.value().get_untracked().and_then(Result::err);
    let title = if failed.is_some() { "Error: Check your order" } else { "Check your order" };
    let open = summary.enrolled.is_none();
    let to_pay = open && !summary.price.is_zero();
    let steps = ["Your order", "Payment", "Start learning"].map(ToOwned::to_owned).to_vec();
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        {failed.map(|error| view! { <Failed error=error /> })}
        {to_pay.then(|| view! { <Stepper steps=steps current=1 /> })}
        <div class="course">
            <div>
                <h1>{if open { "Check your order" } else { "You have this course" }}</h1>
                {notice.filter(|_| open).map(|notice| view! { <Note notice=notice /> })}
                <Item summary=summary.clone() />
            </div>
            <aside class="buy" aria-label="Your order">
                <Cover src=format!("/covers/{}.svg", summary.course) lazy=false width=400 height=225 />
                <div class="in">
                    <Go summary=summary buy=buy />
                </div>
            </aside>
            {to_pay.then(|| view! { <Next /> })}
        </div>
    }
}

#[component]
fn Failed(error: Error) -> impl IntoView {
    let title = match error {
        Error::Unavailable { .. } => "We could not open the payment page",
        _ => "There is a problem",
    };
    view! { <ErrorSummary errors=vec![(String::new(), error.to_string())] title=title /> }
}

#[component]
fn Note(notice: Notice) -> impl IntoView {
    match notice {
        Notice::Cancelled => view! {
            <Banner title="You have not been charged">
                <p>"You left the payment page before paying. Your order is still here if you want to go on."</p>
            </Banner>
        }
        .into_any(),
        Notice::PriceChanged => view! {
            <Banner kind=BannerKind::Warning title="The price of this course has changed">
                <p>"You have not been charged. Check the new price below before you go on."</p>
            </Banner>
        }
        .into_any(),
    }
}

#[component]
fn Item(summary: CheckoutSummary) -> impl IntoView {
    let price = summary.price;
    let total = if price.is_zero() { "Total" } else { "Total including VAT" };
    let sums = summary.enrolled.is_none().then(|| {
        view! {
            <div>
                <dt>{total}</dt>
                <dd class="n">{price.to_string()}</dd>
            </div>
        }
    });
    view! {
        <dl class="sums">
            <div>
                <dt>
                    <a href=format!("/courses/{}", summary.slug)>{summary.title}</a>
                    " "
                    <span class="meta">{format!("by {}", summary.provider_name)}</span>
                </dt>
                <dd class="n">{price.price_label()}</dd>
            </div>
            {sums}
        </dl>
    }
}

/// The one thing to do.
#[component]
fn Go(summary: CheckoutSummary, buy: ServerAction<BuyCourse>) -> impl IntoView {
    if let Some(enrollment) = summary.enrolled {
        return view! {
            <p>"You are enrolled already, so there is nothing to pay."</p>
            <ButtonLink href=format!("/learn/{enrollment}") wide=true>
                "Go to the course"
            </ButtonLink>
        }
        .into_any();
    }
    let free = summary.price.is_zero();
    let label = if free { "Enrol for free".to_owned() } else { format!("Pay {}", summary.price) };
    let busy = if free { "Enrolling…" } else { "Opening the payment page…" };
    let course = format!("/courses/{}", summary.slug);
    view! {
        <p class="price">{summary.price.price_label()}</p>
        {(!free).then(|| view! { <p class="meta">"including VAT"</p> })}
        <ActionForm action=buy>
            <input type="hidden" name="slug" value=summary.slug />
            <input type="hidden" name="price" value=summary.price.pence.to_string() />
            <SubmitButton label=label busy_label=busy wide=true />
        </ActionForm>
        {(!free).then(|| view! { <p class="meta">"You pay on Stripe’s page. We never see your card."</p> })}
        <p>
            <a href=course>"Back to the course"</a>
        </p>
    }
    .into_any()
}

/// What follows from paying.
#[component]
fn Next() -> impl IntoView {
    view! {
        <div>
            <h2>"What happens next"</h2>
            <ol>
                <li>"You pay by card on Stripe’s page and come straight back."</li>
                <li>"You can start at once. We send you a receipt by email."</li>
                <li>"We hold your fee until you finish the course, or for 80 days. Then 85% goes to the provider."</li>
            </ol>
        </div>
    }
}
