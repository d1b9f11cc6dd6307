//! Buying: orders, Stripe Checkout, held funds, refunds, and the ledger that all of it stands in.
//!
//! Invariants: money is never lost, doubled or unexplained. An order is paid once; payment, ledger, enrollment and receipt
//! are one commit; every movement is a balanced ledger transaction under a key that books it once; what Stripe says is
//! fetched from Stripe; everything may happen twice, late and in any order.
//!
//! [`start_checkout`] opens the payment page; [`receive_event`], [`confirm_return`] and the reconciling job each lead to
//! [`settle`]; [`release`] and [`refund`] end what it began. Card data never comes here.

mod checkout;
mod inbox;
pub mod jobs;
pub mod ledger;
mod orders;
pub mod policy;
mod reconcile;
mod refund;
mod release;
mod settle;
mod signature;
mod store;
mod stripe;
#[cfg(test)]
mod tests;

pub use checkout::{checkout_summary, start_checkout};
pub use inbox::{Received, receive_event};
pub use orders::{confirm_return, order, order_status, orders};
pub use refund::refund;
pub use release::{release, release_completed, release_due};
pub use settle::{Effect, settle};
pub use stripe::{GatewayError, SessionFacts, SessionStatus, Stripe};
