//! "Did you mean": for each word that hardly any course has, the nearest word that many have.

use std::collections::HashMap;

use crate::{
    matching,
    number::real,
    query::{Question, Unit},
    schema::place,
    snapshot::Snapshot,
    vocabulary::forgiven,
};

/// A word that fewer courses have may be a slip.
const RARE: u64 = 3;
/// A word that some courses have is doubted only when another one is so many times as frequent.
const DOUBT: u64 = 10;
/// With each slip a word must be so many times as frequent to be the better guess.
const SLIP: f64 = 16.0;

/// The question with better words in the place of doubtful ones; `None` when no word has a better one.
pub(crate) fn correct(snapshot: &Snapshot, question: &Question) -> Option<String> {
    let mut text = question.text.clone();
    let mut corrected = false;
    // From behind, so that the places before stay where they are.
    for unit in question.units.iter().rev() {
        let Unit::Word { word, prefix } = unit else { continue };
        let Some(better) = better(snapshot, &word.folded, *prefix) else { continue };
        text.replace_range(word.start..word.end, &better);
        corrected = true;
    }
    corrected.then_some(text)
}

fn better(snapshot: &Snapshot, word: &str, prefix: bool) -> Option<String> {
    let slips = forgiven(word);
    let mut own = matching::frequency(snapshot, word);
    if prefix {
        let begun = |segment: &crate::snapshot::Segment| -> u64 {
            segment.vocabulary.starting_with(word).map(|word| u64::from(segment.vocabulary.documents(word))).sum()
        };
        own = own.max(snapshot.segments.iter().map(begun).sum());
    }
    if slips == 0 || own >= RARE {
        return None;
    }
    let mut candidates: HashMap<&str, (u8, u64)> = HashMap::new();
    for segment in &snapshot.segments {
        segment.vocabulary.near(word, slips, |near, distance| {
            if distance > 0 && segment.vocabulary.places(near) & place::ANY != 0 {
                let candidate = candidates.entry(segment.vocabulary.word(near)).or_insert((distance, 0));
                candidate.1 += u64::from(segment.vocabulary.documents(near));
            }
        });
    }
    let worth = |(distance, documents): (u8, u64)| real(documents) / SLIP.powi(i32::from(distance));
    candidates
        .into_iter()
        .filter(|(_, (_, documents))| *documents > own * DOUBT)
        .max_by(|one, other| worth(one.1).total_cmp(&worth(other.1)).then_with(|| other.0.cmp(one.0)))
        .map(|(word, _)| word.to_owned())
}
