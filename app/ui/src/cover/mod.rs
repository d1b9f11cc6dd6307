//! Covers: floors of encaustic tiles, drawn from a number.
//!
//! A floor is one or two motifs, one symmetry and one palette. The same seed always gives the same floor, whichever machine
//! draws it: the generator and the order of its draws are part of the contract, because covers are cached for a long time.
//! Palettes belong to categories, by position. A tile is 20 units wide; motifs are drawn around their centre.

mod card;
mod motif;

pub use card::{Advance, card_svg};
use motif::{MOTIFS, is_symmetric, motif};
use std::fmt::Write as _;

/// Ink, second colour and ground of each category's floors.
const PALETTES: [Palette; 10] = [
    Palette::new("#0b5d46", "#e0b64f", "#f4ecdb"),
    Palette::new("#7b2d26", "#e9c9a1", "#f7efe4"),
    Palette::new("#243b6b", "#d9a441", "#eef0f4"),
    Palette::new("#5b3a6e", "#d6a5b8", "#f4eef4"),
    Palette::new("#8a5a00", "#2f4f4f", "#f6eddb"),
    Palette::new("#1f5f6b", "#e2a66b", "#eaf2f1"),
    Palette::new("#3f4a2b", "#c9b458", "#f1f0e4"),
    Palette::new("#8c3b2a", "#27414a", "#f3e7dd"),
    Palette::new("#2a2f45", "#c98f5a", "#efece6"),
    Palette::new("#14584f", "#c7d36f", "#eff4ea"),
];

/// How many palettes there are; a larger number wraps round.
pub const PALETTE_COUNT: usize = PALETTES.len();

/// Three colours of a floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Palette {
    ink: &'static str,
    second: &'static str,
    ground: &'static str,
}

impl Palette {
    const fn new(ink: &'static str, second: &'static str, ground: &'static str) -> Self {
        Self { ink, second, ground }
    }

    fn of(position: usize) -> Self {
        let [first, ..] = PALETTES;
        PALETTES.get(position % PALETTE_COUNT).copied().unwrap_or(first)
    }

    /// The same three colours in other parts: half of all floors keep theirs.
    const fn arranged(self, draw: u64) -> Self {
        let Self { ink, second, ground } = self;
        match draw {
            0 => Self { ink: ground, second, ground: ink },
            1 => Self { ink: second, second: ink, ground },
            2 => Self { ink, second: ground, ground: second },
            _ => self,
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): tiny, and every seed is a good one.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// Which of a floor's drawings lies in a place, and how it is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tile {
    /// `a`: the first motif, `b`: the second, `c`: the first with its colours exchanged.
    drawing: char,
    /// Quarter turns.
    turn: u32,
    flip_x: bool,
    flip_y: bool,
}

/// How tiles repeat. Each is named for what the eye sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symmetry {
    Spin,
    Mirror,
    Checker,
    Counterchange,
    Glide,
    Diagonal,
    Medallion,
    Pinwheel,
}

const SYMMETRIES: [Symmetry; 8] = [
    Symmetry::Spin,
    Symmetry::Mirror,
    Symmetry::Checker,
    Symmetry::Counterchange,
    Symmetry::Glide,
    Symmetry::Diagonal,
    Symmetry::Medallion,
    Symmetry::Pinwheel,
];

/// Those that lay two drawings.
const ALTERNATING: [Symmetry; 3] = [Symmetry::Checker, Symmetry::Counterchange, Symmetry::Medallion];

/// Quarter turns of a two by two block that turns about its middle.
const fn spin(x: u32, y: u32) -> u32 {
    match (x % 2, y % 2) {
        (0, 0) => 0,
        (1, 0) => 1,
        (1, 1) => 2,
        _ => 3,
    }
}

impl Symmetry {
    /// After how many tiles it repeats.
    const fn period(self) -> u32 {
        match self {
            Self::Diagonal | Self::Medallion | Self::Pinwheel => 4,
            _ => 2,
        }
    }

    fn tile(self, x: u32, y: u32) -> Tile {
        let odd = (x + y) % 2 == 1;
        let plain = Tile { drawing: 'a', turn: 0, flip_x: false, flip_y: false };
        match self {
            Self::Spin => Tile { turn: spin(x, y), ..plain },
            Self::Mirror => Tile { flip_x: x % 2 == 1, flip_y: y % 2 == 1, ..plain },
            Self::Checker => Tile { drawing: if odd { 'b' } else { 'a' }, turn: spin(x, y), ..plain },
            Self::Counterchange => Tile { drawing: if odd { 'c' } else { 'a' }, turn: u32::from(odd), ..plain },
            Self::Glide => Tile { flip_x: odd, turn: if y % 2 == 1 { 2 } else { 0 }, ..plain },
            Self::Diagonal => Tile { turn: (x + y) % 4, ..plain },
            Self::Medallion => {
                let (far_x, far_y) = (x % 4 >= 2, y % 4 >= 2);
                let (in_x, in_y) = (if far_x { 3 - x % 4 } else { x % 4 }, if far_y { 3 - y % 4 } else { y % 4 });
                let drawing = if (in_x, in_y) == (0, 0) {
                    'c'
                } else if in_x == in_y {
                    'a'
                } else {
                    'b'
                };
                Tile { drawing, flip_x: far_x, flip_y: far_y, ..plain }
            }
            Self::Pinwheel => Tile { turn: spin(x / 2, y / 2), ..plain },
        }
    }
}

/// A floor's definition, before it is laid.
#[derive(Clone, Copy, Debug)]
struct Floor {
    first: u64,
    second: u64,
    symmetry: Symmetry,
    palette: Palette,
}

impl Floor {
    fn new(seed: u64, palette: usize) -> Self {
        let mut draw = Draw(seed);
        let first = draw.below(MOTIFS);
        // Never the same motif twice: a checkerboard of one is not a checkerboard.
        let second = (first + 1 + draw.below(MOTIFS - 1)) % MOTIFS;
        // A motif that looks the same from every side shows no turning: it needs a second drawing beside it.
        let choice: &[Symmetry] = if is_symmetric(first) { &ALTERNATING } else { &SYMMETRIES };
        let at = usize::try_from(draw.below(24)).unwrap_or_default() % choice.len();
        let symmetry = choice.get(at).copied().unwrap_or(Symmetry::Checker);
        let palette = Palette::of(palette).arranged(draw.below(6));
        Self { first, second, symmetry, palette }
    }

    /// The drawing of a floor of this size, without the `<svg>` around it. Ids start with `prefix`.
    fn lay(&self, prefix: &str, columns: u32, rows: u32) -> String {
        let period = self.symmetry.period();
        let Palette { ink, second, ground } = self.palette;
        let (width, height) = (columns * 20, rows * 20);
        let mut block = String::new();
        let mut used = [false; 3];
        for y in 0..period.min(rows) {
            for x in 0..period.min(columns) {
                let tile = self.symmetry.tile(x, y);
                for (name, used) in ['a', 'b', 'c'].into_iter().zip(&mut used) {
                    *used |= name == tile.drawing;
                }
                place(&mut block, prefix, tile, x, y);
            }
        }
        let mut svg = String::with_capacity(2_000);
        svg.push_str("<defs>");
        let drawings =
            [('a', self.first, ink, second), ('b', self.second, ink, second), ('c', self.first, second, ink)];
        for ((name, which, ink, second), used) in drawings.into_iter().zip(used) {
            if used {
                let drawing = motif(which, ink, second, ground);
                let _ = write!(svg, r#"<g id="{prefix}{name}">{drawing}</g>"#);
            }
        }
        let _ = write!(svg, r#"<g id="{prefix}z">{block}</g></defs>"#);
        let _ = write!(svg, r#"<path fill="{ground}" d="M0 0h{width}v{height}H0z"/>"#);
        for y in (0..rows).step_by(usize::try_from(period).unwrap_or(1)) {
            for x in (0..columns).step_by(usize::try_from(period).unwrap_or(1)) {
                let _ = write!(svg, r##"<use href="#{prefix}z""##);
                if x > 0 {
                    let _ = write!(svg, r#" x="{}""#, x * 20);
                }
                if y > 0 {
                    let _ = write!(svg, r#" y="{}""#, y * 20);
                }
                svg.push_str("/>");
            }
        }
        grout(&mut svg, ground, columns, rows);
        svg
    }
}

/// One tile in its place.
fn place(out: &mut String, prefix: &str, tile: Tile, x: u32, y: u32) {
    let (cx, cy) = (x * 20 + 10, y * 20 + 10);
    let _ = write!(out, r##"<use href="#{prefix}{}" transform="translate({cx} {cy})"##, tile.drawing);
    match (tile.flip_x, tile.flip_y) {
        (false, false) => {}
        (true, true) => out.push_str("scale(-1)"),
        (true, false) => out.push_str("scale(-1 1)"),
        (false, true) => out.push_str("scale(1 -1)"),
    }
    if tile.turn > 0 {
        let _ = write!(out, "rotate({})", tile.turn * 90);
    }
    out.push_str("\"/>");
}

/// The joints between tiles. They also cover the hairlines that browsers leave between shapes that touch.
fn grout(out: &mut String, colour: &str, columns: u32, rows: u32) {
    let mut path = String::new();
    for x in 1..columns {
        let _ = write!(path, "M{} 0v{}", x * 20, rows * 20);
    }
    for y in 1..rows {
        let _ = write!(path, "M0 {}h{}", y * 20, columns * 20);
    }
    let _ = write!(out, r#"<path d="{path}" stroke="{colour}" stroke-width=".5" fill="none"/>"#);
}

/// A cover of so many tiles, as a whole SVG document. `palette` is the category's position. Sizes are kept between 1 and 24.
pub fn cover_svg(seed: u64, palette: usize, columns: u32, rows: u32) -> String {
    let (columns, rows) = (columns.clamp(1, 24), rows.clamp(1, 24));
    let floor = Floor::new(seed, palette).lay("", columns, rows);
    let (width, height) = (columns * 20, rows * 20);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice">{floor}</svg>"#
    )
}

/// Nine floors side by side, for the home page. Meant to stand in the page itself: its ids start with `f`.
pub fn floor_svg() -> String {
    let mut svg = String::from(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" aria-hidden="true">"#);
    for (at, (seed, palette)) in HERO.into_iter().enumerate() {
        let floor = Floor::new(seed, palette).lay(&format!("f{at}"), 4, 4);
        let (x, y) = (at % 3 * 80, at / 3 * 80);
        let _ = write!(svg, r#"<svg x="{x}" y="{y}" width="80" height="80" viewBox="0 0 80 80">{floor}</svg>"#);
    }
    svg.push_str("</svg>");
    svg
}

/// The home page's floors (seed, palette), chosen by eye.
const HERO: [(u64, usize); 9] = [(9, 0), (21, 1), (12, 2), (23, 3), (58, 4), (72, 5), (6, 6), (10, 7), (94, 8)];

#[cfg(test)]
mod tests;
