//! The form that a passkey fills in. Without JavaScript, and in browsers that know no passkeys, it is not shown:
//! `public/passkeys.js` shows it and does the talking with the authenticator.

use guildhall_ui::{Button, ButtonKind};
use leptos::prelude::*;

/// What the authenticator is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Create,
    Get,
}

/// `start` is the server function that says what to ask, `action` the one that takes the answer in the fields `token` and
/// `credential`, with whatever the children add.
#[component]
pub(crate) fn PasskeyForm(
    ceremony: Ceremony,
    start: &'static str,
    #[prop(into)] action: String,
    label: &'static str,
    children: Children,
) -> impl IntoView {
    let ceremony = match ceremony {
        Ceremony::Create => "create",
        Ceremony::Get => "get",
    };
    view! {
        <form method="post" action=action hidden=true novalidate=true data-passkey=ceremony data-passkey-start=start>
            {children()}
            <input type="hidden" name="token" />
            <input type="hidden" name="credential" />
            <div class="field" role="alert" data-passkey-error="" hidden=true>
                <p class="e"></p>
            </div>
            <Button kind=ButtonKind::Quiet>{label}</Button>
        </form>
        <PasskeyScript />
    }
}

/// The script, once for each form; a browser runs a module once.
#[component]
fn PasskeyScript() -> impl IntoView {
    view! { <script type="module" src="/passkeys.js" nonce=leptos::nonce::use_nonce()></script> }
}
