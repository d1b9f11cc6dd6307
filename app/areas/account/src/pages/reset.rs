//! Forgotten passwords.

use guildhall_ui::{ButtonLink, Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::{query, sign_up::EmailField};
use crate::{
    api::{RequestReset, ResetPassword},
    form::{FormHead, Tried},
};

/// Asks where to send the link, and then says that it was sent.
#[component]
pub(crate) fn ForgottenPasswordPage() -> impl IntoView {
    let action = ServerAction::<RequestReset>::new();
    let tried = Tried::of(action);
    if query("sent") == "yes" && !tried.failed() {
        return view! {
            <Title text="Check your email" />
            <div class="narrow stack">
                <h1>"Check your email"</h1>
                <p class="lede">"If there is an account with that address, we have sent it a link to choose a new password."</p>
                <p>"The link works for 1 hour. If you can't find the email, look among your spam, or " <a href="/forgotten-password">"try again"</a> "."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="narrow stack">
            <FormHead title="Choose a new password" tried=tried.clone() />
            <p>"Enter the email address of your account. We send a link to it."</p>
            <ActionForm action=action attr:novalidate=true>
                <EmailField tried=tried />
                <SubmitButton label="Send the link" />
            </ActionForm>
        </div>
    }
    .into_any()
}

/// Where the link leads.
#[component]
pub(crate) fn ResetPasswordPage() -> impl IntoView {
    let action = ServerAction::<ResetPassword>::new();
    let tried = Tried::of(action);
    let token = query("token");
    let message = tried.message("password");
    let body = if token.is_empty() || tried.failed_as_a_whole() {
        view! {
            <p>"Use the link in the newest email that we sent you, or have another one sent."</p>
            <p><ButtonLink href="/forgotten-password">"Ask for a new link"</ButtonLink></p>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=action attr:novalidate=true>
                <Field
                    name="password"
                    label="New password"
                    kind=FieldKind::Password
                    hint="12 characters or more. Three or four unrelated words work well. You are signed out everywhere else."
                    autocomplete="new-password"
                    required=true
                    error=message
                />
                <input type="hidden" name="token" value=token />
                <SubmitButton label="Change my password" />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title="Choose a new password" tried=tried />
            {body}
        </div>
    }
}
