//! The cookie of a sign-in that waits for its second step.

/// The name, with the prefix that keeps others from planting it where cookies can be `Secure`.
const fn name(secure: bool) -> &'static str {
    if secure { "__Host-guildhall-pending" } else { "guildhall-pending" }
}

/// The token in a `Cookie` header.
#[must_use]
pub fn read(header: &str, secure: bool) -> Option<&str> {
    header.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name(secure)).then(|| value.trim())
    })
}

/// The `Set-Cookie` that remembers it for as long as it lasts.
#[must_use]
pub fn set(token: &str, secure: bool) -> String {
    write(token, secure, super::PENDING_FOR.num_seconds())
}

/// The `Set-Cookie` that forgets it.
#[must_use]
pub fn clear(secure: bool) -> String {
    write("", secure, 0)
}

fn write(value: &str, secure: bool, max_age: i64) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}", name(secure))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_can_be_read() {
        assert_eq!(
            set("abc", true),
            "__Host-guildhall-pending=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(clear(false), "guildhall-pending=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(read("guildhall=x; guildhall-pending=abc", false), Some("abc"));
        assert_eq!(read("guildhall-pending=abc", true), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header in any::<String>(), secure in any::<bool>()) {
            let _ = read(&header, secure);
        }
    }
}
