//! [`MaybeText`]: a text that may be missing, as a component's property.
//!
//! It takes `"literal"`, `String`, `Option<String>` and `Option<&'static str>` alike, so that a page can pass a form's
//! error (`Option<String>`) and a fixed hint to the same kind of property. An empty text counts as missing.

use leptos::oco::Oco;

/// An optional text; `None` and `""` both mean "leave it out".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaybeText(Option<Oco<'static, str>>);

impl MaybeText {
    /// The text, if there is one.
    pub fn into_option(self) -> Option<Oco<'static, str>> {
        self.0.filter(|text| !text.is_empty())
    }

    /// Whether there is a text.
    pub fn is_some(&self) -> bool {
        self.0.as_ref().is_some_and(|text| !text.is_empty())
    }

    /// The text as an owned string, empty where there is none.
    pub fn into_string(self) -> String {
        self.0.map(|text| text.to_string()).unwrap_or_default()
    }
}

impl From<&'static str> for MaybeText {
    fn from(text: &'static str) -> Self {
        Self(Some(Oco::Borrowed(text)))
    }
}

impl From<String> for MaybeText {
    fn from(text: String) -> Self {
        Self(Some(Oco::from(text)))
    }
}

impl From<Option<String>> for MaybeText {
    fn from(text: Option<String>) -> Self {
        Self(text.map(Oco::from))
    }
}

impl From<Option<&'static str>> for MaybeText {
    fn from(text: Option<&'static str>) -> Self {
        Self(text.map(Oco::Borrowed))
    }
}

#[cfg(test)]
mod tests {
    use super::MaybeText;

    #[test]
    fn empty_counts_as_missing() {
        assert!(!MaybeText::from("").is_some());
        assert_eq!(MaybeText::from(String::new()).into_option(), None);
        assert!(!MaybeText::from(None::<String>).is_some());
        assert_eq!(MaybeText::from("a").into_string(), "a");
    }
}
