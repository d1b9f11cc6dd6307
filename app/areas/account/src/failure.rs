//! What stands where a page of the area could not be shown.

use guildhall_types::Error;
use guildhall_ui::{ButtonKind, ButtonLink};
use leptos::prelude::*;

/// On to signing in where that is what is missing, and back; anything else is told.
#[component]
pub(crate) fn Failure(error: Error) -> impl IntoView {
    #[cfg(feature = "ssr")]
    guildhall_host::sign_in_first(&error);
    view! {
        <guildhall_ui::Failure error=error forbidden="This is for others">
            <ButtonLink href="/account" kind=ButtonKind::Quiet>"Go to your account"</ButtonLink>
            <ButtonLink href="/account/organizations" kind=ButtonKind::Quiet>"See your organisations"</ButtonLink>
        </guildhall_ui::Failure>
    }
}
