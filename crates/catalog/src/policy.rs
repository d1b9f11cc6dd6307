//! What a course must be before it may enter the catalogue: the import's records and the checks on them. Pure.

use guildhall_kernel::slug::slugify;
use guildhall_types::{
    Fields, Money, Result,
    catalog::{Delivery, LessonKind, Level},
};
use serde::{Deserialize, Serialize};

/// A course as an import file gives it. Money and numbers stay text until they are checked, so that an error can name them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CourseRecord {
    pub title: String,
    pub summary: String,
    pub description: String,
    /// A category's slug or name.
    pub category: String,
    pub level: String,
    /// Decimal pounds; `0` is free.
    #[serde(deserialize_with = "text_or_number")]
    pub price: String,
    #[serde(deserialize_with = "text_or_number")]
    pub duration_hours: String,
    #[serde(default)]
    pub slug: String,
    #[serde(default, deserialize_with = "list")]
    pub skills: Vec<String>,
    #[serde(default)]
    pub delivery: String,
    #[serde(default)]
    pub language: String,
    /// A provider's name; admins only.
    #[serde(default)]
    pub provider: String,
    #[serde(default)]
    pub outcomes: Vec<String>,
    #[serde(default)]
    pub audience: String,
    #[serde(default)]
    pub requirements: String,
    #[serde(default)]
    pub lessons: Option<Vec<LessonRecord>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LessonRecord {
    pub module: String,
    pub title: String,
    pub kind: LessonKind,
    pub minutes: u32,
    #[serde(default)]
    pub preview: bool,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub video: Option<VideoRecord>,
    #[serde(default)]
    pub download: Option<DownloadRecord>,
    #[serde(default)]
    pub quiz: Option<QuizRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VideoRecord {
    pub src: String,
    #[serde(default)]
    pub captions: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DownloadRecord {
    pub name: String,
    pub content: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QuizRecord {
    pub pass_percent: u32,
    pub questions: Vec<QuestionRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionRecord {
    pub prompt: String,
    #[serde(default)]
    pub multiple: bool,
    pub options: Vec<OptionRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OptionRecord {
    pub text: String,
    #[serde(default)]
    pub correct: bool,
    #[serde(default)]
    pub feedback: String,
}

/// A checked course, ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct CourseDraft {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub description_md: String,
    pub category: String,
    pub level: Level,
    pub delivery: Delivery,
    pub language: String,
    pub price: Money,
    pub duration_minutes: u32,
    /// Slug and name.
    pub skills: Vec<(String, String)>,
    pub provider: Option<String>,
    pub outcomes: Vec<String>,
    pub audience: String,
    pub requirements: String,
    pub lessons: Option<Vec<LessonRecord>>,
}

impl CourseRecord {
    /// Checks every field and says all that is wrong at once; the fields are named as in the file.
    pub(crate) fn check(self) -> Result<CourseDraft> {
        let mut wrong = Fields::new();
        let title = required(&mut wrong, "title", &self.title, 3, 160);
        let summary = required(&mut wrong, "summary", &self.summary, 1, 400);
        let description_md = required(&mut wrong, "description", &self.description, 1, 20_000);
        let category = required(&mut wrong, "category", &self.category, 1, 80);
        let slug = if self.slug.trim().is_empty() { slugify(&title) } else { self.slug.trim().to_owned() };
        if slug.is_empty() || slugify(&slug) != slug {
            wrong.add("slug", "use small letters, digits and single hyphens, at most 100");
        }
        let level =
            choice(&mut wrong, "level", &self.level, Level::Beginner, "write beginner, intermediate or advanced");
        let delivery = if self.delivery.trim().is_empty() { "self-paced" } else { &self.delivery };
        let delivery = choice(
            &mut wrong,
            "delivery",
            delivery,
            Delivery::SelfPaced,
            "write self-paced, live-online, in-person or blended",
        );
        let language = if self.language.trim().is_empty() { "en-GB" } else { self.language.trim() }.to_owned();
        if !is_language(&language) {
            wrong.add("language", "write a language tag like en-GB or cy");
        }
        let price = self.price.parse::<Money>().unwrap_or_else(|error| {
            wrong.add("price", error.to_string());
            Money::ZERO
        });
        let duration_minutes = minutes(&self.duration_hours).unwrap_or_else(|| {
            wrong.add("duration_hours", "write the length in hours, like 9 or 1.5, above 0 and at most 10,000");
            0
        });
        let mut skills: Vec<(String, String)> = Vec::new();
        for name in self.skills.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            let skill = slugify(name);
            if skill.is_empty() || name.chars().count() > 80 {
                wrong.add("skills", format!("“{name}” is no skill: use letters and digits, at most 80 characters"));
            } else if !skills.iter().any(|(known, _)| *known == skill) {
                skills.push((skill, name.to_owned()));
            }
        }
        for (position, lesson) in self.lessons.iter().flatten().enumerate() {
            if let Err(message) = check_lesson(lesson) {
                wrong.add("lessons", format!("lesson {}: {message}", position + 1));
            }
        }
        wrong.finish()?;
        Ok(CourseDraft {
            slug,
            title,
            summary,
            description_md,
            category,
            level,
            delivery,
            language,
            price,
            duration_minutes,
            skills,
            provider: Some(self.provider.trim().to_owned()).filter(|name| !name.is_empty()),
            outcomes: self
                .outcomes
                .into_iter()
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect(),
            audience: self.audience.trim().to_owned(),
            requirements: self.requirements.trim().to_owned(),
            lessons: self.lessons,
        })
    }
}

fn check_lesson(lesson: &LessonRecord) -> std::result::Result<(), String> {
    if lesson.module.trim().is_empty() || lesson.title.trim().is_empty() {
        return Err("it needs a module and a title".to_owned());
    }
    if lesson.title.chars().count() > 160 || lesson.module.chars().count() > 160 {
        return Err("a title has at most 160 characters".to_owned());
    }
    if !(1..=6_000).contains(&lesson.minutes) {
        return Err("it takes 1 to 6,000 minutes".to_owned());
    }
    if lesson.body.chars().count() > 200_000 {
        return Err("its text has at most 200,000 characters".to_owned());
    }
    match lesson.kind {
        LessonKind::Video if lesson.video.is_none() => Err("a video lesson needs a `video`".to_owned()),
        LessonKind::Download if lesson.download.is_none() => Err("a download lesson needs a `download`".to_owned()),
        LessonKind::Quiz => {
            lesson.quiz.as_ref().map_or_else(|| Err("a quiz lesson needs a `quiz`".to_owned()), check_quiz)
        }
        LessonKind::Text | LessonKind::Video | LessonKind::Download => Ok(()),
    }
}

fn check_quiz(quiz: &QuizRecord) -> std::result::Result<(), String> {
    if !(1..=100).contains(&quiz.pass_percent) {
        return Err("`pass_percent` is 1 to 100".to_owned());
    }
    if quiz.questions.is_empty() {
        return Err("a quiz needs a question".to_owned());
    }
    for question in &quiz.questions {
        let correct = question.options.iter().filter(|option| option.correct).count();
        if question.prompt.trim().is_empty()
            || question.options.len() < 2
            || question.options.iter().any(|option| option.text.trim().is_empty())
        {
            return Err("a question needs a prompt and two or more options with text".to_owned());
        }
        if correct == 0 || (!question.multiple && correct != 1) {
            return Err(format!(
                "“{}” needs exactly one right option, or `multiple` and at least one",
                question.prompt
            ));
        }
    }
    Ok(())
}

fn required(wrong: &mut Fields, field: &str, value: &str, min: usize, max: usize) -> String {
    let value = value.trim();
    let length = value.chars().count();
    if length < min {
        wrong.add(
            field,
            if length == 0 { "this is missing".to_owned() } else { format!("write at least {min} characters") },
        );
    } else if length > max {
        wrong.add(field, format!("at most {max} characters; this has {length}"));
    } else if value.contains('\0') {
        wrong.add(field, "it holds a character that can't be stored");
    }
    value.to_owned()
}

fn choice<T: std::str::FromStr>(wrong: &mut Fields, field: &str, value: &str, fallback: T, message: &str) -> T {
    value.trim().parse().unwrap_or_else(|_| {
        wrong.add(field, message);
        fallback
    })
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    first && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Hours as a decimal with at most two places, to whole minutes, rounded half up.
fn minutes(hours: &str) -> Option<u32> {
    let hours = hours.trim();
    let (whole, fraction) = hours.split_once('.').unwrap_or((hours, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let hundredths: u32 =
        whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(format!("{fraction:0<2}").parse().ok()?)?;
    let minutes = (hundredths * 60 + 50) / 100;
    (1..=600_000).contains(&minutes).then_some(minutes)
}

/// JSON gives prices and lengths as text or as numbers; CSV as text.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map(ToOwned::to_owned).unwrap_or(text)
        }
    })
}

/// JSON gives skills as a list; CSV as one text with semicolons.
fn list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        List(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text.split(';').map(|part| part.trim().to_owned()).collect(),
        Either::List(list) => list,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> CourseRecord {
        CourseRecord {
            title: "Prompting for policy analysts".into(),
            summary: "Ask better questions of a model.".into(),
            description: "Text.".into(),
            category: "policy-and-government".into(),
            level: "beginner".into(),
            price: "120".into(),
            duration_hours: "1.5".into(),
            ..CourseRecord::default()
        }
    }

    #[test]
    fn a_plain_record_passes() {
        let draft = record().check().unwrap();
        assert_eq!(
            (draft.slug.as_str(), draft.price, draft.duration_minutes),
            ("prompting-for-policy-analysts", Money::gbp(12_000), 90)
        );
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let bad = CourseRecord {
            title: String::new(),
            level: "hard".into(),
            price: "-1".into(),
            duration_hours: "x".into(),
            ..record()
        };
        let error = bad.check().unwrap_err();
        let fields: Vec<_> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["title", "slug", "level", "price", "duration_hours"]);
    }

    proptest! {
        #[test]
        fn hours_never_panic(text in "\\PC{0,12}") {
            let _ = minutes(&text);
        }

        #[test]
        fn whole_hours_are_sixty_minutes(hours in 1_u32..=10_000) {
            prop_assert_eq!(minutes(&hours.to_string()), Some(hours * 60));
        }
    }
}
