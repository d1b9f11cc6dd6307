//! The index at one moment, ready for questions. A commit makes a new one; searches that are under way keep theirs.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use guildhall_types::search::CatalogQuery;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader, fieldnorm::FieldNormReader, index::SegmentId};

use crate::{
    collector::{self, Counts},
    columns::{AllValues, Columns},
    error::SearchError,
    number::{real, single},
    schema::{Fields, TEXTS},
    vocabulary::Vocabulary,
};

/// BM25's usual constants (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
pub(crate) const K1: f32 = 1.2;
const B: f32 = 0.75;

/// BM25's length term for each coded length of a text.
pub(crate) type Damping = [f32; 256];

/// A part of the index with what is kept of it in memory.
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) columns: Arc<Columns>,
    pub(crate) texts: Vec<Text>,
    pub(crate) first: Arc<InvertedIndexReader>,
}

/// One searched text of a segment.
pub(crate) struct Text {
    pub(crate) index: Arc<InvertedIndexReader>,
    /// The text's length in each document.
    pub(crate) lengths: FieldNormReader,
}

/// What was read of the segments so far.
#[derive(Default)]
pub(crate) struct Memory {
    values: AllValues,
    segments: HashMap<SegmentId, (Arc<Vocabulary>, Arc<Columns>)>,
}

pub(crate) struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) segments: Vec<Segment>,
    pub(crate) values: AllValues,
    /// For each text.
    pub(crate) damping: Vec<Damping>,
    counts: OnceLock<Counts>,
}

impl Snapshot {
    pub(crate) fn read(searcher: Searcher, fields: &Fields, memory: &mut Memory) -> Result<Self, SearchError> {
        let mut segments = Vec::new();
        for reader in searcher.segment_readers() {
            let id = reader.segment_id();
            if !memory.segments.contains_key(&id) {
                let vocabulary = Vocabulary::read(reader, fields)?;
                let columns = Columns::read(reader, &mut memory.values)?;
                memory.segments.insert(id, (Arc::new(vocabulary), Arc::new(columns)));
            }
            let Some((vocabulary, columns)) = memory.segments.get(&id).cloned() else { continue };
            segments.push(Segment {
                vocabulary,
                columns,
                texts: fields.texts.iter().map(|field| Text::open(reader, *field)).collect::<Result<_, _>>()?,
                first: reader.inverted_index(fields.first)?,
                reader: reader.clone(),
            });
        }
        memory.segments.retain(|id, _| searcher.segment_readers().iter().any(|reader| reader.segment_id() == *id));
        let documents: u64 = segments.iter().map(|segment| u64::from(segment.reader.max_doc())).sum();
        let damping = (0..TEXTS.len()).map(|text| {
            let words: u64 = segments
                .iter()
                .filter_map(|segment| segment.texts.get(text))
                .map(|text| text.index.total_num_tokens())
                .sum();
            damping(single(real(words) / real(documents.max(1))).max(1.0))
        });
        let damping = damping.collect();
        Ok(Self { searcher, segments, values: memory.values.clone(), damping, counts: OnceLock::new() })
    }

    /// How many courses each choice of each facet would show when nothing is asked.
    pub(crate) fn counts(&self) -> &Counts {
        self.counts.get_or_init(|| collector::collect(self, None, &CatalogQuery::default()).counts)
    }

    pub(crate) fn count(&self) -> u64 {
        self.searcher.num_docs()
    }
}

impl Text {
    fn open(segment: &SegmentReader, field: tantivy::schema::Field) -> Result<Self, SearchError> {
        let lengths = segment.fieldnorms_readers().get_field(field)?;
        Ok(Self {
            index: segment.inverted_index(field)?,
            lengths: lengths.unwrap_or_else(|| FieldNormReader::constant(segment.max_doc(), 1)),
        })
    }
}

fn damping(average: f32) -> Damping {
    std::array::from_fn(|code| {
        let length = FieldNormReader::id_to_fieldnorm(u8::try_from(code).unwrap_or(u8::MAX));
        K1 * (1.0 - B + B * single(f64::from(length)) / average)
    })
}
