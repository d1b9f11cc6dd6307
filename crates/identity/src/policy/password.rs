//! What a new password must be: long enough, and not one that everybody tries first (NIST SP 800-63B, 3.1.1.2: length and a
//! block list, no rules of composition).

use std::{collections::HashSet, fmt, sync::LazyLock};

use guildhall_types::form::PASSWORD;

use super::EmailAddress;

/// A password that may be chosen. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

const COMMON: &str = "Choose a password that is harder to guess: this one is on the lists that attackers try first";
const SIMPLE: &str = "Choose a password that is harder to guess: not one character or pattern again and again";
const OWN_ADDRESS: &str = "Choose a password that does not contain your email address";

/// Common passwords of 12 characters and more, in lower case, letters and digits only.
static PASSWORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(include_str!("common_passwords.txt")));
/// Words that are common passwords once digits and signs are put around them.
static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(include_str!("common_words.txt")));

fn lines(text: &'static str) -> HashSet<&'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

impl NewPassword {
    /// # Errors
    /// What the person should do.
    pub fn parse(text: &str, email: Option<&EmailAddress>) -> Result<Self, &'static str> {
        let length = text.chars().count();
        if length == 0 {
            return Err("Enter a password");
        }
        if length < *PASSWORD.start() {
            return Err("Enter a password of 12 characters or more");
        }
        if length > *PASSWORD.end() {
            return Err("Enter a password of 128 characters or fewer");
        }
        if text.contains('\0') {
            return Err("Enter a password without control characters");
        }
        let lower = text.to_lowercase();
        if has_few_characters(&lower) || is_walk(&lower) {
            return Err(SIMPLE);
        }
        if is_common(&lower) {
            return Err(COMMON);
        }
        if email.is_some_and(|email| holds_address(&lower, email)) {
            return Err(OWN_ADDRESS);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

/// One character, or three or four, over and over.
fn has_few_characters(lower: &str) -> bool {
    lower.chars().collect::<HashSet<_>>().len() < 5
}

/// Nothing but runs along the alphabet, the digits or a row of the keyboard, there or back: `qwertyuiop1234`.
fn is_walk(lower: &str) -> bool {
    const LINES: [&str; 7] = [
        "abcdefghijklmnopqrstuvwxyza",
        "01234567890",
        "qwertyuiop[]",
        "asdfghjkl;'",
        "zxcvbnm,./",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
        "!@#$%^&*()",
    ];
    let follows = |from: char, to: char, back: bool| {
        LINES.iter().any(|line| {
            line.chars()
                .zip(line.chars().skip(1))
                .any(|(left, right)| if back { (from, to) == (right, left) } else { (from, to) == (left, right) })
        })
    };
    let characters: Vec<char> = lower.chars().filter(|c| !c.is_whitespace()).collect();
    let mut steps = 0;
    for (from, to) in characters.iter().zip(characters.iter().skip(1)) {
        if follows(*from, *to, false) || follows(*from, *to, true) {
            steps += 1;
        }
    }
    // A walk of 12 characters has 11 steps; a turn loses one. Ordinary phrases have few.
    characters.len() >= 2 && steps * 10 >= (characters.len() - 1) * 7
}

fn is_common(lower: &str) -> bool {
    let bare: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if PASSWORDS.contains(bare.as_str()) {
        return true;
    }
    // `P@ssw0rd2026!` is `password` with something around it.
    [lower.to_owned(), unleet(lower)].iter().any(|text| {
        let inner: String =
            text.trim_matches(|c: char| !c.is_alphabetic()).chars().filter(|c| c.is_alphanumeric()).collect();
        let letters = inner.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        is_word_again_and_again(&inner) || (inner.len() <= letters.len() + 4 && is_word_again_and_again(&letters))
    })
}

/// One common word, once or repeated.
fn is_word_again_and_again(text: &str) -> bool {
    (1..=text.len()).filter(|length| text.len().is_multiple_of(*length)).any(|length| {
        text.get(..length).is_some_and(|unit| WORDS.contains(unit) && unit.repeat(text.len() / length) == text)
    })
}

/// Takes back the usual replacements of letters, up to the digits and signs at the end, which are decoration.
fn unleet(lower: &str) -> String {
    let end = lower.trim_end_matches(|c: char| !c.is_alphabetic()).len();
    let (word, decoration) = lower.split_at(end);
    let mut plain: String = word
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    plain.push_str(decoration);
    plain
}

/// The address itself, or what stands before its `@` where that is long enough to be no accident.
fn holds_address(lower: &str, email: &EmailAddress) -> bool {
    let local = email.local();
    lower.contains(email.as_str()) || (local.len() >= 4 && lower.contains(local))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(password: &str) -> Option<&'static str> {
        NewPassword::parse(password, Some(&EmailAddress::parse("grace.hopper@example.com").unwrap())).err()
    }

    #[test]
    fn good_ones_are_taken() {
        for password in [
            "violet kettle 42 harbour",
            "tangerine-orbit-1987",
            "Correct_Pony_Cell_Clip",
            "zwölf lange Wörter",
            "パスワードは長いほうがいいです",
            "x7#Kq!m2Lp@9vR",
            "the rain in Ely falls",
            " spaces count too ",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn common_ones_are_refused() {
        for password in [
            "password1234",
            "Password2026!",
            "P@ssw0rd2026!!",
            "passwordpassword",
            "correct horse battery staple",
            "Liverpool2026!",
            "iloveyou12345",
            "letmeinletmein",
            "Welcome12345!",
            "administrator1",
            "Summer2026!!!",
            "thisismypassword",
            "Qwerty123456!",
            "changeme123456",
        ] {
            assert!(refused(password).is_some(), "{password}");
        }
    }

    #[test]
    fn patterns_are_refused() {
        for password in [
            "aaaaaaaaaaaa",
            "abababababab",
            "abcabcabcabc",
            "123456789012",
            "abcdefghijkl",
            "qwertyuiop12",
            "lkjhgfdsapoiuy",
            "1qaz2wsx3edc4rfv",
            "987654321098",
        ] {
            assert!(refused(password).is_some(), "{password}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(refused("short but no").is_none());
        assert_eq!(refused("elevenchars"), Some("Enter a password of 12 characters or more"));
        assert_eq!(refused(""), Some("Enter a password"));
        let base = "violet kettle harbour ";
        assert!(refused(&base.repeat(6).chars().take(128).collect::<String>()).is_none());
        assert!(refused(&base.repeat(6).chars().take(129).collect::<String>()).is_some());
    }

    #[test]
    fn the_own_address_is_refused() {
        assert_eq!(refused("Grace.Hopper-is-me"), Some(OWN_ADDRESS));
        let short = EmailAddress::parse("al@example.com").unwrap();
        assert!(NewPassword::parse("alpine meadow 77", Some(&short)).is_ok());
    }

    #[test]
    fn the_lists_are_as_they_should_be() {
        assert!(PASSWORDS.len() >= 300, "{}", PASSWORDS.len());
        assert!(WORDS.len() >= 200, "{}", WORDS.len());
        for entry in PASSWORDS.iter() {
            assert!(
                entry.len() >= 12 && entry.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
                "{entry}"
            );
        }
        for entry in WORDS.iter() {
            assert!(entry.chars().all(|c| c.is_ascii_lowercase()), "{entry}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_panic(text in any::<String>()) {
            if let Ok(password) = NewPassword::parse(&text, None) {
                prop_assert_eq!(password.as_str(), text.as_str());
                prop_assert!(PASSWORD.contains(&text.chars().count()));
            }
        }
    }
}
