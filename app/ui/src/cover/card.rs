//! The social card: what a link to a course looks like where it is shared.
//!
//! Its text is set in the two fonts that the card is rendered with, measured by them, and always fits. What the fonts can't
//! write is left out: a sign (an emoji) is dropped, but a text with letters of another script is not written at all, because
//! half a name is worse than none.

use super::{Floor, Palette};
use crate::SocialCard;
use std::fmt::Write as _;

/// In pixels.
const LEFT: u16 = 64;
/// From [`LEFT`] to a margin before the floor.
const MEASURE: f32 = 628.0;
/// Sizes of the title, the largest first, with the most lines that have room.
const SIZES: [(u16, usize); 6] = [(80, 3), (66, 4), (58, 4), (52, 5), (44, 6), (38, 7)];
/// Where the title's room begins.
const TITLE_TOP: u16 = 220;
/// In place of a title that can't be written.
const UNTITLED: &str = "A course on Guildhall";

/// How wide a font draws a character, in ems; `None`: it has none.
pub type Advance<'a> = &'a dyn Fn(char) -> Option<f32>;

/// A card of 1200 by 630: category, title and provider beside the course's own floor. The title is set in the family
/// `Fraunces`, the rest in `Public Sans`.
pub fn card_svg(card: &SocialCard<'_>, seed: u64, palette: usize, heading: Advance<'_>, text: Advance<'_>) -> String {
    let Palette { ink, second, .. } = Palette::of(palette);
    let floor = Floor::new(seed, palette).lay("", 5, 7);
    let mut svg = String::with_capacity(6_000);
    svg.push_str(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630">"#);
    svg.push_str(r##"<path fill="#fbfaf7" d="M0 0h1200v630H0z"/>"##);
    let _ = write!(
        svg,
        r#"<svg x="750" width="450" height="630" viewBox="0 0 100 140">{floor}</svg><path fill="{second}" d="M742 0h8v630h-8z"/>"#
    );
    svg.push_str(concat!(
        r#"<g transform="translate(64 56)scale(1.5)">"#,
        r##"<rect width="32" height="32" rx="7" fill="#0b5d46"/>"##,
        r##"<path d="M16 4a12 12 0 0 1 12 12H16zM16 28A12 12 0 0 1 4 16h12z" fill="#fbfaf7"/>"##,
        r##"<path d="M16 4A12 12 0 0 0 4 16h12z" fill="#e0b64f"/></g>"##,
        r##"<text x="128" y="92" font-family="Fraunces" font-size="34" fill="#16181d">Guildhall</text>"##,
    ));
    line(&mut svg, card.category, text, 28, 178, ink);
    title(&mut svg, card.title, heading);
    line(&mut svg, card.provider, text, 32, 574, "#16181d");
    svg.push_str("</svg>");
    svg
}

/// The title, as large as it has room.
fn title(svg: &mut String, title: &str, advance: Advance<'_>) {
    let title = writable(title, advance).unwrap_or_else(|| UNTITLED.to_owned());
    let (size, lines) = fit(&title, advance);
    svg.push_str(r##"<g font-family="Fraunces" fill="#16181d""##);
    let _ = write!(svg, r#" font-size="{size}">"#);
    // Capitals begin at about 0.7 em above the base line; the leading is 1.1.
    let mut y = f32::from(TITLE_TOP) + f32::from(size) * 0.7;
    for line in lines {
        let _ = write!(svg, r#"<text x="{LEFT}" y="{y:.1}">{}</text>"#, escape(&line));
        y += f32::from(size) * 1.1;
    }
    svg.push_str("</g>");
}

/// One line of Public Sans; nothing where it can't be written.
fn line(svg: &mut String, text: &str, advance: Advance<'_>, size: u16, y: u16, colour: &str) {
    let Some(text) = writable(text, advance) else { return };
    let text = wrap(&text, MEASURE / f32::from(size), 1, advance);
    for line in text {
        let _ = write!(
            svg,
            r#"<text x="{LEFT}" y="{y}" font-family="Public Sans" font-size="{size}" fill="{colour}">{}</text>"#,
            escape(&line)
        );
    }
}

/// The text as far as the font can write it. `None`: not at all.
fn writable(text: &str, advance: Advance<'_>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // Hyphens that the fonts know by their plain name.
            '\u{2010}' | '\u{2011}' => out.push('-'),
            '\u{2012}' => out.push('–'),
            // What joins, breaks and turns text, and is not seen.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            _ if character.is_whitespace() || character.is_control() => out.push(' '),
            _ if advance(character).is_some() => out.push(character),
            '\u{300}'..='\u{36f}' => return None,
            _ if character.is_alphanumeric() => return None,
            _ => out.push(' '),
        }
    }
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    (!out.is_empty()).then_some(out)
}

/// The largest size at which the title has room without breaking a word, and its lines, of about the same length. One size
/// smaller, where that keeps a short word from standing alone in the last line.
fn fit(title: &str, advance: Advance<'_>) -> (u16, Vec<String>) {
    let longest = title.split(' ').map(|word| width(word, advance)).fold(0.0, f32::max);
    let mut sizes = SIZES.into_iter().filter_map(|(size, most)| {
        let limit = MEASURE / f32::from(size);
        let lines = wrap(title, limit, usize::MAX, advance);
        (longest <= limit && lines.len() <= most).then(|| (size, balance(title, limit, lines, advance)))
    });
    match (sizes.next(), sizes.next()) {
        (Some(first), Some(second)) if ends_short(&first.1, advance) && !ends_short(&second.1, advance) => second,
        (Some(first), _) => first,
        (None, _) => {
            let [.., (size, most)] = SIZES;
            (size, wrap(title, MEASURE / f32::from(size), most, advance))
        }
    }
}

/// Whether the last line is less than half as wide as the widest.
fn ends_short(lines: &[String], advance: Advance<'_>) -> bool {
    let widest = lines.iter().map(|line| width(line, advance)).fold(0.0, f32::max);
    lines.last().is_some_and(|last| width(last, advance) < widest / 2.0)
}

/// The same number of lines, in the narrowest measure that holds them.
fn balance(title: &str, limit: f32, lines: Vec<String>, advance: Advance<'_>) -> Vec<String> {
    let longest = title.split(' ').map(|word| width(word, advance)).fold(0.0, f32::max);
    (40..100_u8)
        .map(|part| limit * f32::from(part) / 100.0)
        .filter(|narrow| *narrow >= longest)
        .map(|narrow| wrap(title, narrow, usize::MAX, advance))
        .find(|narrow| narrow.len() == lines.len())
        .unwrap_or(lines)
}

/// In ems.
fn width(text: &str, advance: Advance<'_>) -> f32 {
    text.chars().map(|character| advance(character).unwrap_or(1.0)).sum()
}

/// Breaks a text into lines no wider than `limit` ems; a word that is wider breaks anywhere, and what does not fit into
/// `most` lines ends in an ellipsis.
fn wrap(text: &str, limit: f32, most: usize, advance: Advance<'_>) -> Vec<String> {
    let space = width(" ", advance);
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for word in text.split(' ') {
        let wide = width(word, advance);
        if !line.is_empty() && used + space + wide > limit {
            done.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if !line.is_empty() {
            line.push(' ');
            used += space;
        }
        for character in word.chars() {
            let wide = advance(character).unwrap_or(1.0);
            if used + wide > limit && !line.is_empty() {
                done.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(character);
            used += wide;
        }
        if done.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        done.push(line);
    }
    if done.len() > most {
        done.truncate(most);
        if let Some(last) = done.last_mut() {
            while !last.is_empty() && width(last, advance) + width("…", advance) > limit {
                last.pop();
            }
            let kept = last.trim_end_matches([' ', ',', ':', ';', '-']).len();
            last.truncate(kept);
            last.push('…');
        }
    }
    done
}

/// Text as XML allows it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if character.is_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}
