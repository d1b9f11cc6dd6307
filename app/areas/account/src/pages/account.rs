//! One's own account.

use guildhall_types::{account::AccountView, form::NAME_MAX, time};
use guildhall_ui::{ButtonKind, ButtonLink, ErrorSummary, Field, FieldKind, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

use super::{done_banner, query, sign_up::max};
use crate::{
    api::{ChangePassword, Rename, read_account},
    failure::Failure,
    form::Tried,
};

#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let account = Resource::new_blocking(|| (), |()| read_account());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match account.await {
                    Ok(account) => view! { <Account account=account /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Account(account: AccountView) -> impl IntoView {
    let (rename, change) = (ServerAction::<Rename>::new(), ServerAction::<ChangePassword>::new());
    let (renamed, changed) = (Tried::of(rename), Tried::of(change));
    let tries = [renamed.clone(), changed.clone()];
    let failed = tries.iter().any(Tried::failed);
    let errors = tries.iter().flat_map(Tried::lines).collect::<Vec<_>>();
    let done = if failed { String::new() } else { query("done") };
    let confirmed = if account.email_confirmed {
        view! { <Tag kind=TagKind::Good>"Confirmed"</Tag> }.into_any()
    } else {
        view! { <Tag kind=TagKind::Warn>"Not confirmed"</Tag> <a href="/sign-up/check-your-email">"Send the link again"</a> }.into_any()
    };
    view! {
        <Title text=if failed { "Error: Account" } else { "Account" } />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            {done_banner(said(&done))}
            <h1>"Account"</h1>
            <p>"Email address: " <strong>{account.email.clone()}</strong> " " {confirmed}</p>
            <p class="meta">"Account since " {time::date(account.created_at)}</p>
            <section class="section" aria-labelledby="name-heading">
                <h2 id="name-heading">"Your name"</h2>
                <ActionForm action=rename attr:novalidate=true>
                    <Field
                        name="name"
                        label="Name"
                        hint="Shown to you, and beside reviews that you write from now on."
                        autocomplete="name"
                        required=true
                        maxlength=max(NAME_MAX)
                        value=renamed.entered("name").unwrap_or(account.name)
                        error=renamed.message("name")
                    />
                    <SubmitButton label="Save my name" kind=ButtonKind::Quiet />
                </ActionForm>
            </section>
            <PasswordForm action=change tried=changed email=account.email />
            <section class="section" aria-labelledby="security-heading">
                <h2 id="security-heading">"Sign-in and security"</h2>
                <p>"Authenticator app, passkeys and recovery codes: a second proof that it is you."</p>
                <p><ButtonLink href="/account/security" kind=ButtonKind::Quiet>"Sign-in and security"</ButtonLink></p>
            </section>
            <section class="section" aria-labelledby="sessions-heading">
                <h2 id="sessions-heading">"Where you are signed in"</h2>
                <p><a href="/account/sessions">"See your devices, and sign them out"</a></p>
            </section>
            <section class="section" aria-labelledby="data-heading">
                <h2 id="data-heading">"Your data"</h2>
                <p><a href="/account/privacy">"Get a copy of your data, or have your account erased"</a></p>
            </section>
        </div>
    }
}

/// What was just done.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "name" => "Your name is saved.",
        "password" => "Your password is changed. Your other devices are signed out.",
        _ => return None,
    })
}

#[component]
fn PasswordForm(action: ServerAction<ChangePassword>, tried: Tried, email: String) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="password-heading">
            <h2 id="password-heading">"Password"</h2>
            <ActionForm action=action attr:novalidate=true>
                // Tells password managers whose password it is; the server takes it from the session.
                <input type="text" value=email autocomplete="username" readonly=true hidden=true aria-label="Email address" />
                <Field
                    name="current_password"
                    label="Current password"
                    kind=FieldKind::Password
                    autocomplete="current-password"
                    required=true
                    error=tried.message("current_password")
                />
                <Field
                    name="new_password"
                    label="New password"
                    kind=FieldKind::Password
                    hint="12 characters or more. Three or four unrelated words work well. Your other devices are signed out."
                    autocomplete="new-password"
                    required=true
                    error=tried.message("new_password")
                />
                <SubmitButton label="Change my password" kind=ButtonKind::Quiet />
            </ActionForm>
        </section>
    }
}
