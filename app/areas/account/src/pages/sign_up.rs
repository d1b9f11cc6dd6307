//! Creating an account.

use guildhall_types::form::{EMAIL_MAX, NAME_MAX};
use guildhall_ui::{Banner, BannerKind, Checkbox, Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::{lead_on_if_signed_in, query, with_next};
use crate::{
    api::{ResendConfirmation, SignUp},
    form::{FormHead, Tried},
};

/// The form.
#[component]
pub(crate) fn SignUpPage() -> impl IntoView {
    let next = query("next");
    lead_on_if_signed_in(&next);
    let action = ServerAction::<SignUp>::new();
    let tried = Tried::of(action);
    let sign_in = with_next("/sign-in", &next);
    view! {
        <div class="narrow stack">
            <FormHead title="Create an account" tried=tried.clone() />
            <p>
                "You need an account to take courses. If you have one, " <a href=sign_in>"sign in"</a> "."
            </p>
            <ActionForm action=action attr:novalidate=true>
                <Field
                    name="name"
                    label="Your name"
                    hint="Shown to you, and beside reviews that you write."
                    autocomplete="name"
                    required=true
                    maxlength=max(NAME_MAX)
                    value=tried.entered("name")
                    error=tried.message("name")
                />
                <EmailField tried=tried.clone() hint="We send a link to it, to confirm that it is yours." />
                <Field
                    name="password"
                    label="Choose a password"
                    kind=FieldKind::Password
                    hint="12 characters or more. Three or four unrelated words work well."
                    autocomplete="new-password"
                    required=true
                    error=tried.message("password")
                />
                <p>
                    "What you and we agree: the " <a href="/terms">"terms of use"</a>
                    ". What we keep about you: the " <a href="/privacy">"privacy notice"</a> "."
                </p>
                <Checkbox
                    name="agree"
                    label="I agree to the terms of use and have read the privacy notice"
                    error=tried.message("agree")
                    required=true
                />
                // Which terms: what the account carries is what stood here.
                <input type="hidden" name="versions" value=versions() />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Create my account" />
            </ActionForm>
        </div>
    }
}

/// The versions that hold, for the form to carry.
fn versions() -> String {
    #[cfg(feature = "ssr")]
    {
        guildhall_identity::consents::shown()
    }
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// An email address that somebody signs in with.
#[component]
pub(crate) fn EmailField(
    tried: Tried,
    #[prop(optional, into)] hint: guildhall_ui::MaybeText,
    /// What stands there when nothing was typed yet.
    #[prop(optional_no_strip)]
    value: Option<String>,
) -> impl IntoView {
    view! {
        <Field
            name="email"
            label="Email address"
            kind=FieldKind::Email
            hint=hint
            // What browsers save the password under.
            autocomplete="username"
            required=true
            maxlength=max(EMAIL_MAX)
            value=tried.entered("email").or(value)
            error=tried.message("email")
        />
    }
}

/// A length that inputs are told.
pub(crate) fn max(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What follows: a link was sent, and can be had again.
#[component]
pub(crate) fn CheckYourEmailPage() -> impl IntoView {
    let action = ServerAction::<ResendConfirmation>::new();
    let tried = Tried::of(action);
    let address = sent_to();
    let title = if tried.failed() { "Error: Check your email" } else { "Check your email" };
    let again = (query("sent") == "again" && !tried.failed()).then(|| {
        view! {
            <Banner kind=BannerKind::Success title="Asked for another link">
                <p>"If your address still needs confirming, a new link is on its way. It can take a minute."</p>
            </Banner>
        }
    });
    let sentence = match &address {
        Some(address) => view! {
            <p class="lede">"We have sent an email to " <strong>{address.clone()}</strong> ". Open it and use the link to finish."</p>
        }
        .into_any(),
        None => view! { <p class="lede">"When you create an account, we send you an email. Open it and use the link to finish."</p> }.into_any(),
    };
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <guildhall_ui::ErrorSummary errors=tried.lines() />
            {again}
            <h1>"Check your email"</h1>
            {sentence}
            <p>"The link works for 48 hours. If you can't find the email, look among your spam."</p>
            <h2>"Nothing arrived?"</h2>
            <p>"Check the address, and we send the link again."</p>
            <ActionForm action=action attr:novalidate=true>
                <EmailField tried=tried value=address />
                <SubmitButton label="Send the link again" kind=guildhall_ui::ButtonKind::Quiet />
            </ActionForm>
        </div>
    }
}

/// The address that a link was just sent to.
fn sent_to() -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        let cookies = guildhall_host::header(&http::header::COOKIE)?;
        let value =
            cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(super::SENT_TO)?.strip_prefix('='))?;
        // Whoever planted it: only an address is ever shown.
        guildhall_identity::EmailAddress::parse(value).ok().map(|email| email.to_string())
    }
    #[cfg(not(feature = "ssr"))]
    None
}
