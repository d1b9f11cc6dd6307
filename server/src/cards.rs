//! Social cards as PNG: drawn as SVG by the design system, rendered here with the two fonts in `assets/fonts/`.
//!
//! Always holds: a card depends on its words and its floor alone, so that its version names its bytes; no more than a few
//! are rendered at a time, off the threads that serve requests; those in memory weigh no more than [`KEPT`].

use std::{collections::HashMap, fmt::Write as _, sync::Arc, sync::LazyLock, time::Duration};

use bytes::Bytes;
use guildhall_types::Error;
use guildhall_ui::{
    SocialCard,
    cover::{Advance, card_svg},
};
use moka::future::Cache;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{self, Node, Tree, fontdb},
};
use tokio::sync::Semaphore;

/// A card is about 40 kB: so much memory, in bytes, holds those of a whole catalogue that is being shared.
const KEPT: u64 = 24 * 1024 * 1024;
/// Cards that are rendered at a time. Each takes a few hundredths of a second of a core.
const AT_ONCE: usize = 2;
/// Who has waited so long for their turn is sent away.
const PATIENCE: Duration = Duration::from_secs(10);

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 630;

/// Renders cards and keeps them. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Cards {
    kept: Cache<String, Bytes>,
    turns: Arc<Semaphore>,
}

/// A card to be rendered.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Names its bytes.
    pub version: String,
    pub title: String,
    pub provider: String,
    pub category: String,
    pub seed: u64,
    pub palette: usize,
}

impl Cards {
    pub(crate) fn new() -> Self {
        let kept = Cache::builder()
            .max_capacity(KEPT)
            .weigher(|_, png: &Bytes| u32::try_from(png.len()).unwrap_or(u32::MAX))
            .build();
        Self { kept, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The card as PNG. Whoever asks for one that is just being rendered waits for that.
    pub(crate) async fn png(&self, order: Order) -> Result<Bytes, Error> {
        let version = order.version.clone();
        self.kept.try_get_with(version, self.rendered(order)).await.map_err(|error| Error::clone(&error))
    }

    async fn rendered(&self, order: Order) -> Result<Bytes, Error> {
        let busy = || Error::unavailable("Too many cards are being drawn just now. Try again in a minute.");
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let drawn = tokio::task::spawn_blocking(move || {
            let png = render(&order);
            // Only now: a request that is given up does not make room for one more.
            drop(turn);
            png
        });
        drawn
            .await
            .map_err(anyhow::Error::from)
            .and_then(|png| png)
            .map_err(|error| guildhall_db::OpError::from(error).told())
    }
}

fn render(order: &Order) -> anyhow::Result<Bytes> {
    let Order { title, provider, category, .. } = order;
    let card = SocialCard { title, provider, category };
    let (heading, text): (Advance<'_>, Advance<'_>) =
        (&|character: char| FONTS.heading.get(&character).copied(), &|character: char| {
            FONTS.text.get(&character).copied()
        });
    let svg = card_svg(&card, order.seed, order.palette, heading, text);
    let tree = FONTS.tree(&svg)?;
    let mut canvas = Pixmap::new(WIDTH, HEIGHT).ok_or_else(|| anyhow::anyhow!("no canvas"))?;
    resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
    Ok(canvas.encode_png()?.into())
}

/// The fonts, and how wide each of their characters is, in ems.
struct Fonts {
    faces: Arc<fontdb::Database>,
    heading: HashMap<char, f32>,
    text: HashMap<char, f32>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::load);

impl Fonts {
    fn load() -> Self {
        let mut faces = fontdb::Database::new();
        faces.load_font_data(include_bytes!("../assets/fonts/fraunces-600.ttf").to_vec());
        faces.load_font_data(include_bytes!("../assets/fonts/public-sans-500.ttf").to_vec());
        let mut fonts = Self { faces: Arc::new(faces), heading: HashMap::new(), text: HashMap::new() };
        fonts.heading = fonts.advances("Fraunces");
        fonts.text = fonts.advances("Public Sans");
        fonts
    }

    fn tree(&self, svg: &str) -> Result<Tree, usvg::Error> {
        let options = usvg::Options {
            fontdb: self.faces.clone(),
            font_resolver: usvg::FontResolver {
                select_font: usvg::FontResolver::default_font_selector(),
                // No font stands in for another: what one lacks is not written in it.
                select_fallback: Box::new(|_, _, _| None),
            },
            ..usvg::Options::default()
        };
        Tree::from_str(svg, &options)
    }

    /// Lets the renderer set each character by itself, and takes its measure.
    fn advances(&self, family: &str) -> HashMap<char, f32> {
        let ranges = [' '..='\u{24f}', '\u{1e00}'..='\u{1eff}', '\u{2010}'..='\u{20bf}', '\u{2100}'..='\u{22ff}'];
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" font-family="{family}" font-size="100" xml:space="preserve">"#
        );
        for character in ranges.into_iter().flatten().filter(|character| !character.is_control()) {
            // A bar on each side: a space alone has no measure.
            let _ = write!(svg, "<text>|&#{};|</text>", u32::from(character));
        }
        svg.push_str("<text>||</text></svg>");
        let Ok(tree) = self.tree(&svg) else { return HashMap::new() };
        let texts = tree.root().children().iter().filter_map(|node| match node {
            Node::Text(text) => Some(text),
            _ => None,
        });
        let measured: Vec<(String, f32)> = texts
            .filter(|text| {
                let glyphs = || text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                glyphs().all(|glyph| glyph.id.0 != 0)
            })
            .map(|text| {
                (text.chunks().iter().map(resvg::usvg::TextChunk::text).collect(), text.bounding_box().width() / 100.0)
            })
            .collect();
        let Some(bars) = measured.iter().find(|(text, _)| text == "||").map(|(_, width)| *width) else {
            return HashMap::new();
        };
        let inner = |text: &str| text.strip_prefix('|')?.strip_suffix('|')?.chars().next();
        measured.iter().filter_map(|(text, width)| Some((inner(text)?, width - bars))).collect()
    }
}

#[cfg(test)]
mod tests;
