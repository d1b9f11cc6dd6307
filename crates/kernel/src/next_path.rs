//! Where somebody may be sent on to: paths of this site and nothing else.

/// The most that a path with its query may weigh, in bytes.
const LONGEST: usize = 2_000;

/// `next` when it is a path of this site, with its query and fragment; `None` when it could lead anywhere else.
///
/// Browsers read `\` as `/` and drop tabs and line breaks before they look where an address leads
/// (<https://url.spec.whatwg.org/#concept-basic-url-parser>), so none of them may be there at all; nor may anything that a
/// header can't hold. Dot segments are refused as well, written out or encoded: `/.//evil.test` is harmless to a browser, but
/// not to everything that joins paths.
#[must_use]
pub fn next_path(next: &str) -> Option<&str> {
    let starts_here = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.len() <= LONGEST && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (starts_here && is_plain && !has_dot_segment(next)).then_some(next)
}

fn has_dot_segment(next: &str) -> bool {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn own_paths_are_followed() {
        for own in [
            "/",
            "/learn",
            "/checkout/prompting?step=2#pay",
            "/courses?q=a%20b",
            "/a//b",
            "/x?to=https://b.test",
            "/.well-known/x",
        ] {
            assert_eq!(next_path(own), Some(own));
        }
    }

    #[test]
    fn nothing_else_is() {
        for foreign in [
            "",
            "learn",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            " //evil.test",
            "https://evil.test",
            "https:evil.test",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "/caf\u{e9}",
            "/a b",
            "/.//evil.test",
            "/..//evil.test",
            "/%2e%2E//evil.test",
            "/a/../b",
        ] {
            assert_eq!(next_path(foreign), None, "{foreign:?}");
        }
        assert_eq!(next_path(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    /// What a browser does with the text, so far as it decides which host it leads to.
    fn leads_to_another_host(next: &str) -> bool {
        let seen: String = next
            .trim_matches(|character: char| character <= ' ')
            .chars()
            .filter(|character| !matches!(character, '\t' | '\n' | '\r'))
            .map(|character| if character == '\\' { '/' } else { character })
            .collect();
        !seen.starts_with('/') || seen.starts_with("//")
    }

    proptest! {
        #[test]
        fn whatever_is_let_through_stays_here(next in prop_oneof![
            any::<String>(),
            "[/\\\\\t\r\n .%2eE:a?#@-]{0,12}",
            "/[/\\\\\t\r\n .%2eE:a?#@-]{0,12}",
        ]) {
            if let Some(path) = next_path(&next) {
                prop_assert!(!leads_to_another_host(path), "{:?}", path);
                prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
