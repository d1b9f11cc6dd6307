//! The cookies by which a browser proves who it is: the access token, which every request is checked by; the refresh token,
//! which gets a new one when that is stale; and the token of a sign-in that waits for its second step. How they are named,
//! written and read.

use chrono::TimeDelta;

use crate::{
    factors::PENDING_FOR,
    policy::{ACCESS_FOR, REFRESH_FOR},
};

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    Access,
    Refresh,
    /// The password was right, and the second factor is still to come.
    Pending,
}

impl Cookie {
    /// Its name. Where cookies can be `Secure`, the prefix makes browsers refuse one that another host or plain http tries to
    /// plant; on plain-http localhost there is none.
    #[must_use]
    pub const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Access, true) => "__Host-guildhall-access",
            (Self::Refresh, true) => "__Host-guildhall-refresh",
            (Self::Pending, true) => "__Host-guildhall-pending",
            (Self::Access, false) => "guildhall-access",
            (Self::Refresh, false) => "guildhall-refresh",
            (Self::Pending, false) => "guildhall-pending",
        }
    }

    /// Browsers forget it no later than its token ends; when that is, the token and its row decide.
    const fn lasts(self) -> TimeDelta {
        match self {
            Self::Access => ACCESS_FOR,
            Self::Refresh => REFRESH_FOR,
            Self::Pending => PENDING_FOR,
        }
    }

    /// Its token in a `Cookie` header.
    #[must_use]
    pub fn read(self, header: &str, secure: bool) -> Option<&str> {
        header.split(';').find_map(|pair| {
            let (found, value) = pair.split_once('=')?;
            (found.trim() == self.name(secure)).then(|| value.trim()).filter(|value| !value.is_empty())
        })
    }

    /// The `Set-Cookie` that hands the token out.
    #[must_use]
    pub fn set(self, token: &str, secure: bool) -> String {
        self.write(token, secure, self.lasts().num_seconds())
    }

    /// The `Set-Cookie` that takes it away.
    #[must_use]
    pub fn clear(self, secure: bool) -> String {
        self.write("", secure, 0)
    }

    fn write(self, value: &str, secure: bool, max_age: i64) -> String {
        let flag = if secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}", self.name(secure))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_can_be_read() {
        assert_eq!(
            Cookie::Access.set("abc", true),
            "__Host-guildhall-access=abc; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            Cookie::Refresh.set("abc", false),
            "guildhall-refresh=abc; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"
        );
        assert_eq!(Cookie::Refresh.clear(false), "guildhall-refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(
            Cookie::Pending.set("abc", true),
            "__Host-guildhall-pending=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
        );
        let header = "theme=dark; guildhall-access=abc ;guildhall-refresh=def; x=y";
        assert_eq!(Cookie::Access.read(header, false), Some("abc"));
        assert_eq!(Cookie::Refresh.read(header, false), Some("def"));
        assert_eq!(Cookie::Access.read(header, true), None);
        assert_eq!(Cookie::Access.read("xguildhall-access=abc; guildhall-access=", false), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header in any::<String>(), secure in any::<bool>()) {
            let _ = Cookie::Access.read(&header, secure);
            let _ = Cookie::Refresh.read(&header, secure);
            let _ = Cookie::Pending.read(&header, secure);
        }
    }
}
