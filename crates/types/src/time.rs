//! How dates and lengths of time read.

use chrono::{DateTime, Utc};

/// `3 March 2027`, in UTC.
#[must_use]
pub fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// `3 March 2027, 09:05`, in UTC.
#[must_use]
pub fn date_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M").to_string()
}

/// Minutes as people say them: `45 min`, `1 h 20 min`, `9 hours`.
#[must_use]
pub fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// `1 lesson`, `3 lessons`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
