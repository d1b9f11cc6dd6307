//! Providers write Markdown; pages show safe HTML.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Rendering is pure, so texts that were just rendered are kept; the whole is dropped when it grows past this many.
const KEPT: usize = 1_024;

static RENDERED: LazyLock<RwLock<HashMap<String, String>>> = LazyLock::new(RwLock::default);

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .rm_tags(["img", "details", "summary"])
        .add_tags(["table", "thead", "tbody", "tr", "th", "td"])
        .link_rel(Some("nofollow noopener noreferrer"))
        .url_schemes(["https", "http", "mailto"].into());
    builder
});

/// CommonMark with tables to HTML without scripts, styles, images or odd links. Headings start at the third level, below
/// the page's own. Any input is fine; what is not allowed is left out.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    if let Some(done) = RENDERED.read().unwrap_or_else(PoisonError::into_inner).get(markdown) {
        return done.clone();
    }
    let done = render(markdown);
    let mut rendered = RENDERED.write().unwrap_or_else(PoisonError::into_inner);
    if rendered.len() >= KEPT {
        rendered.clear();
    }
    rendered.insert(markdown.to_owned(), done.clone());
    done
}

fn render(markdown: &str) -> String {
    let parser =
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(|event| match event {
            Event::Start(Tag::Heading { level, .. }) => {
                Event::Start(Tag::Heading { level: lowered(level), id: None, classes: Vec::new(), attrs: Vec::new() })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level))),
            other => other,
        });
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, parser);
    SANITIZER.clean(&out).to_string()
}

const fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3 => HeadingLevel::H3,
        HeadingLevel::H4 => HeadingLevel::H4,
        HeadingLevel::H5 => HeadingLevel::H5,
        HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// The words alone, for the search index and for summaries.
#[must_use]
pub fn to_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell) => {
                out.push(' ');
            }
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scripts_do_not_survive() {
        let html = to_html(
            "# Hello <script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=\"x()\">bold</b> ![i](https://x.test/i.png)",
        );
        assert_eq!(html, "<h3>Hello </h3>\n<p><a rel=\"nofollow noopener noreferrer\">x</a> <b>bold</b> </p>\n");
    }

    proptest! {
        #[test]
        fn arbitrary_text_gives_safe_html(text in "\\PC{0,300}") {
            let html = render(&text).to_lowercase();
            prop_assert!(!html.contains("<script") && !html.contains("<style") && !html.contains("<iframe") && !html.contains("<img"));
        }

        #[test]
        fn arbitrary_text_gives_text(text in "\\PC{0,300}") {
            let _ = to_text(&text);
        }
    }
}
