//! Recovery codes: for the day that the phone is gone. Pure rules.

use guildhall_kernel::Chance;
use guildhall_types::UserId;
use sha2::{Digest, Sha256};

/// How many there are at a time.
pub(crate) const COUNT: usize = 10;
/// 80 bits: more than anybody guesses, online or from a stolen database.
const LENGTH: usize = 16;
/// Crockford's base 32: no letter that reads like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new code, `x7k2-9qfe-4m0t-w3ha`.
pub(crate) fn draw(chance: &Chance) -> String {
    let random = chance.secret();
    let mut code = String::with_capacity(LENGTH + 3);
    for (place, byte) in random.iter().take(LENGTH).enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32: every letter is as likely.
        code.push(ALPHABET.get(usize::from(byte & 31)).map_or('0', |letter| char::from(*letter)));
    }
    code
}

/// A code as people type it, in the one way of writing it; nothing when it can't be one.
pub(crate) fn parse(entered: &str) -> Option<String> {
    let mut plain = String::with_capacity(LENGTH);
    for c in entered.chars().filter(|c| !c.is_whitespace() && *c != '-').take(LENGTH + 1) {
        plain.push(match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c if u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte)) => c,
            _ => return None,
        });
    }
    (plain.len() == LENGTH).then_some(plain)
}

/// What is stored: bound to the person, so that equal codes of two people look unlike.
pub(crate) fn hash(user: UserId, plain: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(user.0.as_bytes());
    hash.update(plain.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_differ_and_can_be_typed() {
        let chance = Chance::seeded(3);
        let codes: Vec<String> = (0..100).map(|_| draw(&chance)).collect();
        let plain: std::collections::BTreeSet<String> = codes.iter().map(|code| parse(code).unwrap()).collect();
        assert_eq!(plain.len(), 100);
        let code = &codes[0];
        assert_eq!(code.len(), 19);
        assert_eq!(parse(&code.to_uppercase().replace('-', " ")), parse(code));
        assert_eq!(parse(&code.replace('0', "O").replace('1', "l")), parse(code));
    }

    #[test]
    fn a_code_is_bound_to_its_person() {
        let (ada, bob) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        assert_ne!(hash(ada, "0123456789abcdef"), hash(bob, "0123456789abcdef"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            if let Some(plain) = parse(&text) {
                prop_assert_eq!(plain.len(), LENGTH);
                prop_assert_eq!(parse(&plain), Some(plain));
            }
        }
    }
}
