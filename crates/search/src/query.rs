//! The language of questions: words, `"quoted phrases"` and `-excluded` ones. Any text is a question; nothing is an error.

use guildhall_types::form::QUERY_MAX;

use crate::text::{self, Word};

/// More words than these are not looked for.
const WORDS_MAX: usize = 16;

/// Something that a course should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Word {
        word: Word,
        /// It may be only the beginning of a word, since it is the last one typed.
        prefix: bool,
    },
    /// Words that stand in this order, exactly as written; one quoted word is a phrase too.
    Phrase(Vec<String>),
}

/// A question, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// What was typed, cut to a bearable length. Words know their places in it.
    pub(crate) text: String,
    pub(crate) units: Vec<Unit>,
    /// Phrases, or words in all their forms, that a course must not have.
    pub(crate) excluded: Vec<Vec<String>>,
}

impl Question {
    pub(crate) fn parse(typed: &str) -> Self {
        let text: String = typed.chars().take(QUERY_MAX).collect();
        let mut question = Self::default();
        let mut room = WORDS_MAX;
        for piece in pieces(&text) {
            let mut words = text::words(piece.text);
            words.truncate(room);
            room -= words.len();
            question.take(piece, words);
        }
        question.leave_out_stop_words();
        question.text = text;
        question
    }

    /// Whether it asks for nothing: then every course is an answer.
    pub(crate) fn is_empty(&self) -> bool {
        self.units.is_empty() && self.excluded.is_empty()
    }

    fn take(&mut self, piece: Piece<'_>, words: Vec<Word>) {
        if words.is_empty() {
            return;
        }
        let is_stop_word = words.len() == 1 && words.iter().all(|word| text::is_stop_word(&word.folded));
        match (piece.excluded, piece.quoted) {
            (true, _) if is_stop_word && !piece.quoted => {}
            (true, _) => self.excluded.push(words.into_iter().map(|word| word.folded).collect()),
            (false, true) => self.units.push(Unit::Phrase(words.into_iter().map(|word| word.folded).collect())),
            (false, false) => {
                let last = words.len() - 1;
                for (place, mut word) in words.into_iter().enumerate() {
                    word.start += piece.at;
                    word.end += piece.at;
                    self.take_word(word, piece.last && place == last);
                }
            }
        }
    }

    fn take_word(&mut self, new: Word, is_prefix: bool) {
        for unit in &mut self.units {
            if let Unit::Word { word, prefix } = unit
                && word.folded == new.folded
            {
                *prefix |= is_prefix;
                return;
            }
        }
        self.units.push(Unit::Word { word: new, prefix: is_prefix });
    }

    /// They don't matter, unless there is nothing else.
    fn leave_out_stop_words(&mut self) {
        let matters = |unit: &Unit| match unit {
            Unit::Word { word, .. } => !text::is_stop_word(&word.folded),
            Unit::Phrase(_) => true,
        };
        if self.units.iter().any(matters) {
            self.units.retain(matters);
        }
    }
}

/// A part of the text as its quotes and spaces divide it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    /// Where it begins.
    at: usize,
    quoted: bool,
    excluded: bool,
    /// The text ends with it.
    last: bool,
}

const fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\u{201c}' | '\u{201d}')
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let excluded = rest.starts_with('-')
            && (at == 0 || text.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace)));
        let body_at = at + usize::from(excluded);
        let body = text.get(body_at..).unwrap_or_default();
        let quoted = body.chars().next().filter(|letter| is_quote(*letter)).and_then(|quote| {
            let inside_at = body_at + quote.len_utf8();
            let inside = text.get(inside_at..)?;
            // Without its end it is not a phrase yet, only somebody typing one.
            let end = inside.find(is_quote)?;
            Some((inside_at, inside.get(..end)?, inside.get(end..)?.chars().next().map_or(1, char::len_utf8)))
        });
        if let Some((inside_at, inside, closing)) = quoted {
            found.push(Piece { text: inside, at: inside_at, quoted: true, excluded, last: false });
            at = inside_at + inside.len() + closing;
            continue;
        }
        let length = body
            .char_indices()
            .find(|(place, letter)| letter.is_whitespace() || (*place > 0 && is_quote(*letter)))
            .map_or(body.len(), |(place, _)| place);
        let end = body_at + length;
        if length > 0 {
            let piece = body.get(..length).unwrap_or_default();
            found.push(Piece { text: piece, at: body_at, quoted: false, excluded, last: end == text.len() });
        }
        at = end + if length == 0 { body.chars().next().map_or(1, char::len_utf8) } else { 0 };
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(typed: &str) -> String {
        let question = Question::parse(typed);
        let mut parts: Vec<String> = question
            .units
            .iter()
            .map(|unit| match unit {
                Unit::Word { word, prefix } => format!("{}{}", word.folded, if *prefix { "*" } else { "" }),
                Unit::Phrase(words) => format!("{words:?}"),
            })
            .collect();
        parts.extend(question.excluded.iter().map(|words| format!("not {words:?}")));
        parts.join(" ")
    }

    #[test]
    fn questions_are_understood() {
        for (typed, understood) in [
            ("", ""),
            ("  \t ", ""),
            ("!!! ... -", ""),
            ("Machine LEARNING", "machine learning*"),
            ("machine learning ", "machine learning"),
            ("introduction to the law", "introduction law*"),
            ("the", "the*"),
            ("data data dat", "data dat*"),
            ("\"machine learning\" nurses", "[\"machine\", \"learning\"] nurses*"),
            ("“machine learning”", "[\"machine\", \"learning\"]"),
            ("\"machine lear", "machine lear*"),
            ("python -beginner", "python not [\"beginner\"]"),
            ("-\"deep learning\" ai", "ai* not [\"deep\", \"learning\"]"),
            ("python -the", "python"),
            ("e-learning", "e learning*"),
            ("ai -e-learning", "ai not [\"e\", \"learning\"]"),
            ("c++ C#", "c++ c#*"),
            ("a\"b c\"d", "[\"b\", \"c\"] d*"),
            ("' OR 1=1 --", "1"),
        ] {
            assert_eq!(show(typed), understood, "{typed}");
        }
    }

    #[test]
    fn a_question_is_bounded() {
        let question = Question::parse(&"x1 y2 z3 ".repeat(2_000));
        assert!(question.text.chars().count() <= QUERY_MAX);
        let many: String = (0..40).map(|number| format!("w{number} ")).collect();
        assert_eq!(Question::parse(&many).units.len(), WORDS_MAX);
    }

    proptest! {
        #[test]
        fn any_text_is_a_question(typed in any::<String>()) {
            let question = Question::parse(&typed);
            for unit in &question.units {
                if let Unit::Word { word, .. } = unit {
                    prop_assert!(question.text.get(word.start..word.end).is_some());
                    prop_assert_eq!(&text::words(&question.text[word.start..word.end])[0].folded, &word.folded);
                }
            }
        }

        #[test]
        fn quotes_and_dashes_anywhere_too(typed in "[a-c\"“” \\-é'+]{0,30}") {
            let question = Question::parse(&typed);
            prop_assert!(question.units.len() <= WORDS_MAX);
        }
    }
}
