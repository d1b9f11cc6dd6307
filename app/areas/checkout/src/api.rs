//! The area's server functions.

use guildhall_types::{
    Error, Result,
    checkout::{CheckoutSummary, OrderView},
};
use leptos::{server, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// Why somebody sees the checkout page again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// They left the payment page.
    Cancelled,
    /// The price is not the one they had seen.
    PriceChanged,
}

/// What the checkout page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutPage {
    pub summary: CheckoutSummary,
    pub notice: Option<Notice>,
}

/// A course about to be bought. Whoever is not signed in is sent to do so.
#[server(name = ReadCheckout, prefix = "/api/fn", endpoint = "checkout/summary", input = GetUrl)]
pub async fn read_checkout(slug: String) -> Result<CheckoutPage, Error> {
    let actor = guildhall_host::actor();
    let found = guildhall_payments::checkout_summary(&guildhall_host::db()?, &actor, &slug)
        .await
        .map_err(guildhall_host::told)?;
    let summary = found.ok_or(Error::NotFound).map_err(guildhall_host::fail)?;
    if actor.user().is_err() {
        return Err(sign_in_first(&format!("/checkout/{}", summary.slug)));
    }
    let asked = guildhall_host::query_pairs();
    let is = |name: &str| asked.iter().any(|(pair, value)| pair == name && value == "1");
    let notice =
        if is("price-changed") { Some(Notice::PriceChanged) } else { is("cancelled").then_some(Notice::Cancelled) };
    Ok(CheckoutPage { summary, notice })
}

/// Buys a course at the price, in pence, that stood on the page; leads on to the payment page or to the course.
#[server(name = BuyCourse, prefix = "/api/fn", endpoint = "checkout/buy")]
pub async fn buy_course(slug: String, price: i64) -> Result<(), Error> {
    use guildhall_types::{Money, checkout::CheckoutStep};
    let actor = guildhall_host::actor();
    let stripe: guildhall_payments::Stripe = guildhall_host::service()?;
    let step =
        guildhall_payments::start_checkout(&guildhall_host::db()?, &stripe, &actor, &slug, Money::gbp(price)).await;
    match step.map_err(guildhall_db::OpError::told) {
        Ok(CheckoutStep::Pay { url, .. }) => guildhall_host::see_other(&url),
        Ok(CheckoutStep::Enrolled { enrollment }) => guildhall_host::see_other(&format!("/learn/{enrollment}")),
        Ok(CheckoutStep::PriceChanged { .. }) => {
            guildhall_host::see_other(&format!("/checkout/{slug}?price-changed=1"));
        }
        Err(Error::SignInRequired) => return Err(sign_in_first(&format!("/checkout/{slug}"))),
        Err(error) => return Err(guildhall_host::fail(error)),
    }
    Ok(())
}

/// An order of one's own. Somebody who is `back` from the payment page is not made to wait for the webhook.
#[server(name = ReadOrder, prefix = "/api/fn", endpoint = "checkout/order", input = GetUrl)]
pub async fn read_order(id: String, back: bool) -> Result<OrderView, Error> {
    let actor = guildhall_host::actor();
    let id = id.parse().map_err(|_| Error::NotFound).map_err(guildhall_host::fail)?;
    if actor.user().is_err() {
        return Err(sign_in_first(&format!("/orders/{id}")));
    }
    let (db, stripe) = (guildhall_host::db()?, guildhall_host::service::<guildhall_payments::Stripe>()?);
    let found = match back {
        true => guildhall_payments::confirm_return(&db, &stripe, &actor, id).await,
        false => guildhall_payments::order_status(&db, &stripe, &actor, id).await,
    };
    found.map_err(guildhall_host::told)?.ok_or(Error::NotFound).map_err(guildhall_host::fail)
}

/// How an order stands: what the page asks for while it waits.
#[server(name = OrderStatus, prefix = "/api/fn", endpoint = "checkout/order-status", input = GetUrl)]
pub async fn order_status(id: String) -> Result<OrderView, Error> {
    let id = id.parse().map_err(|_| Error::NotFound).map_err(guildhall_host::fail)?;
    let stripe: guildhall_payments::Stripe = guildhall_host::service()?;
    let found = guildhall_payments::order_status(&guildhall_host::db()?, &stripe, &guildhall_host::actor(), id).await;
    found.map_err(guildhall_host::told)?.ok_or(Error::NotFound).map_err(guildhall_host::fail)
}

/// One's orders, the newest first.
#[server(name = ReadOrders, prefix = "/api/fn", endpoint = "checkout/orders", input = GetUrl)]
pub async fn read_orders() -> Result<Vec<OrderView>, Error> {
    let actor = guildhall_host::actor();
    if actor.user().is_err() {
        return Err(sign_in_first("/account/orders"));
    }
    guildhall_payments::orders(&guildhall_host::db()?, &actor).await.map_err(guildhall_host::told)
}

/// Sends the browser to sign in and then back to one of our own pages; anybody else is told to.
#[cfg(feature = "ssr")]
fn sign_in_first(back: &str) -> Error {
    let html = guildhall_host::header(&http::header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    // Ids and slugs stand in an address as they are; anything else leads to the front page.
    let plain = back.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-'));
    if html {
        guildhall_host::see_other(&format!("/sign-in?next={}", if plain { back } else { "/" }));
        return Error::SignInRequired;
    }
    guildhall_host::fail(Error::SignInRequired)
}
