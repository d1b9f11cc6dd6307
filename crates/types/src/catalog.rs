//! Courses as pages and clients see them.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CourseId, LessonId, Money, OrganizationId};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $slug:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $slug)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in addresses, files and tables.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// The words on pages.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.slug())
            }
        }

        impl FromStr for $name {
            type Err = UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($slug => Ok(Self::$variant),)+ _ => Err(UnknownChoice) }
            }
        }
    };
}

/// The text names none of the choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the choices")]
pub struct UnknownChoice;

choices! {
    /// How much a learner should know already.
    Level {
        Beginner = "beginner", "Beginner";
        Intermediate = "intermediate", "Intermediate";
        Advanced = "advanced", "Advanced";
    }
}

choices! {
    /// How a course is taught.
    Delivery {
        SelfPaced = "self-paced", "At your own pace";
        LiveOnline = "live-online", "Live online";
        InPerson = "in-person", "In person";
        Blended = "blended", "Blended";
    }
}

choices! {
    /// Where a course stands. Only `published` ones are seen by the public.
    CourseState {
        Draft = "draft", "Draft";
        InReview = "in_review", "In review";
        Published = "published", "Published";
        Archived = "archived", "Archived";
    }
}

choices! {
    LessonKind {
        Text = "text", "Reading";
        Video = "video", "Video";
        Quiz = "quiz", "Quiz";
        Download = "download", "Download";
    }
}

/// Stars of a course. The average is kept as a sum and a count: exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSummary {
    pub sum: u64,
    pub count: u64,
    /// Reviews with one, two, ... five stars.
    pub histogram: [u64; 5],
}

impl RatingSummary {
    /// The average in tenths of a star, rounded half up; `None` without reviews.
    #[must_use]
    pub fn tenths(self) -> Option<u64> {
        (self.count > 0).then(|| (self.sum * 20 + self.count) / (self.count * 2))
    }

    /// `4.7`, or `None` without reviews.
    #[must_use]
    pub fn label(self) -> Option<String> {
        self.tenths().map(|tenths| format!("{}.{}", tenths / 10, tenths % 10))
    }
}

/// A course in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseCard {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    pub summary: String,
    /// Of its own words; BCP 47.
    pub language: String,
    pub provider_name: String,
    pub provider_slug: String,
    pub category_slug: String,
    pub category_name: String,
    pub level: Level,
    pub delivery: Delivery,
    pub price: Money,
    pub duration_minutes: u32,
    pub rating: RatingSummary,
    pub published_at: Option<DateTime<Utc>>,
}

/// A lesson's place in the syllabus; its content is for those who are enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonOutline {
    pub id: LessonId,
    pub title: String,
    pub kind: LessonKind,
    pub minutes: u32,
    /// May be read before buying.
    pub preview: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleOutline {
    pub title: String,
    pub lessons: Vec<LessonOutline>,
}

impl ModuleOutline {
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.lessons.iter().map(|lesson| lesson.minutes).sum()
    }
}

/// A course's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseDetail {
    pub card: CourseCard,
    pub provider_id: OrganizationId,
    /// Safe HTML, made from the provider's Markdown.
    pub description_html: String,
    pub outcomes: Vec<String>,
    pub audience: String,
    pub requirements: String,
    pub skills: Vec<SkillRef>,
    pub modules: Vec<ModuleOutline>,
    pub updated_at: DateTime<Utc>,
    pub enrollment_count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillRef {
    pub slug: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRef {
    pub slug: String,
    pub name: String,
    pub summary: String,
    /// From 0; also chooses the palette of its covers.
    pub position: u32,
    pub course_count: u64,
}

/// A review as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    pub author_name: String,
    pub rating: u8,
    pub title: String,
    pub body: String,
    pub written_at: DateTime<Utc>,
    pub edited: bool,
}

/// A provider in the list of providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderCard {
    pub slug: String,
    pub name: String,
    pub summary: String,
    pub location: String,
    pub course_count: u64,
    pub rating: RatingSummary,
}

/// A provider's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDetail {
    pub card: ProviderCard,
    pub description_html: String,
    pub website: Option<String>,
    pub founded: Option<i32>,
    pub courses: Vec<CourseCard>,
}

/// The figures of the home page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketFigures {
    pub courses: u64,
    pub providers: u64,
    /// Percent of enrollments that are completed, of those older than 30 days; `None` before there are any.
    pub completion_percent: Option<u64>,
    pub rating: RatingSummary,
}
