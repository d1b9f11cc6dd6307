//! Renders the styleguide, the main layouts, a sheet of covers and a social card as files, to look at without the program:
//! `cargo run -p guildhall-ui --features ssr --example styleguide` writes `target/styleguide/`.

mod layouts;

use guildhall_ui::{
    HeaderUser, Place, SiteFooter, SiteHeader, SkipLink, SocialCard, StyleguidePage, ThemeChoice, cover,
};
use hydration_context::SsrSharedContext;
use layouts::{Catalogue, Course, Home};
use leptos::prelude::*;
use std::{fmt::Write as _, fs, io, path::Path, sync::Arc};

fn main() -> io::Result<()> {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/styleguide");
    fs::create_dir_all(out.join("covers"))?;
    let user = HeaderUser {
        name: "Ada Okafor".to_owned(),
        links: vec![("My courses".to_owned(), "/learn".to_owned()), ("Account".to_owned(), "/account".to_owned())],
    };
    let (system, dark) = (ThemeChoice::System, ThemeChoice::Dark);
    let pages = [
        ("index", page(None, system, || view! { <StyleguidePage /> }.into_any())),
        ("dark", page(Some(user), dark, || view! { <StyleguidePage /> }.into_any())),
        ("home", page(None, system, || view! { <Home /> }.into_any())),
        ("courses", page(None, system, || view! { <Catalogue /> }.into_any())),
        ("course", page(None, system, || view! { <Course /> }.into_any())),
        ("covers", document(system, &sheet())),
    ];
    for (name, page) in pages {
        fs::write(out.join(format!("{name}.html")), page)?;
    }
    for at in 0..24 {
        let palette = usize::try_from(at).unwrap_or_default();
        fs::write(out.join(format!("covers/{at}.svg")), cover::cover_svg(at, palette, 8, 4))?;
    }
    fs::write(out.join("covers/floor.svg"), cover::floor_svg())?;
    let title = "Testing language models before they meet the public";
    let card = SocialCard { title, provider: "Northgate Analytics", category: "Data and evaluation" };
    // Near enough to look at in a browser; the site measures with its fonts.
    let advance = |_| Some(0.55);
    fs::write(out.join("card.svg"), cover::card_svg(&card, 11, 2, &advance, &advance))
}

/// One page with its frame.
fn page(user: Option<HeaderUser>, theme: ThemeChoice, content: impl FnOnce() -> AnyView) -> String {
    let body = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands()))).with(|| {
        view! {
            <SkipLink />
            <SiteHeader place=Place::Courses user=user />
            <main id="main" tabindex="-1" class="wrap">
                {content()}
            </main>
            <SiteFooter theme=theme />
        }
        .to_html()
    });
    document(theme, &body)
}

/// Many covers side by side. In one document they must not share ids.
fn sheet() -> String {
    let mut sheet =
        String::from("<div style=\"display:grid;grid-template-columns:repeat(8,1fr);gap:12px;padding:12px\">");
    for seed in 0..96 {
        let palette = usize::try_from(seed).unwrap_or_default();
        let svg = cover::cover_svg(seed, palette, 8, 4);
        let svg = svg.replace("id=\"", &format!("id=\"s{seed}")).replace("href=\"#", &format!("href=\"#s{seed}"));
        let _ = write!(sheet, "<div>{svg}<small>{seed}</small></div>");
    }
    sheet.push_str("</div>");
    sheet
}

fn document(theme: ThemeChoice, body: &str) -> String {
    let theme = theme.attribute().map(|theme| format!(" data-theme=\"{theme}\"")).unwrap_or_default();
    let fonts = ["public-sans", "fraunces"].map(|font| {
        format!(r#"<link rel="preload" href="/fonts/{font}-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>"#)
    });
    format!(
        r#"<!doctype html><html lang="en-GB"{theme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Guildhall: styleguide</title>{}<link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/main.css"></head><body>{body}</body></html>"#,
        fonts.concat()
    )
}
