//! Words as they stand in addresses.

/// `Prompting for policy analysts!` -> `prompting-for-policy-analysts`; at most 100 bytes; may be empty.
#[must_use]
pub fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            '&' => slug.push_str("-and-"),
            '\'' | '’' => {}
            _ => slug.push('-'),
        }
    }
    let mut out = String::with_capacity(slug.len());
    for part in slug.split('-').filter(|part| !part.is_empty()) {
        if out.len() + part.len() + 1 > 100 {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(part);
    }
    out
}
