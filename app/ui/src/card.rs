//! Cards, covers and tags: what the catalogue is laid out with.

use crate::MaybeText;
use leptos::prelude::*;

/// A grid of cards, as a list.
#[component]
pub fn CardGrid(children: Children) -> impl IntoView {
    view! { <ol class="cards">{children()}</ol> }
}

/// One card. The whole card is the link's target, the link itself is only the title: one tab stop, one short name.
///
/// As an item of [`CardGrid`] it is an `<li>`. What else it shows (price, rating) goes into the children.
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
    /// The title's language, where it is not the page's.
    #[prop(optional_no_strip)]
    lang: Option<String>,
    /// Sanitised HTML in place of the title's text, for search highlights (`<mark>`).
    #[prop(optional, into)]
    title_html: MaybeText,
    /// Loads the cover when it comes near (default); `false` for the first row of a page.
    #[prop(default = true)]
    lazy: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let link = match title_html.into_option() {
        Some(html) => view! { <a href=href lang=lang inner_html=html.to_string()></a> }.into_any(),
        None => view! { <a href=href lang=lang>{title}</a> }.into_any(),
    };
    view! {
        <li class="card">
            {cover.into_option().map(|src| view! { <Cover src=src.to_string() lazy=lazy /> })}
            <div class="body">
                <h3>{link}</h3>
                {meta.into_option().map(|meta| view! { <p class="meta">{meta}</p> })}
                {children.map(|children| view! { <div class="row foot">{children()}</div> })}
            </div>
        </li>
    }
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
