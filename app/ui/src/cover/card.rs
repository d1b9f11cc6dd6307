//! The social card: what a link to a course looks like where it is shared.

use super::{Floor, Palette};
use std::fmt::Write as _;

/// Widths in hundredths of an em, close enough for Georgia, which is what most readers of the card have.
fn width(character: char) -> u32 {
    match character {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '(' | ')' | '-' => 33,
        ' ' => 26,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' => 88,
        _ if character.is_uppercase() => 70,
        _ if !character.is_ascii() && !character.is_alphabetic() => 100,
        _ if u32::from(character) >= 0x1100 => 100,
        _ => 55,
    }
}

/// Breaks a text into lines no wider than `limit` hundredths of an em; what does not fit ends in an ellipsis.
fn wrap(text: &str, limit: u32, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide: u32 = word.chars().map(width).fold(0, u32::saturating_add);
        if !line.is_empty() && used + width(' ') + wide > limit {
            done.push(std::mem::take(&mut line));
            used = 0;
        }
        if !line.is_empty() {
            line.push(' ');
            used += width(' ');
        }
        for character in word.chars() {
            if used + width(character) > limit {
                done.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += width(character);
        }
        if done.len() > lines {
            break;
        }
    }
    if !line.is_empty() {
        done.push(line);
    }
    if done.len() > lines {
        done.truncate(lines);
        if let Some(last) = done.last_mut() {
            while last.chars().map(width).sum::<u32>() + 100 > limit {
                last.pop();
            }
            let kept = last.trim_end().len();
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

/// A card of 1200 by 630: title and provider beside the course's own floor.
pub fn card_svg(title: &str, provider: &str, seed: u64, palette: usize) -> String {
    let Palette { ink, second, .. } = Palette::of(palette);
    let floor = Floor::new(seed, palette).lay("", 5, 7);
    let mut svg = String::with_capacity(4_000);
    svg.push_str(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630">"#);
    svg.push_str(r##"<path fill="#fbfaf7" d="M0 0h1200v630H0z"/>"##);
    let _ = write!(
        svg,
        r#"<svg x="750" width="450" height="630" viewBox="0 0 100 140">{floor}</svg><path fill="{second}" d="M742 0h8v630h-8z"/>"#
    );
    svg.push_str(concat!(
        r#"<g transform="translate(64 60)scale(1.6)">"#,
        r##"<rect width="32" height="32" rx="7" fill="#0b5d46"/>"##,
        r##"<path d="M16 4a12 12 0 0 1 12 12H16zM16 28A12 12 0 0 1 4 16h12z" fill="#fbfaf7"/>"##,
        r##"<path d="M16 4A12 12 0 0 0 4 16h12z" fill="#e0b64f"/></g>"##,
    ));
    svg.push_str(
        r##"<g font-family="Fraunces,Georgia,'Times New Roman',serif" fill="#16181d"><text x="134" y="98" font-size="36" font-weight="640">Guildhall</text>"##,
    );
    let title = wrap(title, 940, 5);
    let _ = write!(svg, r#"<g font-size="62" font-weight="560">"#);
    let mut y = 240;
    for line in &title {
        let _ = write!(svg, r#"<text x="64" y="{y}">{}</text>"#, escape(line));
        y += 74;
    }
    svg.push_str("</g></g>");
    for line in wrap(provider, 1_900, 1) {
        let _ = write!(
            svg,
            r#"<text x="64" y="{}" font-family="'Public Sans',Arial,sans-serif" font-size="32" fill="{ink}">{}</text>"#,
            y.max(380) + 2,
            escape(&line)
        );
    }
    svg.push_str("</svg>");
    svg
}
