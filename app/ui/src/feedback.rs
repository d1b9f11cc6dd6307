//! What the site says back: [`ErrorSummary`], [`Banner`], [`EmptyState`], [`Skeleton`], [`LiveRegion`].

use crate::{Icon, IconName, MaybeText, field::field_id};
use leptos::prelude::*;

/// All that is wrong with a form, above it: each line links to its field. Renders nothing when there is nothing wrong.
///
/// It takes focus when the page loads (`autofocus`) and is announced (`role="alert"`). Also prefix the page's title with
/// "Error: ".
#[component]
pub fn ErrorSummary(
    /// (field name, message); an empty name makes a line without a link.
    errors: Vec<(String, String)>,
    #[prop(default = "There is a problem".to_owned(), into)] title: String,
) -> impl IntoView {
    (!errors.is_empty()).then(|| {
        let lines = errors
            .into_iter()
            .map(|(name, message)| {
                if name.is_empty() {
                    view! { <li>{message}</li> }.into_any()
                } else {
                    view! {
                        <li>
                            <a href=format!("#{}", field_id(&name))>{message}</a>
                        </li>
                    }
                    .into_any()
                }
            })
            .collect_view();
        view! {
            <div class="err" role="alert" tabindex="-1" autofocus=true id="error-summary">
                <h2>{title}</h2>
                <ul>{lines}</ul>
            </div>
        }
    })
}

/// What a banner is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BannerKind {
    /// Something to know.
    #[default]
    Info,
    /// Something worked.
    Success,
    /// Something needs attention; announced at once.
    Warning,
}

/// A notice across the top of a page's content.
#[component]
pub fn Banner(
    #[prop(optional)] kind: BannerKind,
    #[prop(optional, into)] title: MaybeText,
    children: Children,
) -> impl IntoView {
    let (class, role, icon) = match kind {
        BannerKind::Info => ("banner", "status", IconName::Info),
        BannerKind::Success => ("banner good", "status", IconName::Check),
        BannerKind::Warning => ("banner warn", "alert", IconName::Warning),
    };
    let title = title.into_option().map(|title| view! { <p class="title">{title}</p> });
    view! {
        <div class=class role=role>
            <Icon name=icon />
            <div>{title} {children()}</div>
        </div>
    }
}

/// Where a list has nothing yet: what to do first, as children a button or two.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    /// Why it is empty and what to do.
    #[prop(into)]
    text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="nothing">
            <svg class="tile" viewBox="0 0 40 40" aria-hidden="true">
                <path d="M0 0h10a10 10 0 0 1-10 10zM40 0v10A10 10 0 0 1 30 0zM40 40H30a10 10 0 0 1 10-10zM0 40V30a10 10 0 0 1 10 10zM20 6l14 14-14 14L6 20z"></path>
                <circle cx="20" cy="20" r="5"></circle>
            </svg>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// Grey lines in place of something that is on its way. Hidden from screen readers: announce loading with [`LiveRegion`].
#[component]
pub fn Skeleton(
    #[prop(default = 3)] lines: u32,
    /// A block for a cover above the lines.
    #[prop(optional)]
    cover: bool,
) -> impl IntoView {
    view! {
        <div class="skeleton" aria-hidden="true">
            {cover.then(|| view! { <div class="cover"></div> })}
            {(0..lines).map(|_| view! { <span></span> }).collect_view()}
        </div>
    }
}

/// A polite announcement: whatever changes inside it is read out when the screen reader is next idle.
#[component]
pub fn LiveRegion(
    #[prop(optional, into)] id: MaybeText,
    /// Read but not seen.
    #[prop(optional)]
    hidden: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div role="status" aria-live="polite" id=id.into_option() class=hidden.then_some("vh")>
            {children()}
        </div>
    }
}
