//! The test cards, and what is wrong with what somebody typed instead of one.
//!
//! Only numbers from Stripe's own list of test cards are taken; of a card only its brand, last four digits and expiry
//! are kept.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

/// What the bank will say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Succeed,
    Authenticate,
    Decline { code: &'static str, decline_code: Option<&'static str>, message: &'static str },
}

/// A card that the sandbox knows.
#[derive(Debug, Clone, Copy)]
pub struct TestCard {
    pub number: &'static str,
    pub brand: &'static str,
    pub behaviour: Behaviour,
    /// For the list on the index page.
    pub meaning: &'static str,
}

const fn declined(
    number: &'static str,
    code: &'static str,
    decline_code: Option<&'static str>,
    message: &'static str,
    meaning: &'static str,
) -> TestCard {
    TestCard { number, brand: "visa", behaviour: Behaviour::Decline { code, decline_code, message }, meaning }
}

const fn accepted(number: &'static str, brand: &'static str, meaning: &'static str) -> TestCard {
    TestCard { number, brand, behaviour: Behaviour::Succeed, meaning }
}

/// <https://docs.stripe.com/testing>
pub const TEST_CARDS: &[TestCard] = &[
    accepted("4242424242424242", "visa", "Succeeds"),
    declined("4000000000000002", "card_declined", Some("generic_decline"), "Your card was declined.", "Is declined"),
    TestCard {
        number: "4000002500003155",
        brand: "visa",
        behaviour: Behaviour::Authenticate,
        meaning: "Asks for authentication",
    },
    TestCard {
        number: "4000002760003184",
        brand: "visa",
        behaviour: Behaviour::Authenticate,
        meaning: "Asks for authentication, always",
    },
    declined(
        "4000000000009995",
        "card_declined",
        Some("insufficient_funds"),
        "Your card has insufficient funds.",
        "Is declined: insufficient funds",
    ),
    declined(
        "4000000000000069",
        "expired_card",
        Some("expired_card"),
        "Your card has expired.",
        "Is declined: expired",
    ),
    declined(
        "4000000000000127",
        "incorrect_cvc",
        Some("incorrect_cvc"),
        "Your card's security code is incorrect.",
        "Is declined: wrong security code",
    ),
    declined(
        "4000000000000119",
        "processing_error",
        Some("processing_error"),
        "An error occurred while processing your card. Try again in a little bit.",
        "Is declined: processing error",
    ),
    accepted("4000058260000005", "visa", "Succeeds (Visa debit, UK)"),
    accepted("5555555555554444", "mastercard", "Succeeds (Mastercard)"),
    accepted("378282246310005", "amex", "Succeeds (American Express: four-digit security code)"),
];

/// What is kept of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub brand: String,
    pub last4: String,
    pub exp_month: u32,
    pub exp_year: i32,
}

/// What is wrong, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    pub number: Option<&'static str>,
    pub expiry: Option<&'static str>,
    pub cvc: Option<&'static str>,
}

/// Checks a card as typed; spaces and hyphens in the number do not matter.
pub fn check(number: &str, expiry: &str, cvc: &str, now: DateTime<Utc>) -> Result<(Behaviour, Used), Problems> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let card = check_number(&digits);
    let cvc_length = if digits.starts_with("34") || digits.starts_with("37") { 4 } else { 3 };
    let expiry = check_expiry(expiry, now);
    let cvc_problem = check_cvc(cvc.trim(), cvc_length);
    match (card, expiry, cvc_problem) {
        (Ok(card), Ok((exp_month, exp_year)), None) => {
            let last4 = digits.chars().skip(digits.len().saturating_sub(4)).collect();
            Ok((card.behaviour, Used { brand: card.brand.to_owned(), last4, exp_month, exp_year }))
        }
        (card, expiry, cvc) => Err(Problems { number: card.err(), expiry: expiry.err(), cvc }),
    }
}

fn check_number(digits: &str) -> Result<TestCard, &'static str> {
    if digits.is_empty() {
        return Err("Enter a card number");
    }
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err("A card number has only digits");
    }
    if !(12..=19).contains(&digits.len()) {
        return Err("Your card number is incomplete");
    }
    if !passes_luhn(digits) {
        return Err("Your card number is invalid: check for a mistyped digit");
    }
    let known = TEST_CARDS.iter().find(|card| card.number == digits).copied();
    known.ok_or("This is the sandbox: use a test card, such as 4242 4242 4242 4242, never a real one")
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Reads `12 / 34`, `12/34`, `1234` or `12/2034`; a card is good to the end of its month.
fn check_expiry(expiry: &str, now: DateTime<Utc>) -> Result<(u32, i32), &'static str> {
    const SHAPE: &str = "Enter the expiry date as month and year, like 09 / 34";
    let expiry: String = expiry.chars().filter(|c| !c.is_whitespace()).collect();
    if expiry.is_empty() {
        return Err("Enter an expiry date");
    }
    let (month, year) = match expiry.split_once(['/', '-']) {
        Some(parts) => parts,
        None => expiry.split_at_checked(2).ok_or(SHAPE)?,
    };
    if !month.bytes().chain(year.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(SHAPE);
    }
    let month: u32 = month.parse().map_err(|_| SHAPE)?;
    let year: i32 = match year.len() {
        2 => 2000 + year.parse::<i32>().map_err(|_| SHAPE)?,
        4 => year.parse().map_err(|_| SHAPE)?,
        _ => return Err(SHAPE),
    };
    if !(1..=12).contains(&month) {
        return Err("The month of the expiry date must be between 01 and 12");
    }
    if (year, month) < (now.year(), now.month()) {
        return Err("Your card's expiry date is in the past");
    }
    if year > now.year() + 50 {
        return Err("The year of the expiry date is too far ahead");
    }
    Ok((month, year))
}

fn check_cvc(cvc: &str, length: usize) -> Option<&'static str> {
    match (cvc.is_empty(), length) {
        (true, _) => Some("Enter the security code"),
        (false, _) if cvc.len() == length && cvc.bytes().all(|byte| byte.is_ascii_digit()) => None,
        (false, 4) => Some("The security code of this card has 4 digits"),
        _ => Some("The security code has 3 digits"),
    }
}

/// A card number in the groups that it is printed in.
pub fn spaced(number: &str) -> String {
    let mut text = String::new();
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2027, 3, 31, 23, 0, 0).unwrap()
    }

    #[test]
    fn every_test_card_passes_its_own_check() {
        for card in TEST_CARDS {
            let cvc = if card.brand == "amex" { "1234" } else { "123" };
            let (behaviour, used) = check(&spaced(card.number), "12 / 34", cvc, now()).unwrap();
            assert_eq!(behaviour, card.behaviour);
            assert!(card.number.ends_with(&used.last4));
            assert_eq!((used.exp_month, used.exp_year), (12, 2034));
        }
    }

    #[test]
    fn a_card_is_good_to_the_end_of_its_month() {
        assert!(check("4242424242424242", "03/27", "123", now()).is_ok());
        let problems = check("4242424242424242", "02/27", "123", now()).unwrap_err();
        assert_eq!(problems.expiry, Some("Your card's expiry date is in the past"));
    }

    #[test]
    fn each_field_has_its_own_error() {
        let problems = check("4242424242424241", "13/34", "12", now()).unwrap_err();
        assert!(problems.number.unwrap().contains("mistyped"));
        assert!(problems.expiry.unwrap().contains("month"));
        assert!(problems.cvc.unwrap().contains("3 digits"));
        let real = check("4012888888881881", "12/34", "123", now()).unwrap_err();
        assert!(real.number.unwrap().contains("test card"));
    }

    #[test]
    fn odd_text_is_refused_quietly() {
        for text in ["", " ", "/", "é/é", "1é34", "99999999999999999999", "12/", "/34", "+1/34", "\u{0}"] {
            assert!(check(text, text, text, now()).is_err(), "{text:?}");
        }
    }
}
