//! People's names.

use guildhall_types::form::NAME_MAX;

/// What a person is called: anything that people write, on one line, without links, since it stands in mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// # Errors
    /// What the person should do.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err("Enter your name");
        }
        if name.chars().count() > NAME_MAX {
            return Err("Enter a name of 100 characters or fewer");
        }
        if name.chars().any(|c| c.is_control() || is_invisible(c)) {
            return Err("Enter a name without control characters");
        }
        let lower = name.to_lowercase();
        if lower.contains("://") || lower.contains("www.") || lower.contains('@') {
            return Err("Enter a name without web or email addresses");
        }
        Ok(Self(name))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that turn text around or can't be seen: they can make one name look like another.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_taken_as_they_are() {
        for name in [
            "Ada Lovelace",
            "Siân O'Brien-Õpik",
            "李小龍",
            "Robert'); drop table users;--",
            "<b>Bob</b>",
            "J. R. R. Tolkien",
        ] {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(PersonName::parse("  Ada \n Lovelace ").unwrap().as_str(), "Ada Lovelace");
        for name in ["", "   ", "see https://evil.test", "www.evil.test", "a\0b", "me@evil.test", "abc\u{202e}def"] {
            assert!(PersonName::parse(name).is_err(), "{name:?}");
        }
        assert!(PersonName::parse(&"é".repeat(100)).is_ok());
        assert!(PersonName::parse(&"é".repeat(101)).is_err());
    }

    proptest! {
        #[test]
        fn a_name_is_one_line(text in any::<String>()) {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert!(!name.as_str().contains(char::is_control));
                prop_assert!((1..=NAME_MAX).contains(&name.as_str().chars().count()));
            }
        }
    }
}
