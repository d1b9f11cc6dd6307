//! Conversions between the sizes of numbers, none of which can lose anything that matters here.

/// A document's or a value's number as a place in a list.
pub(crate) fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A place in a list as a number.
pub(crate) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A score needs no more than single precision.
#[expect(clippy::as_conversions, reason = "rounds, and nothing else converts from f64 to f32")]
pub(crate) const fn single(value: f64) -> f32 {
    value as f32
}

/// A count as a real number; exact below 2^53.
#[expect(clippy::as_conversions, reason = "rounds, and nothing else converts from u64 to f64")]
pub(crate) const fn real(count: u64) -> f64 {
    count as f64
}
