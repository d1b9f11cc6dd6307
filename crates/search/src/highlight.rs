//! The words found, set between `<mark>` tags. Everything else is escaped, so the result is safe as HTML.

use crate::{
    matching::Found,
    text::{Folder, each_word},
};

/// About how many bytes of a long text are shown.
const WINDOW: usize = 220;
/// How much of it stands before the first word found.
const BEFORE: usize = 50;

/// A word of a text: where it begins and ends, and whether it was looked for.
type Place = (usize, usize, bool);

pub(crate) struct Highlighter<'a> {
    found: &'a Found,
    folder: Folder,
}

impl<'a> Highlighter<'a> {
    pub(crate) fn new(found: &'a Found) -> Self {
        Self { found, folder: Folder::default() }
    }

    fn places(&mut self, text: &str) -> Vec<Place> {
        let mut places = Vec::new();
        let found = self.found;
        each_word(&mut self.folder, text, |word, start, end| {
            let begins = found.prefix.as_ref().is_some_and(|prefix| word.starts_with(prefix.as_str()));
            places.push((start, end, begins || found.words.contains(word)));
        });
        places
    }

    /// The whole text.
    pub(crate) fn whole(&mut self, text: &str) -> String {
        let places = self.places(text);
        mark(text, &places, 0, text.len())
    }

    /// The first of the texts in which something was found, cut to the part with the most of it.
    pub(crate) fn snippet(&mut self, texts: &[&str]) -> Option<String> {
        texts.iter().find_map(|text| {
            let places = self.places(text);
            let (start, end) = window(text, &places)?;
            let cut = |cut: bool| if cut { "…" } else { "" };
            let before = cut(start > 0);
            let after = cut(text.get(end..).is_some_and(|rest| rest.contains(char::is_alphanumeric)));
            let end = if after.is_empty() { text.len() } else { end };
            Some(format!("{before}{}{after}", mark(text, &places, start, end)))
        })
    }
}

/// The part of the text with the most words found: where it begins and ends, always at a word.
fn window(text: &str, places: &[Place]) -> Option<(usize, usize)> {
    let marked: Vec<Place> = places.iter().copied().filter(|(_, _, marked)| *marked).collect();
    let count =
        |from: usize| marked.iter().filter(|(start, end, _)| *start >= from && *end <= from + WINDOW - BEFORE).count();
    let (first, _, _) = *marked.iter().rev().max_by_key(|(start, _, _)| count(*start))?;
    if text.len() <= WINDOW {
        return Some((0, text.len()));
    }
    let starts = places.iter().map(|(start, _, _)| *start);
    let begin = if first <= BEFORE { 0 } else { starts.clone().find(|start| start + BEFORE >= first).unwrap_or(first) };
    let end = places.iter().map(|(_, end, _)| *end).take_while(|end| *end <= begin + WINDOW).last();
    // A single word may be longer than the window.
    Some((begin, end.filter(|end| *end > begin).unwrap_or(text.len())))
}

fn mark(text: &str, places: &[Place], from: usize, to: usize) -> String {
    let mut html = String::with_capacity(to - from + 64);
    let mut at = from;
    for (start, end, _) in places.iter().filter(|(start, end, marked)| *marked && *start >= from && *end <= to) {
        escape(text.get(at..*start).unwrap_or_default(), &mut html);
        html.push_str("<mark>");
        escape(text.get(*start..*end).unwrap_or_default(), &mut html);
        html.push_str("</mark>");
        at = *end;
    }
    escape(text.get(at..to).unwrap_or_default(), &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(words: &[&str], prefix: Option<&str>) -> Found {
        Found { words: words.iter().map(|word| (*word).to_owned()).collect(), prefix: prefix.map(str::to_owned) }
    }

    #[test]
    fn words_found_are_marked_and_the_rest_is_escaped() {
        let found = found(&["nurses", "cafe"], Some("mach"));
        let mut highlighter = Highlighter::new(&found);
        assert_eq!(
            highlighter.whole("<b>Machine</b> & Café for Nurse's"),
            "&lt;b&gt;<mark>Machine</mark>&lt;/b&gt; &amp; <mark>Café</mark> for <mark>Nurse&#39;s</mark>"
        );
        assert_eq!(highlighter.whole("nothing"), "nothing");
    }

    #[test]
    fn a_snippet_shows_where_the_words_are() {
        let found = found(&["needle"], None);
        let mut highlighter = Highlighter::new(&found);
        assert_eq!(highlighter.snippet(&["hay", "more hay"]), None);
        assert_eq!(highlighter.snippet(&["hay", "a needle."]).as_deref(), Some("a <mark>needle</mark>."));
        let long = format!("{} needle {}", "hay ".repeat(100), "hay ".repeat(100));
        let snippet = highlighter.snippet(&[&long]).unwrap();
        assert!(snippet.starts_with("…hay") && snippet.ends_with("hay…"), "{snippet}");
        assert!(snippet.contains("<mark>needle</mark>") && snippet.len() < WINDOW + 40, "{snippet}");
    }

    proptest! {
        #[test]
        fn only_marks_are_tags(text in any::<String>(), words in prop::collection::vec("[a-z]{1,3}", 0..4), prefix in "[a-z]?") {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = found(&words, (!prefix.is_empty()).then_some(prefix.as_str()));
            let mut highlighter = Highlighter::new(&found);
            for html in [Some(highlighter.whole(&text)), highlighter.snippet(&[&text])].into_iter().flatten() {
                let bare = html.replace("<mark>", "").replace("</mark>", "");
                prop_assert!(!bare.contains(['<', '>', '"', '\'']));
                prop_assert_eq!(html.matches("<mark>").count(), html.matches("</mark>").count());
            }
        }

        #[test]
        fn snippets_of_long_texts_are_short(text in "([a-z]{1,12}[ ,.é]){40,120}", word in "[a-z]{1,2}") {
            let found = found(&[], Some(&word));
            if let Some(html) = Highlighter::new(&found).snippet(&[&text]) {
                prop_assert!(html.contains("<mark>"));
                let bare = html.replace("<mark>", "").replace("</mark>", "");
                prop_assert!(bare.len() <= WINDOW + 6 + 2, "{}", bare.len());
            }
        }
    }
}
