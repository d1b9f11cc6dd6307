//! Files out of the store, handed on as they are read: none is ever whole in memory. A part of one can be asked for, so that a
//! broken download goes on where it stopped (RFC 9110, 14).
//!
//! Who may have the file has been decided by whoever calls this.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;
use guildhall_types::Error;
use object_store::{GetOptions, GetRange, GetResult, ObjectStoreExt, path::Path as Key};

use crate::{rest::problem::Problem, state::AppState};

/// What the file is called on somebody's disk, and what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labelled<'a> {
    pub(crate) name: &'a str,
    pub(crate) content_type: &'static str,
}

/// The file under this key, or the part of it that `asked`, the request's headers, wants.
pub(crate) async fn hand_out(
    state: &AppState,
    key: &str,
    asked: &HeaderMap,
    label: Labelled<'_>,
) -> Result<Response, Problem> {
    let (files, key) = (&*state.files, Key::from(key));
    let away = |error: object_store::Error| {
        tracing::error!(%error, %key, "a file that should be in the store can't be read");
        Problem::from(Error::unavailable("The file can't be reached just now. Try again in a minute."))
    };
    let Some(wanted) = asked.get(header::RANGE).and_then(|range| range.to_str().ok()) else {
        return Ok(whole(files.get(&key).await.map_err(away)?, label));
    };
    let meta = files.head(&key).await.map_err(away)?;
    let is_same = asked
        .get(header::IF_RANGE)
        .is_none_or(|known| meta.e_tag.as_deref().map(str::as_bytes) == Some(known.as_bytes()));
    match part_of(wanted, meta.size) {
        Part::Of(range) if is_same => {
            // Of this very file: another one may be put in its place meanwhile.
            let options =
                GetOptions { range: Some(GetRange::Bounded(range)), if_match: meta.e_tag, ..GetOptions::default() };
            Ok(part(files.get_opts(&key, options).await.map_err(away)?, label))
        }
        Part::Beyond if is_same => Ok(beyond(meta.size)),
        Part::Of(_) | Part::Beyond | Part::Whole => Ok(whole(files.get(&key).await.map_err(away)?, label)),
    }
}

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Everything: what is asked for is no range of bytes, or several, which nobody has to serve.
    Whole,
    Of(Range<u64>),
    /// Nothing that is there.
    Beyond,
}

fn part_of(header: &str, size: u64) -> Part {
    let Some((first, last)) = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = match (first, number(first), last, number(last)) {
        // The last so many bytes.
        ("", _, _, Some(count)) => size.saturating_sub(count)..size,
        (_, Some(first), "", _) => first..size,
        (_, Some(first), _, Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        _ => return Part::Whole,
    };
    if range.start < range.end { Part::Of(range) } else { Part::Beyond }
}

fn whole(file: GetResult, label: Labelled<'_>) -> Response {
    let size = file.meta.size;
    answer(StatusCode::OK, file, size, label)
}

fn part(file: GetResult, label: Labelled<'_>) -> Response {
    let Range { start, end } = file.range;
    let said = format!("bytes {start}-{}/{}", end.saturating_sub(1), file.meta.size);
    let mut response = answer(StatusCode::PARTIAL_CONTENT, file, end.saturating_sub(start), label);
    set(&mut response, header::CONTENT_RANGE, &said);
    response
}

fn beyond(size: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
    response
}

fn answer(status: StatusCode, file: GetResult, length: u64, label: Labelled<'_>) -> Response {
    let tag = file.meta.e_tag.clone();
    // The status is out by then: all that is left is to break off, which a client can tell by the length.
    let pieces = file.into_stream().map_err(std::io::Error::other);
    let mut response = (status, Body::from_stream(pieces)).into_response();
    let plain: String = label
        .name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        .collect();
    set(&mut response, header::CONTENT_TYPE, label.content_type);
    set(&mut response, header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{plain}\""));
    set(&mut response, header::CONTENT_LENGTH, &length.to_string());
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::CACHE_CONTROL, "private, no-store");
    if let Some(tag) = tag {
        set(&mut response, header::ETAG, &tag);
    }
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (asked, expected) in [
            ("bytes=0-0", Part::Of(0..1)),
            ("bytes=0-9", Part::Of(0..10)),
            ("bytes=4-", Part::Of(4..10)),
            ("bytes=4-99", Part::Of(4..10)),
            ("bytes=-3", Part::Of(7..10)),
            ("bytes=-99", Part::Of(0..10)),
            (" bytes=9-9 ", Part::Of(9..10)),
            ("bytes=10-", Part::Beyond),
            ("bytes=10-12", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=99999999999999999999-", Part::Beyond),
            ("bytes=0-99999999999999999999", Part::Of(0..10)),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part_of(asked, 10), expected, "{asked:?}");
        }
        assert_eq!(part_of("bytes=0-", 0), Part::Beyond);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_file(asked in "bytes=[0-9]{0,21}-[0-9]{0,21}", size in any::<u64>()) {
            if let Part::Of(range) = part_of(&asked, size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }

        #[test]
        fn whatever_is_asked_for_never_panics(asked in any::<String>(), size in any::<u64>()) {
            let _ = part_of(&asked, size);
        }
    }
}
