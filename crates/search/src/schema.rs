//! The index's fields, and how a course becomes a document.
//!
//! A change here, or of how words are folded, needs a new [`VERSION`]: an index of another version is thrown away and built anew.

use guildhall_types::CourseId;
use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, FAST, Field, IndexRecordOption, STORED, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
    },
    tokenizer::TokenizerManager,
};

use crate::{document::CourseDocument, text};

/// Written with every commit.
pub(crate) const VERSION: u32 = 1;

const TOKENIZER: &str = "words";

/// The texts in which words are looked for, with what a word there is worth.
pub(crate) const TEXTS: [(&str, f32); 6] =
    [("title", 5.0), ("skills", 3.0), ("provider", 2.0), ("category", 1.0), ("summary", 2.0), ("description", 1.0)];

/// Which texts a word stands in, as bits in the order of [`TEXTS`].
pub(crate) mod place {
    pub(crate) const TITLE: u8 = 1;
    /// Title, skills and provider: where the beginning of a word may be as short as one letter.
    pub(crate) const NAMES: u8 = 0b111;
    pub(crate) const ANY: u8 = 0b11_1111;
    /// The first word of the title.
    pub(crate) const FIRST: u8 = 0b100_0000;
}

/// Separates slug and name where both stand in one value.
pub(crate) const SEPARATOR: char = '\u{1f}';

#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    pub(crate) id: Field,
    pub(crate) slug: Field,
    pub(crate) texts: [Field; 6],
    pub(crate) first: Field,
    pub(crate) title: Field,
    skills: Field,
    provider: Field,
    category: Field,
    summary: Field,
    description: Field,
    facets: FacetFields,
    numbers: NumberFields,
}

/// `slug SEPARATOR name`, for the facets; the category has its position in between.
#[derive(Clone, Debug)]
struct FacetFields {
    category: Field,
    provider: Field,
    skill: Field,
}

#[derive(Clone, Debug)]
struct NumberFields {
    id_high: Field,
    id_low: Field,
    level: Field,
    delivery: Field,
    price: Field,
    minutes: Field,
    rating: Field,
    ratings: Field,
    published: Field,
}

fn text_options(record: IndexRecordOption, stored: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(record)
        .set_fieldnorms(!matches!(record, IndexRecordOption::Basic));
    let options = TextOptions::default().set_indexing_options(indexing);
    if stored { options.set_stored() } else { options }
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut schema = SchemaBuilder::new();
        let searched = text_options(IndexRecordOption::WithFreqsAndPositions, false);
        let shown = text_options(IndexRecordOption::WithFreqsAndPositions, true);
        let id = schema.add_bytes_field("id", BytesOptions::default().set_indexed());
        let slug = schema.add_text_field("slug", STORED);
        let title = schema.add_text_field("title", shown.clone());
        let skills = schema.add_text_field("skills", searched.clone());
        let provider = schema.add_text_field("provider", searched.clone());
        let category = schema.add_text_field("category", searched);
        let summary = schema.add_text_field("summary", shown.clone());
        let description = schema.add_text_field("description", shown);
        let first = schema.add_text_field("first", text_options(IndexRecordOption::Basic, false));
        let value = TextOptions::default().set_fast("raw");
        let facets = FacetFields {
            category: schema.add_text_field("category_value", value.clone()),
            provider: schema.add_text_field("provider_value", value.clone()),
            skill: schema.add_text_field("skill_value", value),
        };
        let numbers = NumberFields {
            id_high: schema.add_u64_field("id_high", FAST),
            id_low: schema.add_u64_field("id_low", FAST),
            level: schema.add_u64_field("level", FAST),
            delivery: schema.add_u64_field("delivery", FAST),
            price: schema.add_i64_field("price", FAST),
            minutes: schema.add_u64_field("minutes", FAST),
            rating: schema.add_u64_field("rating", FAST),
            ratings: schema.add_u64_field("ratings", FAST),
            published: schema.add_i64_field("published", FAST),
        };
        let texts = [title, skills, provider, category, summary, description];
        Self {
            schema: schema.build(),
            id,
            slug,
            texts,
            first,
            title,
            skills,
            provider,
            category,
            summary,
            description,
            facets,
            numbers,
        }
    }

    pub(crate) fn tokenizers() -> TokenizerManager {
        let tokenizers = TokenizerManager::default();
        tokenizers.register(TOKENIZER, text::Words);
        tokenizers
    }

    /// What a course is found by when it is changed or removed.
    pub(crate) fn id_term(&self, id: CourseId) -> Term {
        Term::from_field_bytes(self.id, id.0.as_bytes())
    }

    pub(crate) fn document(&self, course: &CourseDocument) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_bytes(self.id, course.id.0.as_bytes());
        document.add_text(self.slug, &course.slug);
        document.add_text(self.title, &course.title);
        if let Some(word) = text::words(&course.title).first() {
            document.add_text(self.first, &word.folded);
        }
        document.add_text(self.provider, &course.provider_name);
        document.add_text(self.category, &course.category_name);
        document.add_text(self.summary, &course.summary);
        document.add_text(self.description, &course.description_text);
        document.add_text(self.facets.provider, format!("{}{SEPARATOR}{}", course.provider_slug, course.provider_name));
        document.add_text(
            self.facets.category,
            format!(
                "{}{SEPARATOR}{}{SEPARATOR}{}",
                course.category_slug, course.category_position, course.category_name
            ),
        );
        for (slug, name) in &course.skills {
            document.add_text(self.skills, name);
            document.add_text(self.facets.skill, format!("{slug}{SEPARATOR}{name}"));
        }
        self.add_numbers(&mut document, course);
        document
    }

    fn add_numbers(&self, document: &mut TantivyDocument, course: &CourseDocument) {
        let (high, low) = course.id.0.as_u64_pair();
        let numbers = &self.numbers;
        document.add_u64(numbers.id_high, high);
        document.add_u64(numbers.id_low, low);
        document.add_u64(numbers.level, place_of(guildhall_types::catalog::Level::ALL, course.level));
        document.add_u64(numbers.delivery, place_of(guildhall_types::catalog::Delivery::ALL, course.delivery));
        document.add_i64(numbers.price, course.price_pence);
        document.add_u64(numbers.minutes, u64::from(course.duration_minutes));
        document.add_u64(numbers.rating, u64::from(course.rating_tenths.unwrap_or(0)));
        document.add_u64(numbers.ratings, course.rating_count);
        document.add_i64(numbers.published, course.published_at);
    }
}

/// A choice's place in the list of all.
fn place_of<T: PartialEq>(all: &[T], choice: T) -> u64 {
    all.iter().position(|one| *one == choice).and_then(|place| u64::try_from(place).ok()).unwrap_or(0)
}
