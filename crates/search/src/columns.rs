//! What filters, facets and orders need of each course, in memory, in one row a document. Read once for each segment, since a
//! segment never changes.

use std::collections::HashMap;

use guildhall_types::search::{DurationBand, PriceBand, RatingBand};
use tantivy::{SegmentReader, columnar::Column};

use crate::{
    error::SearchError,
    number::{at, number},
    schema::SEPARATOR,
    text,
};

/// A category, a skill or a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) position: u32,
}

/// All values of a facet. A value keeps its number as long as the index is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    numbers: HashMap<String, u32>,
    list: Vec<Value>,
    /// The folded words of the names, with a space before each.
    folded: Vec<String>,
}

impl Values {
    pub(crate) fn folded(&self) -> &[String] {
        &self.folded
    }

    pub(crate) fn list(&self) -> &[Value] {
        &self.list
    }

    pub(crate) fn number_of(&self, slug: &str) -> Option<u32> {
        self.numbers.get(slug).copied()
    }

    /// The number of what stands in the index for a value; its name is taken over when a living course says so.
    fn note(&mut self, text: &str, lives: bool) -> u32 {
        let (slug, rest) = text.split_once(SEPARATOR).unwrap_or((text, text));
        let (position, name) = match rest.split_once(SEPARATOR) {
            Some((position, name)) => (position.parse().unwrap_or(0), name),
            None => (0, rest),
        };
        let folded: String = text::words(name).into_iter().flat_map(|word| [" ".to_owned(), word.folded]).collect();
        let value = Value { slug: slug.to_owned(), name: name.to_owned(), position };
        if let Some(known) = self.number_of(slug) {
            let place = at(known);
            if let (true, Some(old), Some(words)) = (lives, self.list.get_mut(place), self.folded.get_mut(place)) {
                (*old, *words) = (value, folded);
            }
            return known;
        }
        let new = number(self.list.len());
        self.numbers.insert(slug.to_owned(), new);
        self.list.push(value);
        self.folded.push(folded);
        new
    }
}

/// The values of the facets that the courses themselves bring.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllValues {
    pub(crate) category: Values,
    pub(crate) skill: Values,
    pub(crate) provider: Values,
}

/// A document's place in each facet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FacetRow {
    pub(crate) category: u32,
    pub(crate) provider: u32,
    skills_from: u32,
    skills: u8,
    pub(crate) level: u8,
    pub(crate) delivery: u8,
    pub(crate) price: u8,
    pub(crate) duration: u8,
    /// Bits in the order of [`RatingBand::ALL`]: the bands nest.
    pub(crate) ratings: u8,
}

/// What a document is ordered by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OrderRow {
    pub(crate) id: u128,
    pub(crate) published: i64,
    pub(crate) price: i64,
    /// See [`quality`].
    pub(crate) quality: u32,
    pub(crate) rating_tenths: u32,
    pub(crate) rating_count: u32,
}

/// The rows of a segment.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) facets: Vec<FacetRow>,
    pub(crate) orders: Vec<OrderRow>,
    skills: Vec<u32>,
}

/// How good a course is by its ratings: their average with ten imagined ratings of four stars among them (a Bayesian average),
/// in thousandths of a star. Many good ratings are worth more than few.
pub(crate) fn quality(rating_tenths: u32, rating_count: u32) -> u32 {
    const IMAGINED: u64 = 10;
    let (tenths, count) = (u64::from(rating_tenths), u64::from(rating_count));
    let sum = IMAGINED * 4_000 + tenths * 100 * count;
    u32::try_from(sum / (IMAGINED + count)).unwrap_or(0)
}

impl Columns {
    pub(crate) fn read(segment: &SegmentReader, values: &mut AllValues) -> Result<Self, SearchError> {
        let numbers = Numbers::open(segment)?;
        let category = Strings::read(segment, "category_value", &mut values.category)?;
        let provider = Strings::read(segment, "provider_value", &mut values.provider)?;
        let skill = Strings::read(segment, "skill_value", &mut values.skill)?;
        let mut columns = Self::default();
        for document in 0..segment.max_doc() {
            let from = columns.skills.len();
            columns.skills.extend(skill.of(document));
            let skills = u8::try_from(columns.skills.len() - from).unwrap_or(u8::MAX);
            columns.facets.push(FacetRow {
                category: category.of(document).next().unwrap_or(u32::MAX),
                provider: provider.of(document).next().unwrap_or(u32::MAX),
                skills_from: number(from),
                skills,
                ..numbers.facets(document)
            });
            columns.orders.push(numbers.order(document));
        }
        columns.skills.shrink_to_fit();
        Ok(columns)
    }

    pub(crate) fn skills(&self, row: &FacetRow) -> &[u32] {
        let from = at(row.skills_from);
        self.skills.get(from..from + usize::from(row.skills)).unwrap_or_default()
    }
}

/// A text column, with what its values are numbered across segments.
struct Strings {
    column: Option<Column<u64>>,
    numbers: Vec<u32>,
}

impl Strings {
    fn read(segment: &SegmentReader, field: &str, values: &mut Values) -> Result<Self, SearchError> {
        let Some(strings) = segment.fast_fields().str(field)? else {
            return Ok(Self { column: None, numbers: Vec::new() });
        };
        let mut lives = vec![false; strings.num_terms()];
        for document in segment.doc_ids_alive() {
            for ordinal in strings.term_ords(document) {
                if let Some(lives) = usize::try_from(ordinal).ok().and_then(|ordinal| lives.get_mut(ordinal)) {
                    *lives = true;
                }
            }
        }
        let mut numbers = Vec::with_capacity(lives.len());
        let mut terms = strings.dictionary().stream()?;
        let mut lives = lives.into_iter();
        while terms.advance() {
            numbers.push(values.note(&String::from_utf8_lossy(terms.key()), lives.next().unwrap_or(false)));
        }
        Ok(Self { column: Some(strings.ords().clone()), numbers })
    }

    fn of(&self, document: u32) -> impl Iterator<Item = u32> {
        let ordinals = self.column.iter().flat_map(move |column| column.values_for_doc(document));
        ordinals.filter_map(|ordinal| self.numbers.get(usize::try_from(ordinal).ok()?).copied())
    }
}

/// The number columns of a segment.
struct Numbers {
    id_high: Column<u64>,
    id_low: Column<u64>,
    level: Column<u64>,
    delivery: Column<u64>,
    minutes: Column<u64>,
    rating: Column<u64>,
    ratings: Column<u64>,
    price: Column<i64>,
    published: Column<i64>,
}

impl Numbers {
    fn open(segment: &SegmentReader) -> Result<Self, SearchError> {
        let columns = segment.fast_fields();
        Ok(Self {
            id_high: columns.u64("id_high")?,
            id_low: columns.u64("id_low")?,
            level: columns.u64("level")?,
            delivery: columns.u64("delivery")?,
            minutes: columns.u64("minutes")?,
            rating: columns.u64("rating")?,
            ratings: columns.u64("ratings")?,
            price: columns.i64("price")?,
            published: columns.i64("published")?,
        })
    }

    fn facets(&self, document: u32) -> FacetRow {
        let price = self.price.first(document).unwrap_or(0);
        let minutes = small(&self.minutes, document);
        let tenths = small(&self.rating, document);
        FacetRow {
            level: u8::try_from(small(&self.level, document)).unwrap_or(u8::MAX),
            delivery: u8::try_from(small(&self.delivery, document)).unwrap_or(u8::MAX),
            price: band(PriceBand::ALL.iter().map(|band| band.range()), price),
            duration: band(DurationBand::ALL.iter().map(|band| band.range()), minutes),
            ratings: (0_u8..)
                .zip(RatingBand::ALL)
                .filter(|(_, band)| (band.range().0..band.range().1).contains(&tenths))
                .fold(0, |bits, (bit, _)| bits | 1 << bit),
            ..FacetRow::default()
        }
    }

    fn order(&self, document: u32) -> OrderRow {
        let (high, low) = (self.id_high.first(document).unwrap_or(0), self.id_low.first(document).unwrap_or(0));
        let (rating_tenths, rating_count) = (small(&self.rating, document), small(&self.ratings, document));
        OrderRow {
            id: u128::from(high) << 64 | u128::from(low),
            published: self.published.first(document).unwrap_or(0),
            price: self.price.first(document).unwrap_or(0),
            quality: quality(rating_tenths, rating_count),
            rating_tenths,
            rating_count,
        }
    }
}

fn small(column: &Column<u64>, document: u32) -> u32 {
    column.first(document).and_then(|value| u32::try_from(value).ok()).unwrap_or(0)
}

/// The place of the band in which a value lies.
fn band<T: PartialOrd>(mut ranges: impl Iterator<Item = (T, T)>, value: T) -> u8 {
    ranges
        .position(|(from, to)| (from..to).contains(&value))
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_good_ratings_are_worth_more_than_few() {
        assert_eq!(quality(0, 0), 4_000);
        assert!(quality(47, 200) > quality(50, 1));
        assert!(quality(50, 3) > quality(0, 0));
        assert!(quality(0, 0) > quality(30, 20));
    }

    #[test]
    fn values_keep_their_numbers_and_follow_their_names() {
        let mut values = Values::default();
        assert_eq!(values.note("law\u{1f}3\u{1f}Law", true), 0);
        assert_eq!(values.note("health\u{1f}0\u{1f}Health", true), 1);
        assert_eq!(values.note("law\u{1f}2\u{1f}Law and policy", true), 0);
        assert_eq!(values.note("law\u{1f}9\u{1f}Old", false), 0);
        assert_eq!(values.list()[0], Value { slug: "law".into(), name: "Law and policy".into(), position: 2 });
        assert_eq!(values.number_of("health"), Some(1));
        assert_eq!(values.number_of("art"), None);
    }
}
