//! What the index holds of a course.

use guildhall_types::{
    CourseId,
    catalog::{Delivery, Level},
};

/// A published course as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseDocument {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    pub summary: String,
    /// Without markup.
    pub description_text: String,
    /// Slugs and names.
    pub skills: Vec<(String, String)>,
    pub provider_slug: String,
    pub provider_name: String,
    pub category_slug: String,
    pub category_name: String,
    /// The category's place among the categories, from 0.
    pub category_position: u32,
    pub level: Level,
    pub delivery: Delivery,
    pub price_pence: i64,
    pub duration_minutes: u32,
    /// The average in tenths of a star; `None` without reviews.
    pub rating_tenths: Option<u32>,
    pub rating_count: u64,
    /// Seconds since 1970.
    pub published_at: i64,
}

/// One step of the index after the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The course is published and reads like this now.
    Put(Box<CourseDocument>),
    /// The course is not published any more.
    Remove(CourseId),
}
