//! What passes for an email address.

/// As lax as a mail server: something, an at sign, a host.
pub fn is_email(text: &str) -> bool {
    let shape = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.contains('@') && host.split('.').all(|label| !label.is_empty())
    });
    shape && text.len() <= 320 && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
}
