//! Markup as text, for what a page repeats dozens of times: as a view of nested elements a card or a facet's row costs many
//! times as much to render. Whatever comes from outside goes in by [`Markup::text`] or [`Markup::attribute`], which escape it.

use std::fmt::{Display, Write};

use leptos::tachys::html::InertElement;

/// HTML under construction.
#[derive(Debug, Default)]
pub struct Markup(String);

impl Markup {
    #[must_use]
    pub fn new() -> Self {
        Self(String::with_capacity(768))
    }

    /// HTML of our own, or sanitised already.
    #[must_use]
    pub fn html(mut self, html: &str) -> Self {
        self.0.push_str(html);
        self
    }

    /// Text between tags.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        let mut clean = 0;
        for (at, byte) in text.bytes().enumerate() {
            let entity = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                _ => continue,
            };
            self.0.push_str(text.get(clean..at).unwrap_or_default());
            self.0.push_str(entity);
            clean = at + 1;
        }
        self.0.push_str(text.get(clean..).unwrap_or_default());
        self
    }

    /// ` name="value"`.
    #[must_use]
    pub fn attribute(self, name: &'static str, value: &str) -> Self {
        self.html(" ").html(name).html("=\"").text(value).html("\"")
    }

    /// A number, or another thing whose text has nothing to escape.
    #[must_use]
    pub fn number(mut self, number: impl Display) -> Self {
        // Writing into a string does not fail.
        let _ = write!(self.0, "{number}");
        self
    }

    /// Another piece.
    #[must_use]
    pub fn append(self, piece: Self) -> Self {
        self.html(&piece.0)
    }

    /// Goes on only where there is something to say.
    #[must_use]
    pub fn when(self, condition: bool, more: impl FnOnce(Self) -> Self) -> Self {
        if condition { more(self) } else { self }
    }

    /// As a view: one element, or several of one parent.
    #[must_use]
    pub fn view(self) -> InertElement {
        InertElement::new(self.0)
    }

    #[cfg(test)]
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let hostile = "<script>alert('x')</script> & \"more\" – £5";
        let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot; – £5";
        assert_eq!(Markup::new().text(hostile).into_string(), escaped);
        assert_eq!(Markup::new().attribute("title", hostile).into_string(), format!(" title=\"{escaped}\""));
        assert_eq!(Markup::new().html("<b>").number(4.55_f64).html("</b>").into_string(), "<b>4.55</b>");
        assert_eq!(Markup::new().text("").into_string(), "");
    }
}
