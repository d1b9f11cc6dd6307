//! Pure rules: what an address, a name and a password must be, how long things last, where one may be sent on to.

mod device;
mod email;
mod name;
mod password;

use chrono::{DateTime, TimeDelta, Utc};

pub use device::{device, device_key, network};
pub use email::EmailAddress;
pub use name::PersonName;
pub use password::NewPassword;

/// How long an access token works.
pub const ACCESS_FOR: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token works, and with it a session that is not used.
pub const REFRESH_FOR: TimeDelta = TimeDelta::days(7);
/// How long a used refresh token is still answered, by the same successor: for two tabs that ask at once.
pub const REUSE_GRACE: TimeDelta = TimeDelta::seconds(30);
/// How long a device is remembered as one of the person's, and an ended session kept for it.
pub const SEEN_FOR: TimeDelta = TimeDelta::days(90);
/// How long the link that confirms an address works.
pub const CONFIRM_FOR: TimeDelta = TimeDelta::hours(48);
/// How long the link to choose a new password works.
pub const RESET_FOR: TimeDelta = TimeDelta::hours(1);

/// At most this many links of a kind go to one person in an hour, and a minute lies between two.
const LINKS_AN_HOUR: i64 = 5;
const BETWEEN_LINKS: TimeDelta = TimeDelta::minutes(1);

/// Whether another link of a kind may be sent, after `in_last_hour` of them, the last one at `last`.
#[must_use]
pub fn may_send_link(in_last_hour: i64, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    in_last_hour < LINKS_AN_HOUR && last.is_none_or(|last| now - last >= BETWEEN_LINKS)
}

/// Whether a repeated sign-up still sends a link: it always makes the older ones void, so no minute is asked for.
#[must_use]
pub const fn may_sign_up_again(in_last_hour: i64) -> bool {
    in_last_hour < LINKS_AN_HOUR
}

/// `next` when it is a path of this site (`guildhall_kernel::next_path`), `otherwise` when it could lead anywhere else.
#[must_use]
pub fn own_path<'a>(next: &'a str, otherwise: &'a str) -> &'a str {
    // Coming back to these would sign out at once, or ask to sign in again.
    let loops = ["/sign-in", "/sign-out", "/api/"].iter().any(|path| next.starts_with(path));
    guildhall_kernel::next_path(next).filter(|_| !loops).unwrap_or(otherwise)
}

/// A path with `next` in its query, for whoever is led on by it; as it is when there is nowhere to go on to.
#[must_use]
pub fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    let separator = if path.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{path}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_own_paths_are_followed() {
        for own in ["/", "/learn", "/checkout/prompting?step=2#pay", "/courses?q=a%20b"] {
            assert_eq!(own_path(own, "/x"), own);
        }
        for foreign in [
            "",
            "learn",
            "//evil.test",
            "/\\evil.test",
            "/\t/evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "/sign-out",
            "/sign-in?next=/sign-in",
            "/api/fn/account/sign-out",
            "/caf\u{e9}",
            "\\/evil.test",
            " //evil.test",
        ] {
            assert_eq!(own_path(foreign, "/x"), "/x", "{foreign:?}");
        }
    }

    #[test]
    fn the_way_on_is_part_of_the_address() {
        assert_eq!(with_next("/sign-in", ""), "/sign-in");
        assert_eq!(
            with_next("/sign-in?done=x", "/checkout/a?b=c&d#e"),
            "/sign-in?done=x&next=%2Fcheckout%2Fa%3Fb%3Dc%26d%23e"
        );
    }

    #[test]
    fn links_are_rationed() {
        let now = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
        assert!(may_send_link(0, None, now));
        assert!(!may_send_link(1, Some(now - TimeDelta::seconds(59)), now));
        assert!(may_send_link(4, Some(now - TimeDelta::seconds(60)), now));
        assert!(!may_send_link(5, Some(now - TimeDelta::minutes(50)), now));
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_the_way_on_is_ours(next in ".{0,60}") {
            let path = own_path(&next, "/");
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
            prop_assert!(!path.chars().any(char::is_control));
        }
    }
}
