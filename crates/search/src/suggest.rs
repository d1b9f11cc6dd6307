//! Autocomplete: courses, skills and providers whose names have words that begin as typed.

use std::cmp::Reverse;

use guildhall_types::search::{Suggestion, SuggestionKind};
use tantivy::{DocAddress, TantivyDocument, schema::IndexRecordOption};

use crate::{
    collector::{Best, by_count},
    columns::Values,
    error::SearchError,
    number::at,
    schema::{Fields, place},
    search::stored,
    snapshot::{Segment, Snapshot},
    text,
    vocabulary::forgiven,
};

/// More words than these are not looked at.
const WORDS_MAX: usize = 8;

pub(crate) fn suggest(
    snapshot: &Snapshot,
    fields: &Fields,
    typed: &str,
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    let typed: String = typed.chars().take(guildhall_types::form::QUERY_MAX).collect();
    let mut words: Vec<String> = text::words(&typed).into_iter().map(|word| word.folded).collect();
    words.truncate(WORDS_MAX);
    if words.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    // Courses first; skills and providers have a quarter of the lines each, and what one does not need goes to the others.
    let counts = snapshot.counts();
    let skills = named(&snapshot.values.skill, &counts.skill, &words, limit.div_ceil(4));
    let providers = named(&snapshot.values.provider, &counts.provider, &words, limit.div_ceil(4));
    let courses = courses(snapshot, fields, &words, limit.saturating_sub(skills.len() + providers.len()).max(1))?;
    let named = skills.into_iter().map(|(name, slug)| Suggestion {
        kind: SuggestionKind::Skill,
        label: name.to_owned(),
        href: format!("/courses?skill={slug}"),
    });
    let providers = providers.into_iter().map(|(name, slug)| Suggestion {
        kind: SuggestionKind::Provider,
        label: name.to_owned(),
        href: format!("/providers/{slug}"),
    });
    Ok(courses.into_iter().chain(named).chain(providers).take(limit).collect())
}

/// Names in which each word typed begins a word: those that begin with the first one first, then the most frequent.
fn named<'a>(values: &'a Values, counts: &[u64], words: &[String], limit: usize) -> Vec<(&'a str, &'a str)> {
    let wanted: Vec<String> = words.iter().map(|word| format!(" {word}")).collect();
    let mut found = Vec::new();
    for ((value, folded), count) in values.list().iter().zip(values.folded()).zip(counts) {
        if *count > 0 && wanted.iter().all(|word| folded.contains(word.as_str())) {
            let begins = wanted.first().is_some_and(|first| folded.starts_with(first.as_str()));
            found.push((begins, *count, value));
        }
    }
    found.sort_by(|(one_begins, one, first), (other_begins, other, second)| {
        other_begins.cmp(one_begins).then_with(|| by_count((*one, &first.name), (*other, &second.name)))
    });
    found.into_iter().take(limit).map(|(_, _, value)| (value.name.as_str(), value.slug.as_str())).collect()
}

/// The courses whose titles have the words: those whose title begins so first, then the best rated.
fn courses(
    snapshot: &Snapshot,
    fields: &Fields,
    words: &[String],
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    let mut best = Best::new(limit);
    for guess in [false, true] {
        for (number, segment) in (0_u32..).zip(&snapshot.segments) {
            find(segment, words, guess, |document, begins| {
                if let Some(order) = segment.columns.orders.get(at(document)) {
                    best.offer(u64::from(begins) << 32 | u64::from(order.quality), order, (number, document));
                }
            })?;
        }
        if !best.is_empty() {
            break;
        }
    }
    let mut suggestions = Vec::new();
    for found in best.take() {
        let Reverse((segment, document)) = found.address;
        let document: TantivyDocument = snapshot.searcher.doc(DocAddress::new(segment, document))?;
        suggestions.push(Suggestion {
            kind: SuggestionKind::Course,
            label: stored(&document, fields.title).to_owned(),
            href: format!("/courses/{}", stored(&document, fields.slug)),
        });
    }
    Ok(suggestions)
}

/// Hands `each` the documents whose title has all the words, and whether it begins with the first.
fn find(segment: &Segment, words: &[String], guess: bool, mut each: impl FnMut(u32, bool)) -> Result<(), SearchError> {
    let mut found: Vec<u8> = vec![0; at(segment.reader.max_doc())];
    for (place, word) in (0_u8..).zip(words) {
        // A document goes on only if it had all words before: each word raises it by one.
        each_title(segment, word, guess, |document| {
            if let Some(found) = found.get_mut(at(document)).filter(|found| **found == place) {
                *found += 1;
            }
        })?;
    }
    let all = u8::try_from(words.len()).unwrap_or(u8::MAX);
    let mut begins = vec![false; found.len()];
    if let Some(first) = words.first() {
        for entry in entries(segment, first, false, place::FIRST) {
            let Some(term) = segment.first.terms().get(segment.vocabulary.word(entry))? else { continue };
            let mut postings = segment.first.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                for document in postings.docs() {
                    if let Some(begins) = begins.get_mut(at(*document)) {
                        *begins = true;
                    }
                }
                postings.advance();
            }
        }
    }
    let alive = segment.reader.alive_bitset();
    for (document, (found, begins)) in (0_u32..).zip(found.into_iter().zip(begins)) {
        if found == all && alive.is_none_or(|alive| alive.is_alive(document)) {
            each(document, begins);
        }
    }
    Ok(())
}

/// The vocabulary's words that begin so, or with `guess` are near, where they occur in the given texts.
fn entries(segment: &Segment, word: &str, guess: bool, places: u8) -> Vec<usize> {
    let vocabulary = &segment.vocabulary;
    let mut found: Vec<usize> = vocabulary.starting_with(word).collect();
    if guess && forgiven(word) > 0 {
        vocabulary.near(word, forgiven(word), |near, _| {
            if !vocabulary.word(near).starts_with(word) {
                found.push(near);
            }
        });
    }
    found.retain(|entry| vocabulary.places(*entry) & places != 0);
    found
}

fn each_title(segment: &Segment, word: &str, guess: bool, mut each: impl FnMut(u32)) -> Result<(), SearchError> {
    let Some(titles) = segment.texts.first() else { return Ok(()) };
    for entry in entries(segment, word, guess, place::TITLE) {
        let Some(term) = titles.index.terms().get(segment.vocabulary.word(entry))? else { continue };
        let mut postings = titles.index.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            postings.docs().iter().for_each(|document| each(*document));
            postings.advance();
        }
    }
    Ok(())
}
