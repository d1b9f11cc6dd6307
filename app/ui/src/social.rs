//! What stands for a course where a link to it is shared: its words and its address. How it is drawn is the server's business.

/// Raise it when the drawing (`cover/card.rs`, its palettes or its fonts) changes: cards are kept for ever under an address
/// that holds their version.
const DRAWING: u8 = 1;

/// What a card says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocialCard<'a> {
    pub title: &'a str,
    pub provider: &'a str,
    pub category: &'a str,
}

impl SocialCard<'_> {
    /// The card's address. Another text or another drawing has another address, so what is there never changes.
    #[must_use]
    pub fn path(&self, course: &str) -> String {
        format!("/covers/{course}/card-{}.png", self.version(course))
    }

    /// Tells a course's cards apart: 16 hexadecimal digits, by FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>).
    #[must_use]
    pub fn version(&self, course: &str) -> String {
        let parts = [course, self.title, self.provider, self.category];
        // Lengths stand between the parts: no two lists of parts run together to the same text. As wide on every machine.
        let length = |part: &str| u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes();
        let bytes = parts.iter().flat_map(|part| length(part).into_iter().chain(part.bytes()));
        let hash = std::iter::once(DRAWING)
            .chain(bytes)
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        format!("{hash:016x}")
    }

    /// What the picture shows, for those who can't see it.
    #[must_use]
    pub fn alt(&self) -> String {
        format!("{}, a course by {} on Guildhall, beside a pattern of tiles", self.title, self.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_with_other_words_has_another_address() {
        let card = SocialCard { title: "ab", provider: "c", category: "d" };
        let path = card.path("id");
        assert!(path.starts_with("/covers/id/card-") && path.ends_with(".png") && path.len() == 36, "{path}");
        assert_eq!(path, card.path("id"));
        let others = [
            SocialCard { title: "a", provider: "bc", category: "d" }.path("id"),
            SocialCard { title: "ab", provider: "", category: "cd" }.path("id"),
            SocialCard { title: "ac", ..card }.path("id"),
            card.path("ie"),
        ];
        assert!(!others.contains(&path));
    }
}
