//! Buying: the checkout page, the order's page, the list of orders.
//!
//! Pages are rendered on the server and complete without JavaScript; the island [`OrderWatch`] shows a confirmed payment
//! without a reload.

mod api;
mod islands;
mod pages;

pub use api::{BuyCourse, CheckoutPage};
pub use islands::OrderWatch;
pub use pages::CheckoutRoutes;

/// Links the islands into the browser's module.
pub const fn link() {}
