//! Filters (RFC 7644, 3.4.2.2): one attribute that equals one text, which is what directories ask to find a resource again.

use super::error::ScimError;

/// `attribute eq "value"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// In lower case, without a schema before it.
    pub(crate) attribute: String,
    pub(crate) value: String,
}

impl Filter {
    /// # Errors
    /// `invalidFilter` for everything else.
    pub(crate) fn parse(text: &str) -> Result<Self, ScimError> {
        let wrong = || {
            ScimError::new(
                400,
                Some("invalidFilter"),
                "Only a filter like userName eq \"name@example.com\" is understood.",
            )
        };
        let text = text.trim();
        if text.len() > 1_000 {
            return Err(wrong());
        }
        let (attribute, rest) = text.split_once(char::is_whitespace).ok_or_else(wrong)?;
        let (operator, value) = rest.trim_start().split_once(char::is_whitespace).ok_or_else(wrong)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(wrong());
        }
        let value = value.trim();
        // A JSON string, its escapes included, and nothing after it.
        let value =
            if value.starts_with('"') { serde_json::from_str(value).map_err(|_| wrong())? } else { value.to_owned() };
        let plain = attribute.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_$".contains(&byte));
        let attribute = attribute.rsplit_once(':').map_or(attribute, |(_, attribute)| attribute).to_ascii_lowercase();
        if plain && !attribute.is_empty() && !value.is_empty() { Ok(Self { attribute, value }) } else { Err(wrong()) }
    }
}
