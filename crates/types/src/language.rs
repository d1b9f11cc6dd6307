//! The language that a course is in. Pages are in English; what a course says in another language is marked as such, so that
//! screen readers, hyphenation and translators take it for what it is (WCAG 3.1.2).

/// Names of the languages that courses come in, by their primary subtag (BCP 47).
const NAMES: [(&str, &str); 14] = [
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("cy", "Welsh"),
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("ga", "Irish"),
    ("gd", "Scottish Gaelic"),
    ("gu", "Gujarati"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("ro", "Romanian"),
    ("ur", "Urdu"),
];

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// The value of `lang` for a course's own words; none where they are in the page's language anyway.
#[must_use]
pub fn attribute(tag: &str) -> Option<String> {
    let plain = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && !primary(tag).eq_ignore_ascii_case("en")).then(|| tag.to_owned())
}

/// The language's name in English; its tag where we have no name for it.
#[must_use]
pub fn name(tag: &str) -> &str {
    let known = NAMES.iter().find(|(subtag, _)| primary(tag).eq_ignore_ascii_case(subtag));
    known.map_or(tag, |(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_languages_are_marked() {
        assert_eq!(attribute("cy").as_deref(), Some("cy"));
        assert_eq!(attribute("cy-GB").as_deref(), Some("cy-GB"));
        for english in ["en", "en-GB", "EN-us", "", "\"x"] {
            assert_eq!(attribute(english), None, "{english}");
        }
    }

    #[test]
    fn languages_have_names() {
        assert_eq!(
            (name("cy"), name("en-GB"), name("gd-GB"), name("tlh")),
            ("Welsh", "English", "Scottish Gaelic", "tlh")
        );
    }
}
