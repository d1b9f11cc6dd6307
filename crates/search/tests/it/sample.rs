//! Made-up courses: the same ones every time. Words follow Zipf's law, as in real texts, so that some are everywhere and most are
//! rare.

use guildhall_search::CourseDocument;
use guildhall_types::{
    CourseId,
    catalog::{Delivery, Level},
};
use uuid::Uuid;

/// Numbers that only look random (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub const fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(of.len().try_into().unwrap_or(1));
        of.get(usize::try_from(place).unwrap_or(0)).unwrap_or_else(|| unreachable!("the place is below the length"))
    }

    /// Small ranks are drawn more often, about as Zipf's law has it.
    fn rank(&mut self, below: u64) -> usize {
        let bits = 64 - below.leading_zeros();
        let shift = self.below(u64::from(bits)) + 1;
        usize::try_from(self.below(1 << shift).min(below - 1)).unwrap_or(0)
    }
}

const TOPICS: [&str; 40] = [
    "Machine learning",
    "Deep learning",
    "Prompt engineering",
    "Generative AI",
    "Large language models",
    "Computer vision",
    "Data ethics",
    "Responsible AI",
    "AI governance",
    "Natural language processing",
    "Reinforcement learning",
    "MLOps",
    "Data engineering",
    "Time series forecasting",
    "Explainable AI",
    "AI assurance",
    "Fraud detection",
    "Speech recognition",
    "Retrieval-augmented generation",
    "Vector databases",
    "AI safety",
    "Algorithmic transparency",
    "Bayesian statistics",
    "Causal inference",
    "Data protection",
    "Robotics",
    "Knowledge graphs",
    "Chatbots",
    "Document understanding",
    "Predictive maintenance",
    "Medical imaging",
    "Python",
    "Evaluation of models",
    "Synthetic data",
    "Privacy engineering",
    "AI procurement",
    "Model risk",
    "Human-centred design",
    "Edge AI",
    "Quantum machine learning",
];

const AUDIENCES: [&str; 24] = [
    "nurses",
    "civil servants",
    "developers",
    "board members",
    "teachers",
    "lawyers",
    "analysts",
    "product managers",
    "accountants",
    "journalists",
    "police officers",
    "charities",
    "small businesses",
    "engineers",
    "policy advisers",
    "auditors",
    "designers",
    "doctors",
    "librarians",
    "planners",
    "farmers",
    "researchers",
    "recruiters",
    "everyone",
];

const SHAPES: [&str; 6] = [
    "{t} for {a}",
    "Introduction to {t}",
    "{t} in practice",
    "Practical {t} for {a}",
    "{t}: a course for {a}",
    "Advanced {t}",
];

const COMMON: [&str; 60] = [
    "the",
    "and",
    "of",
    "to",
    "a",
    "in",
    "you",
    "will",
    "for",
    "with",
    "course",
    "learn",
    "how",
    "data",
    "your",
    "model",
    "is",
    "models",
    "on",
    "learning",
    "that",
    "work",
    "this",
    "are",
    "use",
    "what",
    "by",
    "practical",
    "team",
    "real",
    "examples",
    "build",
    "tools",
    "skills",
    "methods",
    "risk",
    "decisions",
    "services",
    "design",
    "public",
    "project",
    "teams",
    "using",
    "understand",
    "question",
    "quality",
    "systems",
    "training",
    "machine",
    "apply",
    "results",
    "evaluate",
    "process",
    "people",
    "evidence",
    "measure",
    "organisation",
    "plan",
    "review",
    "test",
];

const CATEGORIES: [(&str, &str); 10] = [
    ("foundations", "Foundations"),
    ("machine-learning", "Machine learning"),
    ("generative-ai", "Generative AI"),
    ("data", "Data"),
    ("ethics", "Ethics and law"),
    ("health", "Health"),
    ("government", "Government"),
    ("engineering", "Engineering"),
    ("leadership", "Leadership"),
    ("creative", "Creative work"),
];

/// Draws courses.
#[derive(Clone, Debug)]
pub struct Sample {
    numbers: Numbers,
    words: Vec<String>,
    skills: Vec<(String, String)>,
    providers: Vec<(String, String)>,
    made: u64,
}

impl Sample {
    /// For about so many courses.
    pub fn new(seed: u64, courses: u64) -> Self {
        let mut numbers = Numbers::new(seed);
        let mut words: Vec<String> = COMMON.iter().map(|word| (*word).to_owned()).collect();
        let syllables = [
            "ba", "cen", "di", "fo", "gra", "hel", "in", "jo", "ker", "lo", "mi", "na", "or", "pre", "qui", "ro",
            "ser", "ta", "ver", "zu",
        ];
        words.extend(
            (0..20_000).map(|_| (0..2 + numbers.below(3)).map(|_| *numbers.one(&syllables)).collect::<String>()),
        );
        let named = |text: String| (slug(&text), text);
        let skills = (0..200).map(|number| {
            let topic = numbers.one(&TOPICS);
            named(if number < 40 {
                (*TOPICS.get(number).unwrap_or(topic)).to_owned()
            } else {
                format!("{topic} {number}")
            })
        });
        let skills = skills.collect();
        let houses = ["Institute", "Academy", "College", "Partners", "Learning", "School"];
        let providers = (0..(courses / 50).clamp(12, 2_000)).map(|number| {
            let word = words.get(100 + usize::try_from(number * 7 % 15_000).unwrap_or(0)).cloned().unwrap_or_default();
            let (first, rest) = word.split_at(1);
            named(format!("{}{rest} {} {number}", first.to_uppercase(), numbers.one(&houses)))
        });
        let providers = providers.collect();
        Self { numbers, words, skills, providers, made: 0 }
    }

    fn text(&mut self, length: u64) -> String {
        let mut text = String::new();
        for place in 0..length {
            let below = u64::try_from(self.words.len()).unwrap_or(1);
            let rank = self.numbers.rank(below);
            let end = if place % 11 == 10 { ". " } else { " " };
            text.push_str(self.words.get(rank).map_or("", String::as_str));
            text.push_str(end);
        }
        text.trim_end().to_owned()
    }

    fn title(&mut self) -> String {
        let title = self
            .numbers
            .one(&SHAPES)
            .replace("{t}", self.numbers.one::<&str>(&TOPICS))
            .replace("{a}", self.numbers.one::<&str>(&AUDIENCES));
        // In a large catalogue titles differ in more than their patterns.
        if self.numbers.below(2) == 0 { title } else { format!("{title}, with {}", self.text(1)) }
    }

    fn rating(&mut self) -> (Option<u32>, u64) {
        if self.numbers.below(4) == 0 {
            return (None, 0);
        }
        (u32::try_from(25 + self.numbers.below(26)).ok(), 1 + self.numbers.below(300))
    }
}

impl Iterator for Sample {
    type Item = CourseDocument;

    fn next(&mut self) -> Option<CourseDocument> {
        self.made += 1;
        let title = self.title();
        let id = u128::from(self.numbers.next()) << 64 | u128::from(self.made);
        let mut skills: Vec<(String, String)> =
            (0..2 + self.numbers.below(4)).map(|_| self.numbers.one(&self.skills).clone()).collect();
        skills.sort();
        skills.dedup();
        let (provider_slug, provider_name) = self.numbers.one(&self.providers).clone();
        let category = self.numbers.below(10);
        let (category_slug, category_name) = CATEGORIES[usize::try_from(category).unwrap_or(0)];
        let (rating_tenths, rating_count) = self.rating();
        Some(CourseDocument {
            id: CourseId(Uuid::from_u128(id)),
            slug: format!("{}-{}", slug(&title), self.made),
            summary: self.text(18),
            description_text: self.text(120),
            title,
            skills,
            provider_slug,
            provider_name,
            category_slug: category_slug.to_owned(),
            category_name: category_name.to_owned(),
            category_position: u32::try_from(category).unwrap_or(0),
            level: *self.numbers.one(Level::ALL),
            delivery: *self.numbers.one(Delivery::ALL),
            price_pence: i64::try_from(self.numbers.below(8) * 10_000).unwrap_or(0),
            duration_minutes: u32::try_from(60 + self.numbers.below(30) * 60).unwrap_or(60),
            rating_tenths,
            rating_count,
            published_at: 1_700_000_000 + i64::try_from(self.numbers.below(60_000_000)).unwrap_or(0),
        })
    }
}

/// The words of a text for an address.
pub fn slug(text: &str) -> String {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}
