//! Which documents a question's words are found in, and how well: BM25 over six texts with boosts.
//!
//! The words are evaluated one after the other over whole segments (term at a time), since the facets need every match anyway:
//! a posting costs a few nanoseconds, and "all words", "most words" and "exact before guessed" are counts beside the score.

use std::{collections::HashSet, ops::Range};

use tantivy::{
    DocSet, TERMINATED, Term,
    query::{EnableScoring, PhraseQuery, Query},
    schema::IndexRecordOption,
};

use crate::{
    error::SearchError,
    number::{at, real, single},
    query::{Question, Unit},
    schema::{Fields, TEXTS, place},
    snapshot::{Damping, K1, Segment, Snapshot},
    text::Stems,
    vocabulary::forgiven,
};

/// What another form of a word, a longer word that begins so, and a word one or two slips away are worth, where the word
/// itself is worth 1.
const OTHER_FORM: f32 = 0.85;
const BEGINNING: f32 = 0.5;
const GUESSES: [f32; 3] = [1.0, 0.4, 0.15];

/// What the documents of one segment are worth.
#[derive(Debug)]
pub(crate) struct SegmentMatches {
    /// Below zero: excluded.
    pub(crate) scores: Vec<f32>,
    /// How many of the question's units a document has.
    pub(crate) matched: Vec<u8>,
    /// How many of these as they were typed, not guessed.
    pub(crate) exact: Vec<u8>,
}

/// The answers to a question's words, before any filter.
#[derive(Debug)]
pub(crate) struct Matches {
    pub(crate) segments: Vec<SegmentMatches>,
    /// How many units the question has.
    pub(crate) units: u8,
    /// A document needs at least so many units: all of them, or as many as the best one has.
    pub(crate) needed: u8,
    /// Documents that have every unit as it was typed.
    pub(crate) exact: u64,
    /// The words that count as found, for the highlights.
    pub(crate) found: Found,
}

/// The words that were looked for.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) words: HashSet<String>,
    pub(crate) prefix: Option<String>,
}

/// What a unit means in one segment: words of its vocabulary.
#[derive(Debug, Default)]
struct Meaning {
    forms: Vec<(usize, f32)>,
    beginnings: Range<usize>,
    /// Texts in which a mere beginning counts.
    beginnings_in: u8,
    guesses: Vec<(usize, f32)>,
}

impl Matches {
    /// Looks for the words; with `guess` also for words that differ by a slip or two.
    pub(crate) fn find(
        snapshot: &Snapshot,
        fields: &Fields,
        question: &Question,
        guess: bool,
    ) -> Result<Self, SearchError> {
        let mut matches = Self::blank(snapshot, u8::try_from(question.units.len()).unwrap_or(u8::MAX));
        for unit in &question.units {
            match unit {
                Unit::Word { word, prefix } => matches.add_word(snapshot, &word.folded, *prefix, guess)?,
                Unit::Phrase(words) => {
                    matches.add_phrase(snapshot, fields, words)?;
                    matches.found.words.extend(words.iter().cloned());
                }
            }
        }
        for words in &question.excluded {
            matches.exclude(snapshot, fields, words)?;
        }
        matches.count(snapshot);
        Ok(matches)
    }

    /// Every document matches nothing yet.
    fn blank(snapshot: &Snapshot, units: u8) -> Self {
        let segments = snapshot.segments.iter().map(|segment| {
            let documents = at(segment.reader.max_doc());
            SegmentMatches { scores: vec![0.0; documents], matched: vec![0; documents], exact: vec![0; documents] }
        });
        Self { segments: segments.collect(), units, needed: 0, exact: 0, found: Found::default() }
    }

    fn count(&mut self, snapshot: &Snapshot) {
        let units = self.units;
        let mut best = 0;
        for (segment, matches) in snapshot.segments.iter().zip(&self.segments) {
            let alive = segment.reader.alive_bitset();
            for (document, ((matched, exact), score)) in
                (0..).zip(matches.matched.iter().zip(&matches.exact).zip(&matches.scores))
            {
                if (*matched >= best || *exact == units)
                    && *score >= 0.0
                    && alive.is_none_or(|alive| alive.is_alive(document))
                {
                    best = best.max(*matched);
                    self.exact += u64::from(*exact == units);
                }
            }
        }
        // Without any match the bar stays above all documents.
        self.needed = if units == 0 { 0 } else { best.max(1) };
    }

    fn add_word(&mut self, snapshot: &Snapshot, word: &str, prefix: bool, guess: bool) -> Result<(), SearchError> {
        let stem = Stems::new().key(word);
        let meanings: Vec<Meaning> =
            snapshot.segments.iter().map(|segment| meaning(segment, word, stem, prefix, guess)).collect();
        for (segment, meaning) in snapshot.segments.iter().zip(&meanings) {
            let words =
                meaning.forms.iter().chain(&meaning.guesses).map(|(word, _)| segment.vocabulary.word(*word).to_owned());
            self.found.words.extend(words);
        }
        if prefix {
            self.found.prefix = Some(word.to_owned());
        }
        let rarity = Rarity::of(snapshot, &meanings);
        for ((segment, meaning), matches) in snapshot.segments.iter().zip(&meanings).zip(&mut self.segments) {
            let mut typed = Accumulator::new(segment, &snapshot.damping);
            for (word, worth) in &meaning.forms {
                typed.add(*word, place::ANY, worth * rarity.forms, |sum, score| *sum += score)?;
            }
            for word in meaning.beginnings.clone() {
                typed.add(word, meaning.beginnings_in, BEGINNING * rarity.beginnings, |best, score| {
                    *best = best.max(score);
                })?;
            }
            let mut guessed = Accumulator::new(segment, &snapshot.damping);
            for (word, worth) in &meaning.guesses {
                guessed.add(*word, place::ANY, worth * rarity.guesses, |best, score| *best = best.max(score))?;
            }
            matches.take(&typed.scores, &guessed.scores);
        }
        Ok(())
    }

    fn add_phrase(&mut self, snapshot: &Snapshot, fields: &Fields, words: &[String]) -> Result<(), SearchError> {
        let mut sums: Vec<Vec<f32>> = self.segments.iter().map(|segment| vec![0.0; segment.scores.len()]).collect();
        each_phrase(snapshot, fields, words, |segment, document, score| {
            if let Some(sum) = sums.get_mut(segment).and_then(|sums| sums.get_mut(at(document))) {
                *sum += score;
            }
        })?;
        for (matches, sums) in self.segments.iter_mut().zip(&sums) {
            matches.take(sums, &[]);
        }
        Ok(())
    }

    fn exclude(&mut self, snapshot: &Snapshot, fields: &Fields, words: &[String]) -> Result<(), SearchError> {
        if let [word] = words {
            let stem = Stems::new().key(word);
            for (segment, matches) in snapshot.segments.iter().zip(&mut self.segments) {
                let mut found = Accumulator::new(segment, &snapshot.damping);
                for (form, _) in meaning(segment, word, stem, false, false).forms {
                    found.add(form, place::ANY, 1.0, |sum, score| *sum += score)?;
                }
                for (total, found) in matches.scores.iter_mut().zip(&found.scores) {
                    if *found > 0.0 {
                        *total = f32::NEG_INFINITY;
                    }
                }
            }
            return Ok(());
        }
        each_phrase(snapshot, fields, words, |segment, document, _| {
            let score = self.segments.get_mut(segment).and_then(|matches| matches.scores.get_mut(at(document)));
            if let Some(score) = score {
                *score = f32::NEG_INFINITY;
            }
        })
    }
}

impl SegmentMatches {
    /// Adds one unit's scores: a document that has it as typed counts so, else as guessed. No scores at all are zeros.
    fn take(&mut self, typed: &[f32], guessed: &[f32]) {
        let counts = self.matched.iter_mut().zip(&mut self.exact);
        for ((total, (matched, exact)), score) in self.scores.iter_mut().zip(counts).zip(typed) {
            let found = u8::from(*score > 0.0);
            *total += score;
            *matched += found;
            *exact += found;
        }
        let typed = typed.iter().copied().chain(std::iter::repeat(0.0));
        let counts = self.matched.iter_mut().zip(typed);
        for ((total, (matched, typed)), score) in self.scores.iter_mut().zip(counts).zip(guessed) {
            if typed <= 0.0 && *score > 0.0 {
                *total += score;
                *matched += 1;
            }
        }
    }
}

fn meaning(segment: &Segment, word: &str, stem: u64, prefix: bool, guess: bool) -> Meaning {
    let vocabulary = &segment.vocabulary;
    let mut meaning = Meaning::default();
    let itself = vocabulary.find(word);
    meaning.forms.extend(itself.map(|word| (word, 1.0)));
    meaning.forms.extend(vocabulary.of_stem(stem).filter(|form| Some(*form) != itself).map(|form| (form, OTHER_FORM)));
    if prefix {
        meaning.beginnings = vocabulary.starting_with(word);
        meaning.beginnings_in = if word.chars().count() < 3 { place::NAMES } else { place::ANY };
    }
    let slips = forgiven(word);
    if guess && slips > 0 {
        vocabulary.near(word, slips, |near, distance| {
            let worth = GUESSES.get(usize::from(distance)).copied().unwrap_or(0.0);
            if distance > 0 {
                meaning.guesses.push((near, worth));
            }
        });
    }
    meaning
}

/// The inverse document frequencies of what a word means, each over all its words together.
struct Rarity {
    forms: f32,
    beginnings: f32,
    guesses: f32,
}

impl Rarity {
    fn of(snapshot: &Snapshot, meanings: &[Meaning]) -> Self {
        let (mut forms, mut beginnings, mut guesses) = (0, 0, 0);
        for (segment, meaning) in snapshot.segments.iter().zip(meanings) {
            let documents = |word: usize| u64::from(segment.vocabulary.documents(word));
            forms += meaning.forms.iter().map(|(word, _)| documents(*word)).sum::<u64>();
            beginnings += meaning.beginnings.clone().map(documents).sum::<u64>();
            guesses += meaning.guesses.iter().map(|(word, _)| documents(*word)).sum::<u64>();
        }
        let all = snapshot.count();
        Self { forms: rarity(all, forms), beginnings: rarity(all, beginnings), guesses: rarity(all, guesses) }
    }
}

fn rarity(all: u64, having: u64) -> f32 {
    let (all, having) = (real(all.max(having)), real(having.min(all.max(having))));
    single((1.0 + (all - having + 0.5) / (having + 0.5)).ln()).max(0.01)
}

/// Gathers one unit's scores over a segment.
struct Accumulator<'a> {
    segment: &'a Segment,
    damping: &'a [Damping],
    scores: Vec<f32>,
}

impl<'a> Accumulator<'a> {
    const fn new(segment: &'a Segment, damping: &'a [Damping]) -> Self {
        Self { segment, damping, scores: Vec::new() }
    }

    /// Scores a word of the vocabulary in the given texts; `join` puts a score to what the document has already.
    fn add(&mut self, word: usize, places: u8, weight: f32, join: impl Fn(&mut f32, f32)) -> Result<(), SearchError> {
        let places = places & self.segment.vocabulary.places(word);
        if places & place::ANY == 0 {
            return Ok(());
        }
        self.scores.resize(at(self.segment.reader.max_doc()), 0.0);
        let word = self.segment.vocabulary.word(word).as_bytes();
        for ((bit, text), ((_, boost), damping)) in
            (0_u8..).zip(&self.segment.texts).zip(TEXTS.iter().zip(self.damping))
        {
            if places & 1 << bit == 0 {
                continue;
            }
            let Some(term) = text.index.terms().get(word)? else { continue };
            let mut postings = text.index.read_block_postings_from_terminfo(&term, IndexRecordOption::WithFreqs)?;
            let most = weight * boost * (K1 + 1.0);
            while !postings.docs().is_empty() {
                for (document, frequency) in postings.docs().iter().zip(postings.freqs()) {
                    let frequency = f32::from(u16::try_from(*frequency).unwrap_or(u16::MAX));
                    let damping = damping.get(usize::from(text.lengths.fieldnorm_id(*document))).copied().unwrap_or(K1);
                    if let Some(score) = self.scores.get_mut(at(*document)) {
                        join(score, most * frequency / (frequency + damping));
                    }
                }
                postings.advance();
            }
        }
        Ok(())
    }
}

/// Hands `each` the documents (segment, document, score) that have the words in this order in one of the texts.
fn each_phrase(
    snapshot: &Snapshot,
    fields: &Fields,
    words: &[String],
    mut each: impl FnMut(usize, u32, f32),
) -> Result<(), SearchError> {
    for (field, (_, boost)) in fields.texts.iter().zip(TEXTS) {
        let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(*field, word)).collect();
        if let [term] = terms.as_slice() {
            for (segment, part) in snapshot.segments.iter().enumerate() {
                let index = part.reader.inverted_index(*field)?;
                let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
                while postings.doc() != TERMINATED {
                    each(segment, postings.doc(), boost);
                    postings.advance();
                }
            }
            continue;
        }
        let weight = PhraseQuery::new(terms).weight(EnableScoring::enabled_from_searcher(&snapshot.searcher))?;
        for (segment, part) in snapshot.segments.iter().enumerate() {
            let mut scorer = weight.scorer(&part.reader, boost)?;
            while scorer.doc() != TERMINATED {
                each(segment, scorer.doc(), scorer.score());
                scorer.advance();
            }
        }
    }
    Ok(())
}

/// How many documents have a word in any of its forms.
pub(crate) fn frequency(snapshot: &Snapshot, word: &str) -> u64 {
    let stem = Stems::new().key(word);
    let of = |segment: &Segment| -> u64 {
        let forms = meaning(segment, word, stem, false, false).forms;
        forms.iter().map(|(word, _)| u64::from(segment.vocabulary.documents(*word))).sum()
    };
    snapshot.segments.iter().map(of).sum()
}
