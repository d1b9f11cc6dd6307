//! All words of one segment in memory, sorted: what a typed word may mean there. A segment never changes, so its vocabulary
//! is read once.

use std::{cmp::Ordering, ops::Range};

use tantivy::SegmentReader;

use crate::{
    error::SearchError,
    number::{at, number},
    schema::{Fields, place},
    text::Stems,
};

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    length: u8,
    /// The texts in which it occurs: bits of [`place`].
    places: u8,
    /// Documents in which it occurs, in the text where these are most.
    documents: u32,
}

/// The words of a segment.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    letters: String,
    entries: Vec<Entry>,
    /// Stem and word, sorted.
    stems: Vec<(u64, u32)>,
}

impl Vocabulary {
    pub(crate) fn read(segment: &SegmentReader, fields: &Fields) -> Result<Self, SearchError> {
        let mut letters = String::new();
        let mut found = Vec::new();
        let fields = fields.texts.iter().chain([&fields.first]);
        for (field, bit) in fields.zip((0..7_u8).map(|shift| 1 << shift)) {
            let index = segment.inverted_index(*field)?;
            let mut terms = index.terms().stream()?;
            while let Some((term, info)) = terms.next() {
                if let (Ok(word), Ok(length)) = (str::from_utf8(term), u8::try_from(term.len())) {
                    let documents = if bit == place::FIRST { 0 } else { info.doc_freq };
                    found.push(Entry { start: number(letters.len()), length, places: bit, documents });
                    letters.push_str(word);
                }
            }
        }
        let mut vocabulary = Self { letters, entries: Vec::new(), stems: Vec::new() };
        // Seven sorted runs: a stable sort only merges them.
        found.sort_by(|one, other| vocabulary.letters_of(*one).cmp(vocabulary.letters_of(*other)));
        vocabulary.merge(&found);
        let mut stems = Stems::new();
        vocabulary.stems = (0..vocabulary.len()).map(|word| (stems.key(vocabulary.word(word)), number(word))).collect();
        vocabulary.stems.sort_unstable();
        Ok(vocabulary)
    }

    /// Keeps each word once.
    fn merge(&mut self, found: &[Entry]) {
        let (mut letters, mut entries) = (String::new(), Vec::<Entry>::new());
        for entry in found {
            let word = self.letters_of(*entry);
            let same = entries.last_mut().filter(|last| letters.get(at(last.start)..) == Some(word));
            if let Some(last) = same {
                last.places |= entry.places;
                last.documents = last.documents.max(entry.documents);
            } else {
                entries.push(Entry { start: number(letters.len()), ..*entry });
                letters.push_str(word);
            }
        }
        letters.shrink_to_fit();
        entries.shrink_to_fit();
        self.letters = letters;
        self.entries = entries;
    }

    fn letters_of(&self, entry: Entry) -> &str {
        let start = at(entry.start);
        self.letters.get(start..start + usize::from(entry.length)).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn word(&self, word: usize) -> &str {
        self.entries.get(word).map_or("", |entry| self.letters_of(*entry))
    }

    pub(crate) fn places(&self, word: usize) -> u8 {
        self.entries.get(word).map_or(0, |entry| entry.places)
    }

    pub(crate) fn documents(&self, word: usize) -> u32 {
        self.entries.get(word).map_or(0, |entry| entry.documents)
    }

    pub(crate) fn find(&self, word: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| self.letters_of(*entry).cmp(word)).ok()
    }

    /// The words that begin so.
    pub(crate) fn starting_with(&self, prefix: &str) -> Range<usize> {
        let start = self.entries.partition_point(|entry| self.letters_of(*entry) < prefix);
        let rest = self.entries.get(start..).unwrap_or_default();
        start..start + rest.partition_point(|entry| self.letters_of(*entry).starts_with(prefix))
    }

    /// The words of this stem: see [`Stems::key`].
    pub(crate) fn of_stem(&self, key: u64) -> impl Iterator<Item = usize> {
        let start = self.stems.partition_point(|(stem, _)| *stem < key);
        self.stems.iter().skip(start).take_while(move |(stem, _)| *stem == key).map(|(_, word)| at(*word))
    }

    /// Hands `each` the words at most `most` slips away (a letter too many, too few, wrong, or two swapped), with the distance.
    ///
    /// Walks the sorted words as a tree: where the beginning of a word is too far away, all words that begin so are passed over.
    pub(crate) fn near(&self, wanted: &str, most: u8, mut each: impl FnMut(usize, u8)) {
        let mut rows = Rows::new(wanted.as_bytes(), most);
        let (mut word, mut before) = (0, "");
        while let Some(entry) = self.entries.get(word) {
            let letters = self.letters_of(*entry);
            let shared = letters.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
            rows.keep(shared);
            before = letters;
            let too_far = letters.bytes().skip(rows.depth()).position(|letter| !rows.push(letter));
            if too_far.is_some() {
                let prefix = letters.as_bytes().get(..rows.depth()).unwrap_or_default();
                word = self.after(word, prefix);
                continue;
            }
            let distance = rows.distance();
            if distance <= most {
                each(word, distance);
            }
            word += 1;
        }
    }

    /// The first word behind this one that does not begin so; looks nearby first.
    fn after(&self, word: usize, prefix: &[u8]) -> usize {
        let begins_so = |entry: &Entry| self.letters_of(*entry).as_bytes().starts_with(prefix);
        let (mut low, mut step) = (word + 1, 1);
        while self.entries.get(low + step).is_some_and(begins_so) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.entries.len());
        low + self.entries.get(low..high).unwrap_or_default().partition_point(begins_so)
    }
}

/// The rows of the edit-distance table (optimal string alignment) for the letters so far.
struct Rows<'a> {
    wanted: &'a [u8],
    most: u8,
    letters: Vec<u8>,
    /// One row after the other, each one longer than `wanted`.
    cells: Vec<u8>,
}

impl<'a> Rows<'a> {
    fn new(wanted: &'a [u8], most: u8) -> Self {
        let cells = (0..=wanted.len()).map(|place| u8::try_from(place).unwrap_or(u8::MAX)).collect();
        Self { wanted, most, letters: Vec::new(), cells }
    }

    fn depth(&self) -> usize {
        self.letters.len()
    }

    const fn width(&self) -> usize {
        self.wanted.len() + 1
    }

    /// Forgets all letters but the first ones.
    fn keep(&mut self, depth: usize) {
        if depth < self.depth() {
            self.letters.truncate(depth);
            self.cells.truncate((depth + 1) * self.width());
        }
    }

    fn cell(&self, row: usize, column: usize) -> u8 {
        self.cells.get(row * self.width() + column).copied().unwrap_or(u8::MAX)
    }

    /// Adds a letter; false when no word that goes on from here can be near enough.
    fn push(&mut self, letter: u8) -> bool {
        let above = self.depth();
        let before = self.letters.last().copied();
        self.letters.push(letter);
        let mut left = u8::try_from(self.depth()).unwrap_or(u8::MAX);
        self.cells.push(left);
        let mut least = left;
        let mut least_above = self.cell(above, 0);
        let mut wanted_before = None;
        for (column, wanted) in (1..).zip(self.wanted.iter().copied()) {
            let replaced = self.cell(above, column - 1).saturating_add(u8::from(wanted != letter));
            let mut cell = replaced.min(left.saturating_add(1)).min(self.cell(above, column).saturating_add(1));
            if above > 0 && column > 1 && before == Some(wanted) && wanted_before == Some(letter) {
                cell = cell.min(self.cell(above - 1, column - 2).saturating_add(1));
            }
            self.cells.push(cell);
            least = least.min(cell);
            least_above = least_above.min(self.cell(above, column));
            left = cell;
            wanted_before = Some(wanted);
        }
        // Two swapped letters reach back two rows.
        least <= self.most || least_above < self.most
    }

    fn distance(&self) -> u8 {
        self.cell(self.depth(), self.wanted.len())
    }
}

/// How many slips are forgiven in a word: none in short ones and numbers.
pub(crate) fn forgiven(word: &str) -> u8 {
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match word.chars().count().cmp(&8) {
        Ordering::Less if word.chars().count() < 4 => 0,
        Ordering::Less => 1,
        Ordering::Equal | Ordering::Greater => 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary(words: &[&str]) -> Vocabulary {
        let mut sorted: Vec<&str> = words.to_vec();
        sorted.sort_unstable();
        let mut letters = String::new();
        let mut found = Vec::new();
        for word in sorted {
            let length = u8::try_from(word.len()).unwrap();
            found.push(Entry { start: number(letters.len()), length, places: place::TITLE, documents: 1 });
            letters.push_str(word);
        }
        let mut vocabulary = Vocabulary { letters, entries: Vec::new(), stems: Vec::new() };
        vocabulary.merge(&found);
        vocabulary
    }

    /// The textbook's table.
    fn distance(one: &[u8], other: &[u8]) -> usize {
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for row in 0..=one.len() {
            for column in 0..=other.len() {
                table[row][column] = if row == 0 || column == 0 {
                    row + column
                } else {
                    let replaced = table[row - 1][column - 1] + usize::from(one[row - 1] != other[column - 1]);
                    let mut least = replaced.min(table[row - 1][column] + 1).min(table[row][column - 1] + 1);
                    if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                        least = least.min(table[row - 2][column - 2] + 1);
                    }
                    least
                };
            }
        }
        table[one.len()][other.len()]
    }

    #[test]
    fn short_words_and_numbers_are_taken_as_they_are() {
        assert_eq!(["ai", "law", "nurse", "nursing", "learning", "gpt4"].map(forgiven), [0, 0, 1, 1, 2, 0]);
    }

    #[test]
    fn beginnings_are_found() {
        let vocabulary = vocabulary(&["data", "database", "date", "dog"]);
        let begin = |prefix| vocabulary.starting_with(prefix).map(|word| vocabulary.word(word)).collect::<Vec<_>>();
        assert_eq!(begin("dat"), ["data", "database", "date"]);
        assert_eq!(begin("data"), ["data", "database"]);
        assert_eq!(begin("x"), Vec::<&str>::new());
        assert_eq!(begin(""), ["data", "database", "date", "dog"]);
    }

    proptest! {
        #[test]
        fn near_words_are_those_of_the_table(
            words in prop::collection::btree_set("[abc]{1,8}", 0..60),
            wanted in "[abc]{1,8}",
            most in 1..3_u8,
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let vocabulary = vocabulary(&words);
            let mut found = Vec::new();
            vocabulary.near(&wanted, most, |word, slips| found.push((vocabulary.word(word).to_owned(), usize::from(slips))));
            let expected: Vec<(String, usize)> = words
                .iter()
                .map(|word| ((*word).to_owned(), distance(word.as_bytes(), wanted.as_bytes())))
                .filter(|(_, slips)| *slips <= usize::from(most))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
