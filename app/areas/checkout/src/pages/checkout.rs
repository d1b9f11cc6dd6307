//! The checkout: what is bought, what it costs, and one button.

use guildhall_types::{Error, checkout::CheckoutSummary};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink, Cover, ErrorSummary, Stepper, SubmitButton};
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
    let enrolled = summary.enrolled;
    let free = summary.price.is_zero();
    let steps = ["Your order", "Payment", "Start learning"].map(ToOwned::to_owned).to_vec();
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <div class="narrow">
            {failed.map(|error| view! { <Failed error=error /> })}
            {(!free && enrolled.is_none()).then(|| view! { <Stepper steps=steps current=1 /> })}
            <h1>{if enrolled.is_some() { "You have this course" } else { "Check your order" }}</h1>
            {notice.filter(|_| enrolled.is_none()).map(|notice| view! { <Note notice=notice /> })}
            <Item summary=summary.clone() />
            {match enrolled {
                Some(enrollment) => {
                    view! {
                        <p>"You are enrolled already, so there is nothing to pay."</p>
                        <ButtonLink href=format!("/learn/{enrollment}") wide=true>
                            "Go to the course"
                        </ButtonLink>
                    }
                        .into_any()
                }
                None => view! { <Pay summary=summary buy=buy /> }.into_any(),
            }}
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
    let (price, free) = (summary.price, summary.price.is_zero());
    let sums = (summary.enrolled.is_none()).then(|| {
        let total = if free { "Total" } else { "Total including VAT" };
        view! {
            <dl class="sums">
                <div>
                    <dt>{summary.title.clone()}</dt>
                    <dd class="n">{price.price_label()}</dd>
                </div>
                <div>
                    <dt>{total}</dt>
                    <dd class="n">{price.to_string()}</dd>
                </div>
            </dl>
        }
    });
    view! {
        <section class="panel" aria-label="Your order">
            <Cover src=format!("/covers/{}.svg", summary.course) lazy=false width=640 height=320 />
            <h2>
                <a href=format!("/courses/{}", summary.slug)>{summary.title}</a>
            </h2>
            <p class="meta">{format!("By {}", summary.provider_name)}</p>
            {sums}
        </section>
    }
}

#[component]
fn Pay(summary: CheckoutSummary, buy: ServerAction<BuyCourse>) -> impl IntoView {
    let free = summary.price.is_zero();
    let label = if free { "Enrol for free".to_owned() } else { format!("Pay {}", summary.price) };
    let course = format!("/courses/{}", summary.slug);
    let busy = if free { "Enrolling…" } else { "Opening the payment page…" };
    let words = (!free).then(|| {
        view! {
            <p class="meta">
                "You pay on Stripe's page; we never see your card. We hold your payment until you finish the course, or for 80 days. Then 85% goes to the provider."
            </p>
        }
    });
    view! {
        <ActionForm action=buy>
            <input type="hidden" name="slug" value=summary.slug />
            <input type="hidden" name="price" value=summary.price.pence.to_string() />
            <p>
                <SubmitButton label=label busy_label=busy wide=true />
            </p>
        </ActionForm>
        {words}
        <p>
            <ButtonLink href=course kind=ButtonKind::Quiet>
                "Back to the course"
            </ButtonLink>
        </p>
    }
}
