//! The catalogue page's question, answered by index and database together.

use guildhall_db::{Db, OpResult};
use guildhall_types::{
    CourseId,
    search::{CatalogPage, CatalogQuery, FoundCourse, PAGE_MAX, PAGE_SIZE},
};

use crate::SearchIndex;

/// Reads the query of a catalogue address (`q=...&level=beginner&page=2`). Any text is fine.
#[must_use]
pub fn parse_address(address: &str) -> CatalogQuery {
    let pairs: Vec<_> = form_urlencoded::parse(address.as_bytes()).take(200).collect();
    CatalogQuery::from_pairs(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))
}

/// Asks the index which courses, and the database what they are. A course that is no longer published is left out, even if
/// the index has not heard of it yet.
///
/// # Errors
/// When the index or the database fails.
pub async fn browse(db: &Db, index: &SearchIndex, query: &CatalogQuery) -> OpResult<CatalogPage> {
    let answer = index.search(query).map_err(anyhow::Error::from)?;
    let ids: Vec<CourseId> = answer.hits.iter().map(|hit| hit.course).collect();
    let cards = guildhall_catalog::cards(db, &ids).await?;
    let mut hits = answer.hits.into_iter();
    let mut courses = Vec::with_capacity(cards.len());
    // Cards come in the order of the hits, with gaps.
    for card in cards {
        if let Some(hit) = hits.by_ref().find(|hit| hit.course == card.id) {
            courses.push(FoundCourse { card, title_html: hit.title_html, snippet_html: hit.snippet_html });
        }
    }
    let pages =
        u32::try_from(answer.total.div_ceil(u64::from(PAGE_SIZE))).map_or(PAGE_MAX, |pages| pages.min(PAGE_MAX));
    let page = query.page.clamp(1, PAGE_MAX);
    Ok(CatalogPage {
        courses,
        total: answer.total,
        page,
        pages,
        facets: answer.facets,
        did_you_mean: answer.did_you_mean,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_address_is_a_question(address in any::<String>()) {
            let query = parse_address(&address);
            prop_assert!(query.page >= 1 && query.q.chars().count() <= 200);
        }

        #[test]
        fn what_is_written_reads_back(address in "(q=[a-z+]{0,9}&)?(level=(beginner|advanced)&)?(category=[a-z-]{1,9}&)?(page=[0-9]{1,9})?") {
            let query = parse_address(&address);
            let written: Vec<_> = query.to_pairs();
            let again = CatalogQuery::from_pairs(written.iter().map(|(name, value)| (*name, value.as_str())));
            prop_assert_eq!(query, again);
        }
    }
}
