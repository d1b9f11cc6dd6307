//! Words: how texts and questions are cut, folded and stemmed. Documents, questions and highlights use the same functions, so
//! what reads alike is found alike.

use std::hash::{DefaultHasher, Hash, Hasher};

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Longer words are cut: nobody searches for them, and the dictionary stays small.
const WORD_MAX_BYTES: usize = 60;

/// Words that say nothing about a course. They are indexed, for phrases, and left out of questions.
const STOP_WORDS: [&str; 44] = [
    "a", "about", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "had", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "so", "that", "the", "their",
    "this", "to", "was", "we", "what", "when", "will", "with", "you", "your",
];

pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The next word of a text at or after a byte: where it begins and ends. A word is letters and digits, with the apostrophes
/// inside and the `+` or `#` behind: `nurse's`, `c++`, `c#`.
fn next_word(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let start = from + rest.find(char::is_alphanumeric)?;
    let mut end = start;
    let mut letters = text.get(start..)?.chars().peekable();
    while let Some(letter) = letters.next() {
        let inside = letter.is_alphanumeric()
            || is_combining(letter)
            || (is_apostrophe(letter) && letters.peek().is_some_and(|next| next.is_alphanumeric()));
        if inside {
            end += letter.len_utf8();
            continue;
        }
        if matches!(letter, '+' | '#') {
            end += 1;
            end += letters.take_while(|next| matches!(next, '+' | '#')).count();
        }
        break;
    }
    Some((start, end))
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}')
}

/// An accent that stands behind its letter.
const fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Folds words to lower-case letters without accents.
#[derive(Default)]
pub(crate) struct Folder {
    /// Made for the first word that is not ASCII.
    accents: Option<TextAnalyzer>,
}

impl Folder {
    /// Writes the word's folded form over `folded`.
    pub(crate) fn fold(&mut self, word: &str, folded: &mut String) {
        folded.clear();
        if word.is_ascii() {
            folded.extend(word.bytes().filter(|byte| *byte != b'\'').map(|byte| char::from(byte.to_ascii_lowercase())));
        } else {
            let bare: String =
                word.chars().filter(|letter| !is_combining(*letter) && !is_apostrophe(*letter)).collect();
            let accents = self.accents.get_or_insert_with(|| {
                TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build()
            });
            let mut tokens = accents.token_stream(&bare);
            if tokens.advance() {
                folded.push_str(&tokens.token().text);
            }
        }
        if folded.len() > WORD_MAX_BYTES {
            let mut end = WORD_MAX_BYTES;
            while !folded.is_char_boundary(end) {
                end -= 1;
            }
            folded.truncate(end);
        }
    }
}

/// A word with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) folded: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The words of a text, folded.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    each_word(&mut Folder::default(), text, |folded, start, end| {
        found.push(Word { folded: folded.to_owned(), start, end });
    });
    found
}

/// Hands the words of a text to `each` one after the other: folded form, start, end.
pub(crate) fn each_word(folder: &mut Folder, text: &str, mut each: impl FnMut(&str, usize, usize)) {
    let (mut folded, mut at) = (String::new(), 0);
    while let Some((start, end)) = next_word(text, at) {
        folder.fold(text.get(start..end).unwrap_or_default(), &mut folded);
        if !folded.is_empty() {
            each(&folded, start, end);
        }
        at = end;
    }
}

/// Finds a word's stem (Snowball, English).
pub(crate) struct Stems {
    snowball: TextAnalyzer,
}

impl Stems {
    pub(crate) fn new() -> Self {
        Self {
            snowball: TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build(),
        }
    }

    /// A number that words of one stem share. British and American spellings in `-ise` and `-ize` count as one.
    pub(crate) fn key(&mut self, word: &str) -> u64 {
        let mut hash = DefaultHasher::new();
        let mut tokens = self.snowball.token_stream(word);
        let stem = if tokens.advance() { tokens.token().text.as_str() } else { word };
        for byte in stem.bytes() {
            if byte == b'z' { b's' } else { byte }.hash(&mut hash);
        }
        hash.finish()
    }
}

/// The tokenizer of every text field: folded words and nothing else. Stems are found when a question is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words;

/// The words of one text, for the writer.
pub(crate) struct WordStream<'a> {
    text: &'a str,
    folder: Folder,
    token: Token,
    at: usize,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        WordStream { text, folder: Folder::default(), token: Token::default(), at: 0 }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        while let Some((start, end)) = next_word(self.text, self.at) {
            self.at = end;
            self.folder.fold(self.text.get(start..end).unwrap_or_default(), &mut self.token.text);
            if !self.token.text.is_empty() {
                self.token.offset_from = start;
                self.token.offset_to = end;
                self.token.position = self.token.position.wrapping_add(1);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(
            folded("The Nurse's CAFÉ, cafe\u{301} and naïve Ærø"),
            ["the", "nurses", "cafe", "cafe", "and", "naive", "aero"]
        );
        assert_eq!(folded("C++, C# & F#: GPT-4!"), ["c++", "c#", "f#", "gpt", "4"]);
        assert_eq!(folded(" ' \" -- !? "), Vec::<String>::new());
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && !is_stop_word("theatre"));
    }

    #[test]
    fn stems_join_forms_and_spellings() {
        let mut stems = Stems::new();
        for (one, other) in
            [("nurse", "nurses"), ("organisation", "organizations"), ("learning", "learned"), ("analysing", "analyse")]
        {
            assert_eq!(stems.key(one), stems.key(other), "{one} {other}");
        }
        assert_ne!(stems.key("nurse"), stems.key("purse"));
    }

    proptest! {
        #[test]
        fn any_text_is_cut_at_letters(text in any::<String>()) {
            let found = words(&text);
            let mut tokenizer = Words;
            let mut stream = tokenizer.token_stream(&text);
            for word in &found {
                prop_assert!(text.get(word.start..word.end).is_some());
                prop_assert!(word.folded.len() <= WORD_MAX_BYTES);
                prop_assert!(stream.advance());
                prop_assert_eq!(&stream.token().text, &word.folded);
            }
            prop_assert!(!stream.advance());
        }
    }
}
