//! One walk over the matches: filters them, counts all facets and keeps the best ones of the page asked for.
//!
//! A facet's counts respect the other facets' filters, not its own. So a document that fails no filter counts everywhere, one
//! that fails a single facet's counts in that facet alone, and one that fails more counts nowhere.

use std::cmp::{Ordering, Reverse};

use guildhall_types::{
    CourseId,
    search::{CatalogQuery, PAGE_MAX, PAGE_SIZE, Sort},
};
use tantivy::DocAddress;
use uuid::Uuid;

use crate::{
    columns::{Columns, FacetRow, OrderRow, Values},
    filter::{Facet, Filters, Verdict},
    matching::{Matches, SegmentMatches},
    number::at,
    snapshot::Snapshot,
};

/// How many courses each choice of each facet would show, by the numbers of values and the places of choices.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) category: Vec<u64>,
    pub(crate) skill: Vec<u64>,
    pub(crate) provider: Vec<u64>,
    pub(crate) level: [u64; 3],
    pub(crate) delivery: [u64; 4],
    pub(crate) price: [u64; 5],
    pub(crate) duration: [u64; 4],
    pub(crate) rating: [u64; 3],
}

/// What the walk found.
#[derive(Debug)]
pub(crate) struct Collected {
    /// The page's documents, best first.
    pub(crate) documents: Vec<(DocAddress, CourseId)>,
    pub(crate) total: u64,
    pub(crate) counts: Counts,
}

/// A document in the order of results: greater is better. Ids make it total, so pages never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    rank: u64,
    tie: u64,
    id: Reverse<u128>,
    pub(crate) address: Reverse<(u32, u32)>,
}

pub(crate) fn collect(snapshot: &Snapshot, matches: Option<&Matches>, query: &CatalogQuery) -> Collected {
    let filters = Filters::new(query, &snapshot.values);
    let size = at(PAGE_SIZE);
    let skipped = at(query.page.clamp(1, PAGE_MAX) - 1) * size;
    let mut best = Best::new(skipped + size);
    let mut counts = Counts::new(snapshot);
    let mut total = 0;
    for (place, segment) in (0_u32..).zip(&snapshot.segments) {
        let columns = segment.columns.as_ref();
        let alive = segment.reader.alive_bitset();
        let found = matches.and_then(|matches| Some((matches.needed, matches.segments.get(at(place))?)));
        for (document, (facets, order)) in (0_u32..).zip(columns.facets.iter().zip(&columns.orders)) {
            if found.is_some_and(|(needed, matches)| !matches.has(document, needed))
                || alive.is_some_and(|alive| alive.is_deleted(document))
            {
                continue;
            }
            match filters.judge(columns, facets) {
                Verdict::Passes => {
                    total += 1;
                    counts.add_all(columns, facets);
                    let rank = rank(query.sort, found.map(|(_, matches)| matches), document, order);
                    best.offer(rank, order, (place, document));
                }
                Verdict::FailsOnly(facet) => counts.add(facet, columns, facets),
                Verdict::Fails => {}
            }
        }
    }
    let documents = best.take().into_iter().skip(skipped).map(Ranked::document).collect();
    Collected { documents, total, counts }
}

impl SegmentMatches {
    fn has(&self, document: u32, needed: u8) -> bool {
        let (matched, score) = (self.matched.get(at(document)), self.scores.get(at(document)));
        matched.is_some_and(|matched| *matched >= needed) && score.is_some_and(|score| *score >= 0.0)
    }

    /// More units first, then more of them as typed, then the score.
    fn rank(&self, document: u32) -> u64 {
        let place = at(document);
        let matched = self.matched.get(place).copied().unwrap_or(0);
        let exact = self.exact.get(place).copied().unwrap_or(0);
        // The bits of floats that are not negative are in their order.
        let score = self.scores.get(place).copied().unwrap_or(0.0).to_bits();
        u64::from(matched) << 40 | u64::from(exact) << 32 | u64::from(score)
    }
}

/// A number that keeps the order of signed ones.
fn ordered(value: i64) -> u64 {
    value.cast_unsigned() ^ 1 << 63
}

fn rank(sort: Sort, matches: Option<&SegmentMatches>, document: u32, order: &OrderRow) -> u64 {
    match sort {
        Sort::Relevance => matches.map_or_else(|| u64::from(order.quality), |matches| matches.rank(document)),
        Sort::Rating => u64::from(order.rating_tenths) << 32 | u64::from(order.rating_count),
        Sort::PriceAsc => !ordered(order.price),
        Sort::PriceDesc => ordered(order.price),
        Sort::Newest => ordered(order.published),
    }
}

impl Ranked {
    fn document(self) -> (DocAddress, CourseId) {
        let Reverse((segment, document)) = self.address;
        (DocAddress::new(segment, document), CourseId(Uuid::from_u128(self.id.0)))
    }
}

/// Keeps the best documents: up to twice as many as wanted, thrown out by half when it is full.
pub(crate) struct Best {
    wanted: usize,
    kept: Vec<Ranked>,
    /// What is below is not among the best.
    bar: u64,
}

impl Best {
    pub(crate) fn new(wanted: usize) -> Self {
        Self { wanted, kept: Vec::new(), bar: 0 }
    }

    pub(crate) fn offer(&mut self, rank: u64, order: &OrderRow, address: (u32, u32)) {
        if rank < self.bar {
            return;
        }
        let seconds = u32::try_from(order.published).unwrap_or(0);
        let tie = u64::from(order.quality) << 32 | u64::from(seconds);
        self.kept.push(Ranked { rank, tie, id: Reverse(order.id), address: Reverse(address) });
        if self.kept.len() >= self.wanted * 2 {
            self.kept.select_nth_unstable_by(self.wanted - 1, |one, other| other.cmp(one));
            self.kept.truncate(self.wanted);
            self.bar = self.kept.last().map_or(0, |last| last.rank);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) fn take(mut self) -> Vec<Ranked> {
        self.kept.sort_unstable_by(|one, other| other.cmp(one));
        self.kept.truncate(self.wanted);
        self.kept
    }
}

impl Counts {
    fn new(snapshot: &Snapshot) -> Self {
        let zeros = |values: &Values| vec![0; values.list().len()];
        let values = &snapshot.values;
        Self {
            category: zeros(&values.category),
            skill: zeros(&values.skill),
            provider: zeros(&values.provider),
            ..Self::default()
        }
    }

    fn add_all(&mut self, columns: &Columns, row: &FacetRow) {
        for facet in Facet::ALL {
            self.add(facet, columns, row);
        }
    }

    fn add(&mut self, facet: Facet, columns: &Columns, row: &FacetRow) {
        match facet {
            Facet::Category => one_more(&mut self.category, at(row.category)),
            Facet::Provider => one_more(&mut self.provider, at(row.provider)),
            Facet::Skill => {
                for skill in columns.skills(row) {
                    one_more(&mut self.skill, at(*skill));
                }
            }
            Facet::Level => one_more(&mut self.level, usize::from(row.level)),
            Facet::Delivery => one_more(&mut self.delivery, usize::from(row.delivery)),
            Facet::Price => one_more(&mut self.price, usize::from(row.price)),
            Facet::Duration => one_more(&mut self.duration, usize::from(row.duration)),
            Facet::Rating => {
                for (bit, count) in self.rating.iter_mut().enumerate() {
                    *count += u64::from(row.ratings >> bit & 1);
                }
            }
        }
    }
}

fn one_more(counts: &mut [u64], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}

/// The choices with the greatest counts first, then by name.
pub(crate) fn by_count(one: (u64, &str), other: (u64, &str)) -> Ordering {
    other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1))
}

/// How many documents that pass the filters have every unit as typed.
pub(crate) fn count_exact(snapshot: &Snapshot, matches: &Matches, query: &CatalogQuery) -> u64 {
    let filters = Filters::new(query, &snapshot.values);
    let mut total = 0;
    for (segment, found) in snapshot.segments.iter().zip(&matches.segments) {
        let columns = segment.columns.as_ref();
        for document in segment.reader.doc_ids_alive() {
            let exact = found.exact.get(at(document)).is_some_and(|exact| *exact == matches.units)
                && found.has(document, matches.units);
            let row = columns.facets.get(at(document)).filter(|_| exact);
            total += u64::from(row.is_some_and(|row| filters.judge(columns, row) == Verdict::Passes));
        }
    }
    total
}
