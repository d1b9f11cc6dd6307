//! The rules of money, without I/O: who gets which share, how long funds are held, how long a payment may take.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_types::Money;

/// The provider's share of a sale, in basis points. Kept with each order line as it was at its time.
pub const PROVIDER_SHARE: u16 = 8_500;

/// Funds are held until the course is completed, and at most so many days: the payment service pays out after 90.
pub const HOLD_DAYS: i64 = 80;

/// How long a payment page is good for; Stripe takes 30 minutes to 24 hours.
pub const PAGE_MINUTES: i64 = 60;

/// A payment page with less than this left is not handed out again.
pub const PAGE_MARGIN_MINUTES: i64 = 5;

/// A request for a payment page is repeated under the same idempotency key for so long; then it is a new request. With
/// [`PAGE_MINUTES`] it leaves more than the 30 minutes that Stripe asks for.
pub const ATTEMPT_MINUTES: i64 = 10;

/// The reconciler asks for a pending order from this age on.
pub const RECONCILE_AFTER_MINUTES: i64 = 2;

/// An order that nobody paid is given up at this age.
pub const GIVE_UP_AFTER_HOURS: i64 = 24;

/// When funds that were paid at `paid_at` are released at the latest.
#[must_use]
pub fn release_due_at(paid_at: DateTime<Utc>) -> DateTime<Utc> {
    paid_at + TimeDelta::days(HOLD_DAYS)
}

/// When a payment page that is asked for at `asked_at` runs out.
#[must_use]
pub fn page_expires_at(asked_at: DateTime<Utc>) -> DateTime<Utc> {
    asked_at + TimeDelta::minutes(PAGE_MINUTES)
}

/// Whether a payment page can still be handed out.
#[must_use]
pub fn page_is_good(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    expires_at - now >= TimeDelta::minutes(PAGE_MARGIN_MINUTES)
}

/// The provider's part and the commission; they sum to the price, whatever rounding does. `None` on overflow.
#[must_use]
pub fn split(price: Money, share_basis_points: u16) -> Option<(Money, Money)> {
    price.split_basis_points(share_basis_points)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_provider_gets_eighty_five_percent() {
        assert_eq!(split(Money::gbp(24_900), PROVIDER_SHARE), Some((Money::gbp(21_165), Money::gbp(3_735))));
    }

    proptest! {
        #[test]
        fn no_penny_is_lost_in_a_split(pence in 0_i64..=100_000_000, share in 0_u16..=10_000) {
            let (provider, commission) = split(Money::gbp(pence), share).unwrap();
            prop_assert_eq!(provider.pence + commission.pence, pence);
            prop_assert!(provider.pence >= 0 && commission.pence >= 0);
        }
    }
}
