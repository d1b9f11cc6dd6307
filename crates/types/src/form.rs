//! Limits of what people type, in one place, so that pages, ops and tables agree. Lengths are in characters.

/// Passwords, both ends included.
pub const PASSWORD: std::ops::RangeInclusive<usize> = 12..=128;
pub const NAME_MAX: usize = 100;
/// RFC 5321's path limit less the angle brackets.
pub const EMAIL_MAX: usize = 254;
pub const REVIEW_TITLE_MAX: usize = 120;
pub const REVIEW_BODY_MAX: usize = 4_000;
pub const NOTE_MAX: usize = 10_000;
/// A search's text; more is cut off, not refused.
pub const QUERY_MAX: usize = 200;
pub const PASSKEY_NAME_MAX: usize = 60;
