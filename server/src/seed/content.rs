//! The demo's courses and providers: sixty that were written, and as many more as `--year` wants, put together from parts.

use anyhow::Context;
use guildhall_kernel::{Chance, slug::slugify};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Size;

macro_rules! demo {
    ($name:literal) => {
        include_str!(concat!("../../../crates/catalog/demo/", $name))
    };
}

const CATEGORIES: [(&str, &str); 10] = [
    ("skills-for-everyone", demo!("courses/skills-for-everyone.json")),
    ("policy-and-government", demo!("courses/policy-and-government.json")),
    ("data-and-evaluation", demo!("courses/data-and-evaluation.json")),
    ("engineering", demo!("courses/engineering.json")),
    ("health-and-care", demo!("courses/health-and-care.json")),
    ("security-and-privacy", demo!("courses/security-and-privacy.json")),
    ("ethics-and-assurance", demo!("courses/ethics-and-assurance.json")),
    ("law-and-procurement", demo!("courses/law-and-procurement.json")),
    ("design-and-communication", demo!("courses/design-and-communication.json")),
    ("leadership-and-boards", demo!("courses/leadership-and-boards.json")),
];

#[derive(Deserialize)]
pub(crate) struct Profile {
    pub name: String,
    pub summary: String,
    pub description: String,
    pub location: String,
    pub founded: i32,
    pub website: String,
}

/// The written providers.
pub(crate) fn providers() -> anyhow::Result<Vec<Profile>> {
    serde_json::from_str(demo!("providers.json")).context("providers.json")
}

#[derive(Deserialize)]
pub(crate) struct People {
    pub given: Vec<String>,
    pub family: Vec<String>,
}

pub(crate) fn people() -> anyhow::Result<People> {
    serde_json::from_str(demo!("people.json")).context("people.json")
}

#[derive(Deserialize)]
pub(crate) struct Words {
    pub title: String,
    pub body: String,
}

/// Reviews by their stars, one star first.
pub(crate) fn reviews() -> anyhow::Result<Vec<Vec<Words>>> {
    let mut all: std::collections::BTreeMap<String, Vec<Words>> =
        serde_json::from_str(demo!("reviews.json")).context("reviews.json")?;
    (1..=5).map(|stars: u8| all.remove(&stars.to_string()).context("reviews of every rating")).collect()
}

#[derive(Deserialize)]
struct Parts {
    subjects: Vec<String>,
    audiences: Vec<String>,
    patterns: Vec<String>,
    summaries: Vec<String>,
    paragraphs: Vec<String>,
    provider_names: Vec<String>,
}

/// Each course as an import file of one entry, in the order in which they were published.
pub(crate) fn courses(chance: &Chance, size: Size) -> anyhow::Result<Vec<Value>> {
    let mut shelves = Vec::new();
    for (name, text) in CATEGORIES {
        let shelf: Vec<Value> = serde_json::from_str(text).with_context(|| format!("courses/{name}.json"))?;
        shelves.push(shelf.into_iter());
    }
    // One of each category in turn.
    let mut courses = Vec::new();
    loop {
        let before = courses.len();
        courses.extend(shelves.iter_mut().filter_map(Iterator::next).map(|course| json!([course])));
        if courses.len() == before {
            break;
        }
    }
    if size.courses > courses.len() {
        let made = more(chance, size.courses - courses.len(), size.providers)?;
        // The written ones come last: they are the newest.
        courses.splice(0..0, made);
    }
    Ok(courses)
}

fn pick<'a>(chance: &Chance, list: &'a [String]) -> &'a str {
    let count = u64::try_from(list.len()).unwrap_or(1);
    usize::try_from(chance.below(count)).ok().and_then(|at| list.get(at)).map_or("", String::as_str)
}

fn more(chance: &Chance, count: usize, providers: usize) -> anyhow::Result<Vec<Value>> {
    let parts: Parts = serde_json::from_str(demo!("titles.json")).context("titles.json")?;
    let names: Vec<&String> = parts.provider_names.iter().take(providers.saturating_sub(12)).collect();
    let (levels, deliveries) =
        (["beginner", "intermediate", "advanced"], ["self-paced", "self-paced", "live-online", "blended", "in-person"]);
    let mut seen = std::collections::BTreeSet::new();
    let mut made = Vec::with_capacity(count);
    let mut serial = 0_usize;
    while made.len() < count {
        let (subject, audience) = (pick(chance, &parts.subjects), pick(chance, &parts.audiences));
        let fill = |pattern: &str| pattern.replace("{subject}", subject).replace("{audience}", audience);
        let title = fill(pick(chance, &parts.patterns));
        if !seen.insert(slugify(&title)) {
            continue;
        }
        let one_of = |list: &[&'static str]| {
            usize::try_from(chance.below(u64::try_from(list.len()).unwrap_or(1)))
                .ok()
                .and_then(|at| list.get(at).copied())
                .unwrap_or("beginner")
        };
        let category = CATEGORIES
            .get(usize::try_from(chance.below(10)).unwrap_or_default())
            .map_or("engineering", |(name, _)| name);
        let pounds = if chance.below(9) == 0 { 0 } else { 30 + chance.below(60) * 15 };
        let hours = 2 + chance.below(26);
        let lessons: Vec<Value> = (1..=4 + chance.below(4))
            .map(|number| json!({ "module": if number <= 3 { "Foundations" } else { "In practice" }, "title": format!("Part {number}"), "kind": "text", "minutes": 20 + chance.below(50), "preview": number == 1, "body": format!("{}\n\n{}", pick(chance, &parts.paragraphs), pick(chance, &parts.paragraphs)) }))
            .collect();
        made.push(json!([{
            "title": title,
            "summary": fill(pick(chance, &parts.summaries)).chars().take(400).collect::<String>(),
            "description": format!("{}\n\n{}\n\n{}", pick(chance, &parts.paragraphs), pick(chance, &parts.paragraphs), pick(chance, &parts.paragraphs)),
            "category": category,
            "level": one_of(&levels),
            "delivery": one_of(&deliveries),
            "price": pounds.to_string(),
            "duration_hours": hours.to_string(),
            "provider": names.get(serial % names.len().max(1)).map_or("Pennine Skills", |name| name.as_str()),
            "skills": [subject.to_lowercase()],
            "outcomes": ["Explain the ideas in plain words", "Apply them to your own work", "Know where they stop working"],
            "lessons": lessons
        }]));
        serial += 1;
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::seed::SMALL;

    fn demo() -> Vec<Value> {
        let courses = courses(&Chance::seeded(2026), SMALL).unwrap();
        courses.into_iter().map(|course| course[0].clone()).collect()
    }

    fn words(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_demo_is_as_large_as_it_says() {
        let courses = demo();
        let different =
            |field: &str| courses.iter().map(|course| course[field].to_string()).collect::<BTreeSet<_>>().len();
        assert_eq!((courses.len(), different("slug"), different("title")), (60, 60, 60));
        assert_eq!((different("provider"), different("category")), (12, 10));
        assert_eq!(providers().unwrap().len(), 12);
    }

    #[test]
    fn a_film_comes_with_what_is_said_in_it() {
        let captions = include_str!("../../../public/media/tiles.en.vtt");
        let cues = captions.split("\n\n").filter_map(|cue| cue.split_once(" --> ")?.1.split_once('\n'));
        let said = words(&cues.map(|(_, text)| text).collect::<Vec<_>>().join(" "));
        assert!(said.starts_with("Welcome to your course.") && said.ends_with("choose the next lesson."));
        let mut films = 0;
        for course in demo() {
            for lesson in course["lessons"].as_array().unwrap().iter().filter(|lesson| lesson["kind"] == "video") {
                films += 1;
                assert_eq!(lesson["video"]["captions"], "/media/tiles.en.vtt");
                let body = lesson["body"].as_str().unwrap();
                assert!(words(body).contains(&said), "{}: {}", course["slug"], lesson["title"]);
                assert!(body.contains("Notes for this course"), "{}", course["slug"]);
            }
        }
        assert_eq!(films, 11);
    }

    #[tokio::test]
    async fn the_demo_comes_in_by_the_import() {
        let test = guildhall_db::testing::database().await;
        let options = guildhall_catalog::ImportOptions { all_or_nothing: true, publish: true, provider: None };
        let file = Value::from(demo()).to_string();
        let format = guildhall_catalog::Format::Json;
        let actor = guildhall_kernel::Actor::System("test");
        let report = guildhall_catalog::import(&test.db, &actor, format, file.as_bytes(), &options).await.unwrap();
        assert_eq!((report.created, report.errors.as_slice()), (60, [].as_slice()));
    }

    #[test]
    fn one_course_is_in_welsh() {
        let welsh: Vec<Value> = demo().into_iter().filter(|course| course["language"] == "cy").collect();
        assert_eq!(welsh.len(), 1);
        assert!(welsh[0]["title"].as_str().unwrap().starts_with("Deallusrwydd artiffisial"));
    }
}
