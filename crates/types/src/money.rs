//! Money is integer minor units (pence) with a currency; never a float.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that the marketplace trades in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Currency {
    /// Pound sterling; two decimal places.
    #[default]
    #[serde(rename = "GBP")]
    Gbp,
}

impl Currency {
    /// The ISO 4217 alphabetic code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gbp => "GBP",
        }
    }
}

/// A sum in minor units (pence) of one currency. May be negative in the ledger; prices never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub pence: i64,
    pub currency: Currency,
}

impl Money {
    pub const ZERO: Self = Self::gbp(0);

    /// A sum of pounds sterling, in pence.
    #[must_use]
    pub const fn gbp(pence: i64) -> Self {
        Self { pence, currency: Currency::Gbp }
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.pence == 0
    }

    /// `None` when the currencies differ or the sum overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self { pence: self.pence.checked_add(other.pence)?, currency: self.currency })
    }

    /// `None` when the currencies differ or the difference overflows.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self { pence: other.pence.checked_neg()?, currency: other.currency })
    }

    /// Splits off a share given in basis points (1/100 of a percent), rounded half up to the penny.
    /// The two parts always sum to the whole: the rest takes what rounding leaves. `None` on overflow.
    #[must_use]
    pub fn split_basis_points(self, share: u16) -> Option<(Self, Self)> {
        let part = i64::try_from((i128::from(self.pence) * i128::from(share) + 5_000).div_euclid(10_000)).ok()?;
        let rest = self.pence.checked_sub(part)?;
        Some((Self { pence: part, ..self }, Self { pence: rest, ..self }))
    }

    /// As people read it: `£249.00`, `£1,249.00`, `-£3.50`.
    #[must_use]
    pub fn display(self) -> String {
        self.to_string()
    }

    /// As a price tag: `Free` for nothing, else as [`Money::display`].
    #[must_use]
    pub fn price_label(self) -> String {
        if self.is_zero() { "Free".to_owned() } else { self.to_string() }
    }

    /// Decimal pounds without a sign or separators, for machine-readable places: `249.00`.
    #[must_use]
    pub fn decimal(self) -> String {
        let sign = if self.pence < 0 { "-" } else { "" };
        let pence = self.pence.unsigned_abs();
        format!("{sign}{}.{:02}", pence / 100, pence % 100)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pence = self.pence.unsigned_abs();
        let pounds = (pence / 100).to_string();
        if self.pence < 0 {
            f.write_str("-")?;
        }
        f.write_str("£")?;
        for (position, digit) in pounds.chars().enumerate() {
            if position > 0 && (pounds.len() - position).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{:02}", pence % 100)
    }
}

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseMoneyError {
    #[error("write the price in pounds, like 249 or 249.50")]
    NotAPrice,
    #[error("a price can't be below zero")]
    Negative,
    #[error("a price has at most two decimal places")]
    TooPrecise,
    #[error("that price is too high")]
    TooLarge,
}

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads decimal pounds: `249`, `249.5`, `249.50`, `£1,249.00`. Never below zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let text = text.strip_prefix('£').unwrap_or(text);
        if text.starts_with('-') {
            return Err(ParseMoneyError::Negative);
        }
        let (pounds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let pounds: String = pounds.chars().filter(|character| *character != ',').collect();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(&pounds) || !(fraction.is_empty() || digits(fraction)) {
            return Err(ParseMoneyError::NotAPrice);
        }
        if fraction.len() > 2 {
            return Err(ParseMoneyError::TooPrecise);
        }
        let pounds: i64 = pounds.parse().map_err(|_| ParseMoneyError::TooLarge)?;
        let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| ParseMoneyError::NotAPrice)?;
        pounds
            .checked_mul(100)
            .and_then(|pence| pence.checked_add(fraction))
            .filter(|pence| *pence <= 100_000_000)
            .map(Self::gbp)
            .ok_or(ParseMoneyError::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_like_a_price() {
        assert_eq!(Money::gbp(24_900).to_string(), "£249.00");
        assert_eq!(Money::gbp(123_456_789).to_string(), "£1,234,567.89");
        assert_eq!(Money::gbp(-350).to_string(), "-£3.50");
        assert_eq!(Money::ZERO.price_label(), "Free");
    }

    #[test]
    fn refuses_what_is_no_price() {
        assert_eq!("abc".parse::<Money>(), Err(ParseMoneyError::NotAPrice));
        assert_eq!("1.234".parse::<Money>(), Err(ParseMoneyError::TooPrecise));
        assert_eq!("-1".parse::<Money>(), Err(ParseMoneyError::Negative));
        assert_eq!("99999999999999999999".parse::<Money>(), Err(ParseMoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn a_split_loses_no_penny(pence in -1_000_000_000_i64..1_000_000_000, share in 0_u16..=10_000) {
            let (part, rest) = Money::gbp(pence).split_basis_points(share).ok_or_else(|| TestCaseError::fail("overflow"))?;
            prop_assert_eq!(part.pence + rest.pence, pence);
            let exact = i128::from(pence) * i128::from(share);
            prop_assert!((i128::from(part.pence) * 10_000 - exact).abs() <= 5_000);
        }

        #[test]
        fn what_is_shown_reads_back(pence in 0_i64..=100_000_000) {
            let money = Money::gbp(pence);
            prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
            prop_assert_eq!(money.decimal().parse::<Money>(), Ok(money));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<Money>();
        }
    }
}
