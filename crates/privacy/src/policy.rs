//! The rules, without I/O.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_types::privacy::SoleOwned;

/// How long a person has to change their mind about being erased.
pub const GRACE: TimeDelta = TimeDelta::days(14);
/// How long a copy can be fetched.
pub const COPY_FOR: TimeDelta = TimeDelta::days(7);
/// How soon after one copy another may be asked for.
pub const COPY_AGAIN: TimeDelta = TimeDelta::days(1);
/// When an erasure that something stands in the way of is tried again.
pub const TRY_AGAIN: TimeDelta = TimeDelta::days(1);

/// How long after an erasure what was written beside it is looked for.
pub const AGAIN_FOR: TimeDelta = TimeDelta::days(2);

/// Where people write to.
pub const CONTACT: &str = "privacy@guildhall.test";

/// Whether a copy that is ready until then may still be fetched.
#[must_use]
pub fn may_fetch(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < expires_at
}

/// Whether another copy may be asked for.
#[must_use]
pub fn may_ask_again(last_asked_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last_asked_at.is_none_or(|last| now - last >= COPY_AGAIN)
}

/// What somebody is told whose organisations would be left without an owner; nothing when there is none.
#[must_use]
pub fn blocked_by(organizations: &[SoleOwned]) -> Option<String> {
    if organizations.is_empty() {
        return None;
    }
    let names: Vec<&str> = organizations.iter().map(|one| one.name.as_str()).collect();
    Some(format!(
        "You are the only owner of {}. Make somebody else an owner there first, or write to {CONTACT} to have it closed.",
        names.join(" and ")
    ))
}

/// Names what stands in an erasure's way, in at most 130 characters: nothing when nothing does.
#[must_use]
pub fn obstacle(organizations: &[SoleOwned], is_admin: bool, is_paying: bool) -> Option<String> {
    let mut words = Vec::new();
    if is_admin {
        words.push("admin".to_owned());
    }
    if is_paying {
        words.push("payment".to_owned());
    }
    if !organizations.is_empty() {
        let slugs: Vec<&str> = organizations.iter().map(|one| one.slug.as_str()).collect();
        words.push(format!("owner-{}:{}", slugs.len(), slugs.join("+")));
    }
    (!words.is_empty()).then(|| words.join("+").chars().take(130).collect())
}

/// A comment of a column that is personal, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<'a> {
    pub purpose: &'a str,
    pub kept: &'a str,
}

/// What a column's comment says of it; nothing when the column is not personal.
///
/// # Errors
/// The comment, when it says "personal" without a purpose or a time.
pub fn read_comment(comment: &str) -> Result<Option<Words<'_>>, &str> {
    let Some(rest) = comment.strip_prefix("personal:") else {
        return Ok(None);
    };
    let words = rest.split_once("; kept:").and_then(|(purpose, kept)| {
        let (purpose, kept) = (purpose.trim(), kept.trim());
        (!purpose.is_empty() && !kept.is_empty()).then_some(Words { purpose, kept })
    });
    words.map(Some).ok_or(comment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_comment_without_purpose_or_time_is_refused() {
        for bad in ["personal:", "personal: x", "personal: ; kept: 1 day", "personal: x; kept:", "personal: x; kept:  "]
        {
            assert_eq!(read_comment(bad), Err(bad));
        }
        assert_eq!(read_comment("not personal: a hash"), Ok(None));
        assert_eq!(read_comment(""), Ok(None));
        assert_eq!(
            read_comment("personal: who; kept: a day; then less"),
            Ok(Some(Words { purpose: "who", kept: "a day; then less" }))
        );
    }

    #[test]
    fn who_is_in_the_way_is_named() {
        let one = |name: &str| SoleOwned { slug: name.to_lowercase(), name: name.to_owned() };
        assert_eq!(blocked_by(&[]), None);
        assert!(blocked_by(&[one("Acme"), one("Leeds")]).unwrap().contains("only owner of Acme and Leeds."));
    }

    #[test]
    fn another_obstacle_has_another_name() {
        let one = |name: &str| SoleOwned { slug: name.to_lowercase(), name: name.to_owned() };
        let cases = [
            (vec![], true, false),
            (vec![], false, true),
            (vec![], true, true),
            (vec![one("Acme")], false, false),
            (vec![one("Leeds")], false, false),
            (vec![one("Acme"), one("Leeds")], false, false),
            (vec![one(&"a".repeat(100)), one(&"b".repeat(100))], true, true),
        ];
        let names: std::collections::BTreeSet<String> =
            cases.iter().map(|(owned, admin, paying)| obstacle(owned, *admin, *paying).unwrap()).collect();
        assert_eq!(names.len(), cases.len(), "{names:?}");
        assert!(names.iter().all(|name| name.len() <= 130));
        assert_eq!(obstacle(&[], false, false), None);
    }

    proptest! {
        #[test]
        fn a_copy_is_there_for_its_time_and_asked_for_once_a_day(seconds in 0..2_000_000_i64) {
            let (start, after) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds));
            prop_assert_eq!(may_fetch(start + COPY_FOR, after), seconds < 7 * 86_400);
            prop_assert_eq!(may_ask_again(Some(start), after), seconds >= 86_400);
        }

        #[test]
        fn what_a_comment_says_is_read_back(purpose in "[a-z ,]*[a-z]", kept in "[a-z0-9 ,]*[a-z]") {
            let comment = format!("personal: {purpose}; kept: {kept}");
            let words = Words { purpose: purpose.trim(), kept: kept.trim() };
            prop_assert_eq!(read_comment(&comment), Ok(Some(words)));
        }
    }
}
