//! Where somebody may be sent on to: paths of this site, whatever an address or a form says.

/// The longest that is followed, in bytes.
const MOST: usize = 2_000;

/// `text` when it is a path of this site (with its query and fragment), nothing when it could lead anywhere else.
///
/// Browsers read `\` as `/` and drop tabs and line breaks (WHATWG URL, 4.4), so none of them may be there at all.
#[must_use]
pub fn parse(text: &str) -> Option<&str> {
    let starts_here = text.starts_with('/') && !text.starts_with("//");
    let is_plain =
        text.len() <= MOST && text.is_ascii() && !text.chars().any(|c| c == '\\' || c.is_ascii_control() || c == ' ');
    (starts_here && is_plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn own_paths_alone() {
        for own in ["/", "/learn", "/checkout/prompting?step=2#pay", "/courses?q=a%20b", "/a?next=https://evil.test"] {
            assert_eq!(parse(own), Some(own));
        }
        for foreign in [
            "",
            "learn",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "/a\r\nSet-Cookie: x",
            "/caf\u{e9}",
            " //evil.test",
            "/a b",
            "/\u{7f}",
        ] {
            assert_eq!(parse(foreign), None, "{foreign:?}");
        }
        assert_eq!(parse(&format!("/{}", "a".repeat(MOST))), None);
    }

    proptest! {
        #[test]
        fn what_is_followed_stays_here(text in "[/\\\\a-z:.@\\t\\r\\n ?#%0-9é]{0,40}") {
            if let Some(path) = parse(&text) {
                prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
                prop_assert!(path.bytes().all(|b| (0x21..0x7f).contains(&b)));
            }
        }

        #[test]
        fn anything_is_read_without_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
