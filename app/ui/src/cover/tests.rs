//! What holds for every floor and card.

use super::{PALETTE_COUNT, SYMMETRIES, card_svg, cover_svg, floor_svg, motif::MOTIFS, motif::motif};
use crate::SocialCard;
use std::collections::HashSet;

/// Checks that tags balance, attributes are quoted, ids are unique and every reference has its target.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut ids = HashSet::new();
    let mut references = HashSet::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("unclosed tag in {svg}"));
        assert!(!text.contains('>') && tag.matches('"').count() % 2 == 0, "bad tag <{tag}> in {svg}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {svg}");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        for attribute in tag.split(' ') {
            if let Some(id) = attribute.strip_prefix("id=\"") {
                assert!(ids.insert(id.trim_end_matches('"')), "id {id} twice");
            }
            if let Some(id) = attribute.strip_prefix("href=\"#") {
                references.insert(id.trim_end_matches(['"', '/']));
            }
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?} in {svg}");
    assert!(references.is_subset(&ids), "{references:?} not in {ids:?}");
}

#[test]
fn every_cover_is_small_well_formed_and_the_same_twice() {
    for seed in 0..600 {
        let palette = usize::try_from(seed).unwrap_or_default();
        for (columns, rows) in [(8, 4), (8, 5), (6, 6)] {
            let svg = cover_svg(seed, palette, columns, rows);
            assert_eq!(svg, cover_svg(seed, palette, columns, rows));
            assert!(svg.len() < 2_500, "{} bytes for {seed}", svg.len());
            well_formed(&svg);
        }
    }
}

#[test]
fn covers_differ() {
    let covers: HashSet<_> = (0..400).map(|seed| cover_svg(seed * 7_919, 0, 8, 4)).collect();
    assert!(covers.len() > 280, "only {} of 400", covers.len());
}

#[test]
fn palettes_wrap_and_differ() {
    let covers: HashSet<_> = (0..PALETTE_COUNT).map(|palette| cover_svg(1, palette, 8, 4)).collect();
    assert_eq!(covers.len(), 10);
    assert_eq!(cover_svg(1, 0, 8, 4), cover_svg(1, PALETTE_COUNT, 8, 4));
}

#[test]
fn any_size_is_safe() {
    for size in [0, 1, 3, 24, u32::MAX] {
        well_formed(&cover_svg(u64::MAX, usize::MAX, size, size));
    }
}

#[test]
fn every_motif_and_symmetry_is_its_own() {
    let motifs: HashSet<_> = (0..MOTIFS).map(|which| motif(which, "a", "b", "c")).collect();
    assert_eq!(motifs.len(), 16);
    let layings: HashSet<_> = SYMMETRIES
        .into_iter()
        .map(|symmetry| {
            let at = |place: u32| symmetry.tile(place % 4, place / 4);
            (0..16).map(|place| format!("{:?}", at(place))).collect::<String>()
        })
        .collect();
    assert_eq!(layings.len(), SYMMETRIES.len());
}

#[test]
fn the_home_page_floor_is_small() {
    let svg = floor_svg();
    well_formed(&svg);
    assert!(svg.len() < 16_000, "{} bytes", svg.len());
}

/// A font of one width for everything Latin.
fn even(character: char) -> Option<f32> {
    (u32::from(character) < 0x250 || "–—‘’“”…".contains(character)).then_some(0.5)
}

fn drawn(title: &str, provider: &str) -> String {
    card_svg(&SocialCard { title, provider, category: "Engineering" }, 7, 3, &even, &even)
}

/// The texts of a card, unescaped as far as these tests need it.
fn texts(svg: &str) -> Vec<String> {
    svg.split("<text ").skip(1).filter_map(|rest| rest.split(['<', '>']).nth(1).map(ToOwned::to_owned)).collect()
}

#[test]
fn cards_hold_any_text() {
    let long = "Antidisestablishmentarianism ".repeat(40);
    let unbroken = "W".repeat(5_000);
    for title in
        ["Prompting for policy analysts", "<script>alert(\"&\")</script>", "", "\0\u{1}\u{ffff}", &long, &unbroken]
    {
        for provider in ["Whitehall Data School", title] {
            let svg = drawn(title, provider);
            assert!(!svg.contains("<script"));
            assert!(!svg.contains(|c: char| c.is_control() || c == '\u{ffff}'));
            assert!(svg.len() < 6_000, "{} bytes", svg.len());
            well_formed(&svg);
        }
    }
}

#[test]
fn card_titles_break_between_words_into_even_lines() {
    let lines = texts(&drawn("Testing language models before they meet the public", "Northgate"));
    assert_eq!(lines[2..lines.len() - 1].join(" "), "Testing language models before they meet the public");
    assert!(lines[2..lines.len() - 1].iter().all(|line| line.len() > 8), "{lines:?}");
}

#[test]
fn long_titles_are_set_smaller_before_they_are_cut() {
    let size =
        |title: &str| drawn(title, "Northgate").split("fill=\"#16181d\" font-size=\"").nth(1).unwrap()[..2].to_owned();
    assert_eq!(size("Short"), "80");
    let longest_allowed = "Artificial intelligence ".repeat(7);
    assert!(size(&longest_allowed) < size("Testing language models before they meet the public"));
    assert!(!drawn(longest_allowed.trim(), "Northgate").contains('…'));
    assert!(drawn(&"W".repeat(300), "Northgate").contains('…'));
}

#[test]
fn what_the_fonts_lack_is_left_out_whole() {
    let title = |title: &str| texts(&drawn(title, "Northgate"))[2..].join(" ");
    assert_eq!(title("🚀 Launch 🚀 with care ✨"), "Launch with care Northgate");
    assert_eq!(title("Cwrs ŵ ŷ – £5…"), "Cwrs ŵ ŷ – £5… Northgate");
    for other in ["مقدمة في الذكاء", "AI 入門", "e\u{301}tude", "🚀", ""] {
        assert_eq!(title(other), "A course on Guildhall Northgate", "{other}");
    }
    assert_eq!(title("abc\u{202e}def"), "abcdef Northgate");
    assert_eq!(texts(&drawn("Title", "学校")).len(), 3);
}
