//! Signing in and out.

use guildhall_ui::{Banner, BannerKind, ButtonLink, Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

use super::{
    is_signed_in, lead_on_if_signed_in,
    passkey_form::{Ceremony, PasskeyForm},
    query,
    sign_up::EmailField,
    with_next,
};
use crate::{
    api::SignIn,
    form::{FormHead, Tried},
    second_step_api::FinishPasskeySignIn,
};

/// The form.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let next = query("next");
    lead_on_if_signed_in(&next);
    let action = ServerAction::<SignIn>::new();
    let tried = Tried::of(action).or(Tried::of(ServerAction::<FinishPasskeySignIn>::new()));
    let done = if tried.failed() { String::new() } else { query("done") };
    let sign_up = with_next("/sign-up", &next);
    let for_passkey = next.clone();
    view! {
        <div class="narrow stack">
            {arrival_banner(&done)}
            <FormHead title="Sign in" tried=tried.clone() />
            <ActionForm action=action attr:novalidate=true>
                <EmailField tried=tried.clone() />
                <Field
                    name="password"
                    label="Password"
                    kind=FieldKind::Password
                    autocomplete="current-password"
                    required=true
                    error=tried.message("password")
                />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Sign in" />
            </ActionForm>
            <PasskeyForm
                ceremony=Ceremony::Get
                start="/api/fn/account/start-passkey-sign-in"
                action="/api/fn/account/finish-passkey-sign-in"
                label="Sign in with a passkey"
            >
                <input type="hidden" name="next" value=for_passkey />
            </PasskeyForm>
            <p><a href="/forgotten-password">"I have forgotten my password"</a></p>
            <p><a href="/sign-up/check-your-email">"The link to confirm my email address did not arrive"</a></p>
            <p>"New here? " <a href=sign_up>"Create an account"</a> "."</p>
        </div>
    }
}

/// What brought the person here.
fn arrival_banner(done: &str) -> Option<impl IntoView + use<>> {
    let (title, text) = match done {
        "confirmed" => ("Your email address is confirmed", "Sign in to go on."),
        "password" => ("Your password is changed", "Sign in with the new one. Your other devices are signed out."),
        "removal" => (
            "We will remove your second factor",
            "We have sent you an email that says when. After that you sign in with your password alone.",
        ),
        "signed-out" => ("You are signed out", "Come back soon."),
        _ => return None,
    };
    Some(view! {
        <Banner kind=BannerKind::Success title=title>
            <p>{text}</p>
        </Banner>
    })
}

/// For whoever comes by address instead of by the menu: a button, since a link must not sign anybody out.
#[component]
pub(crate) fn SignOutPage() -> impl IntoView {
    let body = if is_signed_in() {
        view! {
            <p class="lede">"You will need your email address and password to come back."</p>
            <form method="post" action="/sign-out">
                <SubmitButton label="Sign out" />
            </form>
        }
        .into_any()
    } else {
        view! {
            <p class="lede">"You are not signed in."</p>
            <p><ButtonLink href="/sign-in">"Sign in"</ButtonLink></p>
        }
        .into_any()
    };
    view! {
        <Title text="Sign out" />
        <div class="narrow stack">
            <h1>"Sign out"</h1>
            {body}
        </div>
    }
}
