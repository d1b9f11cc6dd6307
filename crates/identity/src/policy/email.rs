//! E-mail addresses.

use std::fmt;

use guildhall_types::form::EMAIL_MAX;

/// An address as it is stored and compared: trimmed and in lower case, plain ASCII, one `@`, a domain with a dot, and
/// nothing that could end a mail's header or start another.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

const FORMAT: &str = "Enter an email address in the correct format, like name@example.com";

impl EmailAddress {
    /// # Errors
    /// What the person should do.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err("Enter your email address");
        }
        if text.len() > EMAIL_MAX {
            return Err("Enter an email address of 254 characters or fewer");
        }
        let address = text.to_ascii_lowercase();
        let (local, domain) = address.split_once('@').ok_or(FORMAT)?;
        if is_local(local) && is_domain(domain) { Ok(Self(address)) } else { Err(FORMAT) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

/// RFC 5321's dot-string: atoms with single dots between them. Quoted local parts are real but nobody's.
fn is_local(local: &str) -> bool {
    local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
        })
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address is personal: logs show that there is one, not which.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_s_addresses_are_taken() {
        for (typed, stored) in [
            ("  Ada@Example.COM ", "ada@example.com"),
            ("o'brien+courses@mail.example.co.uk", "o'brien+courses@mail.example.co.uk"),
            ("a@b.test", "a@b.test"),
            ("x@xn--caf-dma.example", "x@xn--caf-dma.example"),
        ] {
            assert_eq!(EmailAddress::parse(typed).unwrap().as_str(), stored);
        }
    }

    #[test]
    fn what_is_no_address_or_could_break_a_header_is_not() {
        for typed in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a@b@c.test",
            "a b@c.test",
            "a@c.test\nBcc: everyone@c.test",
            "a@c.test\r\n",
            "a\0@c.test",
            "a@c..test",
            "a@.c.test",
            "a.@c.test",
            ".a@c.test",
            "a..b@c.test",
            "<a@c.test>",
            "a@c.test,b@c.test",
            "\"a\"@c.test",
            "a@-c.test",
            "ada@ex\u{430}mple.com",
            "\u{e9}@c.test",
            "a@[127.0.0.1]",
            "Ada <ada@example.com>",
        ] {
            // Trimming takes a line break at the very end away, which is what people paste.
            if typed.trim() == "a@c.test" {
                assert_eq!(EmailAddress::parse(typed).unwrap().as_str(), "a@c.test");
            } else {
                assert!(EmailAddress::parse(typed).is_err(), "{typed:?}");
            }
        }
        let long = format!("{}@example.com", "a".repeat(243));
        assert!(EmailAddress::parse(&long).is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_what_it_takes_is_safe(text in "\\PC{0,300}|[a-zA-Z0-9.@+\\r\\n <>,-]{0,40}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let address = address.as_str();
                prop_assert!(address.is_ascii() && address.len() <= EMAIL_MAX);
                prop_assert_eq!(address.matches('@').count(), 1);
                prop_assert!(!address.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]".contains(c)));
                prop_assert!(EmailAddress::parse(address).unwrap().as_str() == address);
            }
        }

        #[test]
        fn usual_addresses_are_taken(local in "[a-z0-9]{1,12}([.+_-][a-z0-9]{1,8})?", domain in "[a-z0-9]{1,10}(-[a-z0-9]{1,5})?\\.(com|co\\.uk|test)") {
            let address = format!("{local}@{domain}");
            prop_assert!(EmailAddress::parse(&address.to_uppercase()).unwrap().as_str() == address);
        }
    }
}
