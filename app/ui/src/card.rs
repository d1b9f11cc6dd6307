//! Cards, covers and tags: what the catalogue is laid out with.

use crate::{Markup, MaybeText, rating::compact_rating};
use leptos::prelude::*;

/// A grid of cards, as a list.
#[component]
pub fn CardGrid(children: Children) -> impl IntoView {
    view! { <ol class="cards">{children()}</ol> }
}

/// One card. The whole card is the link's target, the link itself is only the title: one tab stop, one short name.
///
/// An item of [`CardGrid`]: an `<li>`.
#[component]
pub fn Card(
    #[prop(into)] href: String,
    #[prop(into)] title: String,
    /// The cover's address, usually `/covers/{id}.svg`.
    #[prop(optional, into)]
    cover: MaybeText,
    /// The line under the title: provider and level.
    #[prop(optional, into)]
    meta: MaybeText,
    /// The language of title and snippet, where it is not the page's.
    #[prop(optional_no_strip)]
    lang: Option<String>,
    /// Sanitised HTML in place of the title's text, for search highlights (`<mark>`).
    #[prop(optional, into)]
    title_html: MaybeText,
    /// Loads the cover when it comes near (default); `false` for the first row of a page.
    #[prop(default = true)]
    lazy: bool,
    /// Sanitised HTML with the words that were found.
    #[prop(optional, into)]
    snippet_html: MaybeText,
    /// `Free` or `£120.00`.
    #[prop(into)]
    price: String,
    /// The mean of the reviews and how many they are.
    #[prop(optional_no_strip)]
    rating: Option<(f64, u64)>,
) -> impl IntoView {
    let title_html = title_html.into_option();
    let title = match &title_html {
        Some(html) => Markup::new().html(html),
        None => Markup::new().text(&title),
    };
    let foreign = |markup: Markup| match &lang {
        Some(lang) => markup.attribute("lang", lang),
        None => markup,
    };
    let card = Markup::new().html("<li class=\"card\">");
    let card = match cover.into_option() {
        Some(src) => {
            let loading = if lazy { " loading=\"lazy\"" } else { "" };
            card.html("<img class=\"cover\" alt=\"\" width=\"320\" height=\"160\" decoding=\"async\"")
                .html(loading)
                .attribute("src", &src)
                .html(">")
        }
        None => card,
    };
    let card = foreign(card.html("<div class=\"body\"><h3><a").attribute("href", &href));
    let card = card.html(">").append(title).html("</a></h3>");
    let card = match meta.into_option() {
        Some(meta) => card.html("<p class=\"meta\">").text(&meta).html("</p>"),
        None => card,
    };
    let card = card.html("<div class=\"row foot\">");
    let card = match snippet_html.into_option() {
        Some(snippet) => foreign(card.html("<p class=\"snippet\"")).html(">").html(&snippet).html("</p>"),
        None => card,
    };
    let card = card.html("<span class=\"price\">").text(&price).html("</span><span class=\"grow\"></span>");
    let card = match rating {
        Some((value, count)) => compact_rating(card, value, count),
        None => card,
    };
    card.html("</div></div></li>").view()
}

/// A cover: decoration, so its `alt` is empty; width and height are given, so nothing shifts when it arrives.
#[component]
pub fn Cover(
    #[prop(into)] src: String,
    #[prop(default = true)] lazy: bool,
    #[prop(default = 320)] width: u32,
    #[prop(default = 160)] height: u32,
) -> impl IntoView {
    view! {
        <img
            class="cover"
            src=src
            alt=""
            width=width
            height=height
            loading=lazy.then_some("lazy")
            decoding="async"
        />
    }
}

/// What a tag says about its thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagKind {
    #[default]
    Plain,
    /// Done, paid, premium.
    Good,
    /// Needs attention.
    Warn,
    /// Failed, refused.
    Bad,
}

/// A short state or label. Its words carry the meaning, its colour only repeats it.
#[component]
pub fn Tag(#[prop(optional)] kind: TagKind, children: Children) -> impl IntoView {
    let class = match kind {
        TagKind::Plain => "tag",
        TagKind::Good => "tag good",
        TagKind::Warn => "tag warn",
        TagKind::Bad => "tag bad",
    };
    view! { <span class=class>{children()}</span> }
}

/// HTML that has been sanitised already (a course's description, a lesson's text): never pass anything else.
#[component]
pub fn Prose(
    #[prop(into)] html: String,
    /// The text's language, where it is not the page's.
    #[prop(optional_no_strip)]
    lang: Option<String>,
) -> impl IntoView {
    view! { <div class="prose" lang=lang inner_html=html></div> }
}
