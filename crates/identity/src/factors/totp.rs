//! Time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, six digits, thirty seconds, which is what every
//! authenticator app knows.

use hmac::{Hmac, Mac};
use qrcode::{QrCode, render::svg};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Seconds in a step.
const STEP: i64 = 30;
const DIGITS: usize = 6;
/// Steps that a clock may be ahead or behind.
const DRIFT: i64 = 1;
/// RFC 4226 recommends 160 bits.
pub(crate) const SECRET_BYTES: usize = 20;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step in which a moment lies.
pub(crate) const fn step_at(seconds: i64) -> i64 {
    seconds.div_euclid(STEP)
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    // A key of any length is accepted; none is refused.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    // RFC 4226, 5.3: the last four bits say where the 31 bits begin.
    let offset = digest.last().map_or(0, |byte| usize::from(byte & 0x0f));
    let bytes: [u8; 4] = digest.get(offset..).and_then(|rest| rest.first_chunk().copied()).unwrap_or_default();
    let number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
    format!("{:0DIGITS$}", number % 1_000_000)
}

/// The step whose code this is: one at, before or after `now`, and after `last`.
pub(crate) fn matching_step(secret: &[u8], entered: &str, now: i64, last: i64) -> Option<i64> {
    let present = step_at(now);
    let mut found = None;
    // All are compared, so that the time tells nothing of which.
    for step in present - DRIFT..=present + DRIFT {
        let same: bool = code(secret, step).as_bytes().ct_eq(entered.as_bytes()).into();
        if same && step > last {
            found = Some(step);
        }
    }
    found
}

/// A code as people type it: spaces go, and what is left must be six digits.
pub(crate) fn parse(entered: &str) -> Option<String> {
    let digits: String = entered.chars().filter(|c| !c.is_whitespace() && *c != '-').take(DIGITS + 1).collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// RFC 4648 base 32, without padding: how apps take a secret.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(digit(buffer >> bits));
        }
    }
    if bits > 0 {
        out.push(digit(buffer << (5 - bits)));
    }
    out
}

fn digit(value: u32) -> char {
    usize::try_from(value & 31).ok().and_then(|place| BASE32.get(place)).map_or('A', |byte| char::from(*byte))
}

/// In groups of four, for typing.
pub(crate) fn grouped(text: &str) -> String {
    let mut out = String::new();
    for (place, c) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// The address that an app reads from the QR code (the Key Uri Format of Google Authenticator).
pub(crate) fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, account) = (encode(issuer), encode(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32(secret))
}

/// The QR code as SVG, black on white with its quiet zone whatever the theme: cameras want it so.
pub(crate) fn qr(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let image = code.render::<svg::Color<'_>>().quiet_zone(true).module_dimensions(4, 4).build();
    // The declaration of XML has no place within HTML.
    image.find("<svg").and_then(|start| image.get(start..)).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238() {
        // Appendix B, SHA-1; the last six of its eight digits.
        for (time, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_at(time)), expected, "{time}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226() {
        let codes: Vec<String> = (0..10).map(|counter| code(SECRET, counter)).collect();
        assert_eq!(
            codes,
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
        );
    }

    #[test]
    fn a_step_either_side_and_none_twice() {
        let now = 1_234_567_890;
        let step = step_at(now);
        for drift in -1..=1 {
            assert_eq!(matching_step(SECRET, &code(SECRET, step + drift), now, 0), Some(step + drift));
        }
        for drift in [-3, -2, 2, 3] {
            assert_eq!(matching_step(SECRET, &code(SECRET, step + drift), now, 0), None);
        }
        assert_eq!(matching_step(SECRET, &code(SECRET, step), now, step), None);
        assert_eq!(matching_step(SECRET, &code(SECRET, step - 1), now, step), None, "an older one neither");
    }

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (text, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_address_for_the_app() {
        assert_eq!(
            uri("Guild hall", "ada+x@example.com", SECRET),
            "otpauth://totp/Guild%20hall:ada%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Guild%20hall"
        );
        let svg = qr(&uri("Guildhall", "ada@example.com", SECRET)).unwrap();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && svg.len() < 40_000, "{}", svg.len());
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(parse(" 123 456 "), Some("123456".to_owned()));
        for none in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(secret in any::<Vec<u8>>(), entered in any::<String>(), now in any::<i64>(), last in any::<i64>()) {
            let _ = parse(&entered);
            let _ = matching_step(&secret, &entered, now, last);
            let _ = base32(&secret);
        }

        #[test]
        fn a_mangled_code_is_not_taken(place in 0_usize..6, by in 1_u8..10, now in 0_i64..4_000_000_000) {
            let right = code(SECRET, step_at(now));
            let mut mangled = right.into_bytes();
            mangled[place] = b'0' + (mangled[place] - b'0' + by) % 10;
            let mangled = String::from_utf8(mangled).unwrap();
            let others: Vec<String> = (-1..=1).map(|drift| code(SECRET, step_at(now) + drift)).collect();
            prop_assert_eq!(matching_step(SECRET, &mangled, now, 0).is_some(), others.contains(&mangled) && now > 90);
        }
    }
}
