//! Confirming an address. Opening the link changes nothing, since mail scanners open links: pressing the button does.

use guildhall_ui::{ButtonLink, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::query;
use crate::{
    api::ConfirmEmail,
    form::{FormHead, Tried},
};

#[component]
pub(crate) fn ConfirmEmailPage() -> impl IntoView {
    let action = ServerAction::<ConfirmEmail>::new();
    let tried = Tried::of(action);
    let token = query("token");
    let body = if token.is_empty() || tried.failed() {
        view! {
            <p>"Open the newest email that we sent you and use its link, or have another one sent."</p>
            <p><ButtonLink href="/sign-up/check-your-email">"Send the link again"</ButtonLink></p>
        }
        .into_any()
    } else {
        view! {
            <p class="lede">"One more step: confirm that this email address is yours."</p>
            <ActionForm action=action>
                <input type="hidden" name="token" value=token />
                <input type="hidden" name="next" value=query("next") />
                <SubmitButton label="Confirm my email address" />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title="Confirm your email address" tried=tried />
            {body}
        </div>
    }
}
