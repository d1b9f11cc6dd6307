//! The session's cookie: its name and how it is written and read.

/// Where cookies can be `Secure`: the prefix makes browsers refuse one that another host or plain http tries to plant.
pub const SECURE_NAME: &str = "__Host-guildhall";
/// On plain-http localhost.
pub const PLAIN_NAME: &str = "guildhall";

/// Browsers keep a cookie for 400 days at most; when a session ends is decided by its row, not by this.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The cookie's name.
#[must_use]
pub const fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The token in a `Cookie` header.
#[must_use]
pub fn read(header: &str, secure: bool) -> Option<&str> {
    header.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name(secure)).then(|| value.trim())
    })
}

/// The `Set-Cookie` that signs in.
#[must_use]
pub fn set(token: &str, secure: bool) -> String {
    write(token, secure, MAX_AGE_SECONDS)
}

/// The `Set-Cookie` that signs out.
#[must_use]
pub fn clear(secure: bool) -> String {
    write("", secure, 0)
}

fn write(value: &str, secure: bool, max_age: u32) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}", name(secure))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_can_be_read() {
        assert_eq!(set("abc", true), "__Host-guildhall=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(clear(false), "guildhall=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(read("theme=dark; guildhall=abc ;x=y", false), Some("abc"));
        assert_eq!(read("theme=dark; guildhall=abc", true), None);
        assert_eq!(read("xguildhall=abc", false), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header in any::<String>(), secure in any::<bool>()) {
            let _ = read(&header, secure);
        }
    }
}
