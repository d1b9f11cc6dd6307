//! One question, answered.

use guildhall_types::search::{CatalogQuery, Hit, SearchAnswer};
use tantivy::{
    DocAddress, TantivyDocument,
    schema::{Field, Value},
};

use crate::{
    collector::{self, Collected},
    error::SearchError,
    filter,
    highlight::Highlighter,
    matching::Matches,
    query::Question,
    schema::{Fields, TEXTS},
    snapshot::Snapshot,
    spelling,
};

/// With fewer courses that have all words as typed, slips are looked for too.
const FEW: u64 = 3;

pub(crate) fn answer(snapshot: &Snapshot, fields: &Fields, query: &CatalogQuery) -> Result<SearchAnswer, SearchError> {
    let question = Question::parse(&query.q);
    if question.is_empty() {
        let found = collector::collect(snapshot, None, query);
        let hits = found
            .documents
            .iter()
            .map(|(_, course)| Hit { course: *course, title_html: None, snippet_html: None })
            .collect();
        return Ok(in_words(snapshot, query, &found, hits, None));
    }
    let mut matches = Matches::find(snapshot, fields, &question, false)?;
    let mut did_you_mean = None;
    if matches.exact < FEW && !question.units.is_empty() {
        did_you_mean = better_question(snapshot, fields, query, &question, &matches)?;
        matches = Matches::find(snapshot, fields, &question, true)?;
    }
    let found = collector::collect(snapshot, Some(&matches), query);
    let hits = highlighted(snapshot, fields, &found, &matches)?;
    Ok(in_words(snapshot, query, &found, hits, did_you_mean))
}

fn in_words(
    snapshot: &Snapshot,
    query: &CatalogQuery,
    found: &Collected,
    hits: Vec<Hit>,
    did_you_mean: Option<String>,
) -> SearchAnswer {
    SearchAnswer {
        hits,
        total: found.total,
        facets: filter::facets(query, &snapshot.values, &found.counts),
        did_you_mean,
    }
}

/// A better spelling, when more courses that pass the filters have all of its words than have all those typed.
fn better_question(
    snapshot: &Snapshot,
    fields: &Fields,
    query: &CatalogQuery,
    question: &Question,
    matches: &Matches,
) -> Result<Option<String>, SearchError> {
    let Some(text) = spelling::correct(snapshot, question) else { return Ok(None) };
    let better = Matches::find(snapshot, fields, &Question::parse(&text), false)?;
    let finds_more = better.exact > matches.exact
        && collector::count_exact(snapshot, &better, query) > collector::count_exact(snapshot, matches, query);
    Ok(finds_more.then_some(text))
}

fn highlighted(
    snapshot: &Snapshot,
    fields: &Fields,
    found: &Collected,
    matches: &Matches,
) -> Result<Vec<Hit>, SearchError> {
    let mut highlighter = Highlighter::new(&matches.found);
    let hit = |(address, course): &(DocAddress, _)| {
        let document: TantivyDocument = snapshot.searcher.doc(*address)?;
        let [title, summary, description] =
            ["title", "summary", "description"].map(|name| text(&document, fields, name));
        Ok(Hit {
            course: *course,
            title_html: Some(highlighter.whole(title)),
            snippet_html: highlighter.snippet(&[summary, description]),
        })
    };
    found.documents.iter().map(hit).collect()
}

fn text<'a>(document: &'a TantivyDocument, fields: &Fields, name: &str) -> &'a str {
    let field = TEXTS.iter().zip(fields.texts).find(|((text, _), _)| *text == name).map(|(_, field)| field);
    field.map_or("", |field| stored(document, field))
}

pub(crate) fn stored(document: &TantivyDocument, field: Field) -> &str {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default()
}
