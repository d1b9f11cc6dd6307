//! The filters of a question as tables that are quick to look up, and the facets as pages show them.

use guildhall_types::{
    catalog::{Delivery, Level},
    search::{CatalogQuery, DurationBand, FacetChoice, Facets, PriceBand, RatingBand},
};

use crate::{
    collector::{Counts, by_count},
    columns::{AllValues, Columns, FacetRow, Value, Values},
    number::at,
};

/// Of skills and providers the most frequent ones are shown.
const SHOWN: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Facet {
    Category,
    Skill,
    Level,
    Provider,
    Price,
    Rating,
    Duration,
    Delivery,
}

impl Facet {
    pub(crate) const ALL: [Self; 8] = [
        Self::Category,
        Self::Skill,
        Self::Level,
        Self::Provider,
        Self::Price,
        Self::Rating,
        Self::Duration,
        Self::Delivery,
    ];
}

/// What a facet lets through, when something of it is chosen.
#[derive(Debug)]
enum Filter {
    /// By the number of a value.
    Values(Vec<bool>),
    /// By the place of a choice, as bits.
    Choices(u8),
}

impl Filter {
    fn values(chosen: &[String], values: &Values) -> Self {
        let mut lets = vec![false; values.list().len()];
        for number in chosen.iter().filter_map(|slug| values.number_of(slug)) {
            if let Some(lets) = lets.get_mut(at(number)) {
                *lets = true;
            }
        }
        Self::Values(lets)
    }

    fn choices<T: PartialEq>(chosen: &[T], all: &[T]) -> Self {
        let bits = (0_u8..8).zip(all).filter(|(_, choice)| chosen.contains(choice));
        Self::Choices(bits.fold(0, |bits, (bit, _)| bits | 1 << bit))
    }

    fn lets(&self, number: u32) -> bool {
        match self {
            Self::Values(lets) => lets.get(at(number)).copied().unwrap_or(false),
            Self::Choices(bits) => number < 8 && bits >> number & 1 == 1,
        }
    }
}

/// What the filters say of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passes,
    FailsOnly(Facet),
    /// More than one.
    Fails,
}

/// The filters in force.
#[derive(Debug)]
pub(crate) struct Filters(Vec<(Facet, Filter)>);

impl Filters {
    pub(crate) fn new(query: &CatalogQuery, values: &AllValues) -> Self {
        let mut filters = Vec::new();
        let mut add = |chosen: bool, facet: Facet, filter: Filter| {
            if chosen {
                filters.push((facet, filter));
            }
        };
        add(!query.category.is_empty(), Facet::Category, Filter::values(&query.category, &values.category));
        add(!query.skill.is_empty(), Facet::Skill, Filter::values(&query.skill, &values.skill));
        add(!query.provider.is_empty(), Facet::Provider, Filter::values(&query.provider, &values.provider));
        add(!query.level.is_empty(), Facet::Level, Filter::choices(&query.level, Level::ALL));
        add(!query.price.is_empty(), Facet::Price, Filter::choices(&query.price, PriceBand::ALL));
        add(query.rating.is_some(), Facet::Rating, Filter::choices(query.rating.as_slice(), RatingBand::ALL));
        add(!query.duration.is_empty(), Facet::Duration, Filter::choices(&query.duration, DurationBand::ALL));
        add(!query.delivery.is_empty(), Facet::Delivery, Filter::choices(&query.delivery, Delivery::ALL));
        Self(filters)
    }

    pub(crate) fn judge(&self, columns: &Columns, row: &FacetRow) -> Verdict {
        let mut verdict = Verdict::Passes;
        for (facet, filter) in &self.0 {
            let passes = match facet {
                Facet::Category => filter.lets(row.category),
                Facet::Provider => filter.lets(row.provider),
                Facet::Skill => columns.skills(row).iter().any(|skill| filter.lets(*skill)),
                Facet::Level => filter.lets(u32::from(row.level)),
                Facet::Price => filter.lets(u32::from(row.price)),
                Facet::Duration => filter.lets(u32::from(row.duration)),
                Facet::Delivery => filter.lets(u32::from(row.delivery)),
                Facet::Rating => matches!(filter, Filter::Choices(bits) if bits & row.ratings != 0),
            };
            match (passes, verdict) {
                (true, _) => {}
                (false, Verdict::Passes) => verdict = Verdict::FailsOnly(*facet),
                (false, _) => return Verdict::Fails,
            }
        }
        verdict
    }
}

/// The counts in words.
pub(crate) fn facets(query: &CatalogQuery, values: &AllValues, counts: &Counts) -> Facets {
    Facets {
        category: categories(&query.category, &values.category, &counts.category),
        skill: most_frequent(&query.skill, &values.skill, &counts.skill),
        provider: most_frequent(&query.provider, &values.provider, &counts.provider),
        level: choices(Level::ALL, &counts.level, |level| (level.slug(), level.label(), query.level.contains(&level))),
        price: choices(PriceBand::ALL, &counts.price, |band| (band.slug(), band.label(), query.price.contains(&band))),
        rating: choices(RatingBand::ALL, &counts.rating, |band| {
            (band.slug(), band.label(), query.rating == Some(band))
        }),
        duration: choices(DurationBand::ALL, &counts.duration, |band| {
            (band.slug(), band.label(), query.duration.contains(&band))
        }),
        delivery: choices(Delivery::ALL, &counts.delivery, |one| {
            (one.slug(), one.label(), query.delivery.contains(&one))
        }),
    }
}

fn choices<T: Copy>(
    all: &[T],
    counts: &[u64],
    words: impl Fn(T) -> (&'static str, &'static str, bool),
) -> Vec<FacetChoice> {
    let choice = |(one, count): (&T, &u64)| {
        let (slug, label, chosen) = words(*one);
        FacetChoice { slug: slug.to_owned(), label: label.to_owned(), count: *count, chosen }
    };
    all.iter().zip(counts).map(choice).collect()
}

fn choice(value: &Value, count: u64, chosen: &[String]) -> FacetChoice {
    FacetChoice { slug: value.slug.clone(), label: value.name.clone(), count, chosen: chosen.contains(&value.slug) }
}

/// What was chosen stays to be seen, so that it can be given up, even when no course has it.
fn add_unknown(choices: &mut Vec<FacetChoice>, chosen: &[String]) {
    for slug in chosen {
        if !choices.iter().any(|choice| choice.slug == *slug) {
            choices.push(FacetChoice { slug: slug.clone(), label: slug.clone(), count: 0, chosen: true });
        }
    }
}

fn categories(chosen: &[String], values: &Values, counts: &[u64]) -> Vec<FacetChoice> {
    let mut known: Vec<(&Value, u64)> = values.list().iter().zip(counts.iter().copied()).collect();
    known.sort_by(|(one, _), (other, _)| one.position.cmp(&other.position).then_with(|| one.name.cmp(&other.name)));
    let mut choices = known.into_iter().map(|(value, count)| choice(value, count, chosen)).collect();
    add_unknown(&mut choices, chosen);
    choices
}

fn most_frequent(chosen: &[String], values: &Values, counts: &[u64]) -> Vec<FacetChoice> {
    let is_chosen = |value: &Value| chosen.contains(&value.slug);
    let order = |one: &(&Value, u64), other: &(&Value, u64)| by_count((one.1, &one.0.name), (other.1, &other.0.name));
    let mut found: Vec<(&Value, u64)> = values
        .list()
        .iter()
        .zip(counts.iter().copied())
        .filter(|(value, count)| *count > 0 || is_chosen(value))
        .collect();
    if found.len() > SHOWN {
        found.select_nth_unstable_by(SHOWN - 1, order);
        let rest = found.split_off(SHOWN);
        found.extend(rest.into_iter().filter(|(value, _)| is_chosen(value)));
    }
    found.sort_by(order);
    let mut choices = found.into_iter().map(|(value, count)| choice(value, count, chosen)).collect();
    add_unknown(&mut choices, chosen);
    choices
}
