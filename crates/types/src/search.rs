//! What can be asked of the catalogue, and what it answers. The same parameters serve the page, the REST API and the index.

use serde::{Deserialize, Serialize};

use crate::{
    CourseId,
    catalog::{CourseCard, Delivery, Level},
    form::QUERY_MAX,
};

/// Courses on one page of results.
pub const PAGE_SIZE: u32 = 20;
/// The last page that may be asked for: the index never skips further than this many pages.
pub const PAGE_MAX: u32 = 500;

/// The order of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    #[default]
    Relevance,
    Rating,
    PriceAsc,
    PriceDesc,
    Newest,
}

impl Sort {
    pub const ALL: [Self; 5] = [Self::Relevance, Self::Rating, Self::PriceAsc, Self::PriceDesc, Self::Newest];

    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Rating => "rating",
            Self::PriceAsc => "price-asc",
            Self::PriceDesc => "price-desc",
            Self::Newest => "newest",
        }
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Relevance => "Most relevant",
            Self::Rating => "Highest rated",
            Self::PriceAsc => "Lowest price",
            Self::PriceDesc => "Highest price",
            Self::Newest => "Newest",
        }
    }

    #[must_use]
    pub fn from_slug(text: &str) -> Option<Self> {
        // `price` alone is the contract's short form.
        if text == "price" {
            return Some(Self::PriceAsc);
        }
        Self::ALL.into_iter().find(|sort| sort.slug() == text)
    }
}

macro_rules! bands {
    ($(#[$doc:meta])* $name:ident: $unit:ty { $($variant:ident = $slug:literal, $label:literal, $from:expr, $to:expr;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $slug)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// Half-open: from the first, up to but without the second.
            #[must_use]
            pub const fn range(self) -> ($unit, $unit) {
                match self { $(Self::$variant => ($from, $to),)+ }
            }

            #[must_use]
            pub fn from_slug(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|band| band.slug() == text)
            }
        }
    };
}

bands! {
    /// In pence.
    PriceBand: i64 {
        Free = "free", "Free", 0, 1;
        Under100 = "under-100", "Under £100", 1, 10_000;
        Under250 = "100-250", "£100 to £249.99", 10_000, 25_000;
        Under500 = "250-500", "£250 to £499.99", 25_000, 50_000;
        Over500 = "500-plus", "£500 and over", 50_000, i64::MAX;
    }
}

bands! {
    /// In minutes.
    DurationBand: u32 {
        UpTo3 = "under-3", "Under 3 hours", 0, 180;
        UpTo10 = "3-10", "3 to 10 hours", 180, 600;
        UpTo20 = "10-20", "10 to 20 hours", 600, 1_200;
        Over20 = "20-plus", "20 hours and over", 1_200, u32::MAX;
    }
}

bands! {
    /// In tenths of a star, at least; the bands nest.
    RatingBand: u32 {
        FourHalf = "4.5", "4.5 and up", 45, 51;
        Four = "4", "4 and up", 40, 51;
        Three = "3", "3 and up", 30, 51;
    }
}

/// One question to the catalogue. Within a facet the choices are alternatives; between facets they add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CatalogQuery {
    pub q: String,
    pub category: Vec<String>,
    pub skill: Vec<String>,
    pub level: Vec<Level>,
    pub provider: Vec<String>,
    pub price: Vec<PriceBand>,
    pub rating: Option<RatingBand>,
    pub duration: Vec<DurationBand>,
    pub delivery: Vec<Delivery>,
    pub sort: Sort,
    /// From 1.
    pub page: u32,
}

impl CatalogQuery {
    /// Reads an address's query pairs. What is unknown is passed over, what is too long is cut: a link that somebody
    /// shared or mangled always shows something.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self { page: 1, ..Self::default() };
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name {
                "q" => query.q = value.chars().take(QUERY_MAX).collect(),
                "category" => push_slugs(&mut query.category, value),
                "skill" => push_slugs(&mut query.skill, value),
                "provider" => push_slugs(&mut query.provider, value),
                "level" => push(&mut query.level, value, |text| text.parse().ok()),
                "price" => push(&mut query.price, value, PriceBand::from_slug),
                "duration" => push(&mut query.duration, value, DurationBand::from_slug),
                "delivery" => push(&mut query.delivery, value, |text| text.parse().ok()),
                "rating" => query.rating = RatingBand::from_slug(value).or(query.rating),
                "sort" => query.sort = Sort::from_slug(value).unwrap_or_default(),
                "page" => query.page = value.parse::<u32>().unwrap_or(1).clamp(1, PAGE_MAX),
                _ => {}
            }
        }
        query
    }

    /// The pairs that read back as this query, in a fixed order, without what is the default.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(("q", self.q.clone()));
        }
        pairs.extend(self.category.iter().map(|slug| ("category", slug.clone())));
        pairs.extend(self.skill.iter().map(|slug| ("skill", slug.clone())));
        pairs.extend(self.level.iter().map(|level| ("level", level.slug().to_owned())));
        pairs.extend(self.provider.iter().map(|slug| ("provider", slug.clone())));
        pairs.extend(self.price.iter().map(|band| ("price", band.slug().to_owned())));
        pairs.extend(self.rating.iter().map(|band| ("rating", band.slug().to_owned())));
        pairs.extend(self.duration.iter().map(|band| ("duration", band.slug().to_owned())));
        pairs.extend(self.delivery.iter().map(|delivery| ("delivery", delivery.slug().to_owned())));
        if self.sort != Sort::default() {
            pairs.push(("sort", self.sort.slug().to_owned()));
        }
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        pairs
    }

    /// Whether anything narrows the catalogue.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.to_pairs().iter().any(|(name, _)| !matches!(*name, "sort" | "page" | "q"))
    }
}

fn push_slugs(list: &mut Vec<String>, value: &str) {
    push(list, value, |text| {
        (text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
            .then(|| text.to_owned())
    });
}

/// `a,b` counts as two values. At most 20 choices of a facet are taken.
fn push<T: PartialEq>(list: &mut Vec<T>, value: &str, read: impl Fn(&str) -> Option<T>) {
    for choice in value.split(',').filter_map(|text| read(text.trim())) {
        if list.len() < 20 && !list.contains(&choice) {
            list.push(choice);
        }
    }
}

/// One choice of a facet: how many courses it would show, given all *other* facets' filters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetChoice {
    pub slug: String,
    pub label: String,
    pub count: u64,
    pub chosen: bool,
}

/// The facets in the order in which the page shows them. Categories, levels, bands and deliveries come whole and in their
/// own order; skills and providers the most frequent first, chosen ones always among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    pub category: Vec<FacetChoice>,
    pub skill: Vec<FacetChoice>,
    pub level: Vec<FacetChoice>,
    pub provider: Vec<FacetChoice>,
    pub price: Vec<FacetChoice>,
    pub rating: Vec<FacetChoice>,
    pub duration: Vec<FacetChoice>,
    pub delivery: Vec<FacetChoice>,
}

/// A found course: its id, in order, with the words found set between `<mark>` tags in escaped HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub course: CourseId,
    pub title_html: Option<String>,
    pub snippet_html: Option<String>,
}

/// What the index answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchAnswer {
    pub hits: Vec<Hit>,
    pub total: u64,
    pub facets: Facets,
    /// A better spelling, when one finds more.
    pub did_you_mean: Option<String>,
}

/// What the catalogue page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPage {
    pub courses: Vec<FoundCourse>,
    pub total: u64,
    pub page: u32,
    pub pages: u32,
    pub facets: Facets,
    pub did_you_mean: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundCourse {
    pub card: CourseCard,
    pub title_html: Option<String>,
    pub snippet_html: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuggestionKind {
    Course,
    Skill,
    Provider,
}

/// One line of the autocomplete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    pub kind: SuggestionKind,
    pub label: String,
    /// Where it leads.
    pub href: String,
}
