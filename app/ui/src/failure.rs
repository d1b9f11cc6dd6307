//! [`Failure`]: what stands where a page could not be shown.

use guildhall_types::Error;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use crate::EmptyState;

/// A whole page of it: heading, the error's words, and as children a button or two that lead on. Whoever shows it has set the
/// answer's status and, where signing in is what is missing, sent the browser there.
#[component]
pub fn Failure(
    error: Error,
    /// The heading for those who may not see the page: who may.
    #[prop(default = "This is not for you")]
    forbidden: &'static str,
    children: Children,
) -> impl IntoView {
    let title = match error {
        Error::NotFound => "Page not found",
        Error::SignInRequired => "Sign in first",
        Error::ConfirmRequired => "Confirm that it is you",
        Error::SecondFactorRequired => "Set up a second factor first",
        Error::AgreementRequired => "Agree to our terms first",
        Error::Forbidden => forbidden,
        _ => "We can't show this",
    };
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <h1>{title}</h1>
        <EmptyState title="What you can do" text=error.to_string() children=children />
    }
}
