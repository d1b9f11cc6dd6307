//! Purchases played against the sandbox's Stripe, with a database of their own each.

mod books;
mod faults;
mod journeys;
mod refunds;
mod world;
