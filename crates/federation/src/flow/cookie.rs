//! Cookies that bind an attempt, and a link that waits, to one browser. Each attempt has its own, so that two tabs don't
//! undo each other.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const LINK: &str = "guildhall-sso-link";

/// The name of an attempt's cookie: by its state, which the provider hands back.
fn name(state: &str, secure: bool) -> String {
    let digest = Sha256::digest(state.as_bytes());
    let short = URL_SAFE_NO_PAD.encode(digest.get(..6).unwrap_or_default());
    if secure { format!("__Host-sso-{short}") } else { format!("sso-{short}") }
}

const fn link_name(secure: bool) -> &'static str {
    if secure { "__Host-guildhall-sso-link" } else { LINK }
}

fn write(name: &str, value: &str, max_age: i64, secure: bool) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}")
}

fn read<'a>(header: &'a str, wanted: &str) -> Option<&'a str> {
    header.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == wanted).then(|| value.trim())
    })
}

pub(super) fn set_attempt(state: &str, secret: &str, secure: bool) -> String {
    write(&name(state, secure), secret, super::AWAY.num_seconds(), secure)
}

pub(super) fn clear_attempt(state: &str, secure: bool) -> String {
    write(&name(state, secure), "", 0, secure)
}

/// The secret of the attempt that this state belongs to.
pub(super) fn attempt<'a>(header: &'a str, state: &str, secure: bool) -> Option<&'a str> {
    read(header, &name(state, secure))
}

pub(super) fn set_link(token: &str, secure: bool) -> String {
    write(link_name(secure), token, super::LINK_FOR.num_seconds(), secure)
}

/// The `Set-Cookie` that forgets a link which waited.
#[must_use]
pub fn clear_link(secure: bool) -> String {
    write(link_name(secure), "", 0, secure)
}

/// The token of a link that waits, from a `Cookie` header.
#[must_use]
pub fn link_token(header: &str, secure: bool) -> Option<&str> {
    read(header, link_name(secure)).filter(|token| !token.is_empty())
}

/// Something to say on the next page alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Why nobody was signed in.
    Problem,
    /// A token for provisioning, which is shown once.
    ScimToken,
    /// The address that somebody typed, for the provider's page.
    Hint,
}

impl Notice {
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Problem, true) => "__Host-sso-problem",
            (Self::Problem, false) => "sso-problem",
            (Self::ScimToken, true) => "__Host-scim-token",
            (Self::ScimToken, false) => "scim-token",
            (Self::Hint, true) => "__Host-sso-hint",
            (Self::Hint, false) => "sso-hint",
        }
    }

    /// The `Set-Cookie` that carries it.
    #[must_use]
    pub fn set(self, text: &str, secure: bool) -> String {
        let text: String = text.chars().take(600).collect();
        write(self.name(secure), &URL_SAFE_NO_PAD.encode(text), 120, secure)
    }

    /// The `Set-Cookie` that forgets it.
    #[must_use]
    pub fn clear(self, secure: bool) -> String {
        write(self.name(secure), "", 0, secure)
    }

    /// What is to be said, from a `Cookie` header.
    #[must_use]
    pub fn read(self, header: &str, secure: bool) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(read(header, self.name(secure))?).ok()?;
        String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
    }
}

/// What the provider must hand back in its token, and what it is told only at the end: both follow from the secret in the
/// browser's cookie, so that neither is stored.
pub(super) fn derive(secret: &str, purpose: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

pub(super) fn nonce(secret: &str) -> String {
    derive(secret, "nonce")
}

pub(super) fn verifier(secret: &str) -> String {
    derive(secret, "pkce")
}

/// RFC 7636, 4.2.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempts_cookie_is_found_by_its_state() {
        let set = set_attempt("state-1", "secret", true);
        assert!(
            set.starts_with("__Host-sso-") && set.ends_with("; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure")
        );
        let header = format!("theme=dark; {}; other=x", set.split(';').next().unwrap());
        assert_eq!(attempt(&header, "state-1", true), Some("secret"));
        assert_eq!(attempt(&header, "state-2", true), None);
        assert_eq!(attempt(&header, "state-1", false), None);
    }

    #[test]
    fn a_notice_is_read_as_it_was_set() {
        let set = Notice::Problem.set("It’s “wrong”; =, \n", false);
        assert_eq!(Notice::Problem.read(set.split(';').next().unwrap(), false).unwrap(), "It’s “wrong”; =, \n");
        assert_eq!(Notice::ScimToken.read(&set, false), None);
    }

    #[test]
    fn nonce_and_verifier_differ_and_the_challenge_is_the_standards() {
        assert_ne!(nonce("s"), verifier("s"));
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
