//! Setting up and removing an authenticator app.

use guildhall_types::{factors::TotpView, time};
use guildhall_ui::{ButtonKind, Field, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::{Failure, PasswordField};
use crate::{
    form::{FormHead, Tried},
    security_api::{ConfirmTotp, RemoveTotp, StartTotp, read_totp},
};

/// `/account/security/totp`
#[component]
pub(crate) fn TotpPage() -> impl IntoView {
    let totp = Resource::new_blocking(|| (), |()| read_totp());
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {move || Suspend::new(async move {
                match totp.await {
                    Ok(TotpView::None) => view! { <Start /> }.into_any(),
                    Ok(TotpView::Started { secret, uri, qr }) => view! { <Confirm secret=secret uri=uri qr=qr /> }.into_any(),
                    Ok(TotpView::On { since }) => view! { <On since=time::date(since) /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Start() -> impl IntoView {
    let action = ServerAction::<StartTotp>::new();
    let tried = Tried::of(action);
    view! {
        <div class="narrow stack">
            <FormHead title="Set up an authenticator app" tried=tried.clone() />
            <p>
                "You need an authenticator app on your phone or computer. Any will do: Aegis, Google Authenticator, Microsoft Authenticator, 1Password and many more."
            </p>
            <ActionForm action=action attr:novalidate=true>
                <PasswordField tried=tried />
                <SubmitButton label="Go on" />
            </ActionForm>
            <p><a href="/account/security">"Back to sign-in and security"</a></p>
        </div>
    }
}

#[component]
fn Confirm(secret: String, uri: String, qr: String) -> impl IntoView {
    let (confirm, again) = (ServerAction::<ConfirmTotp>::new(), ServerAction::<StartTotp>::new());
    let tried = Tried::of(confirm);
    let restarted = Tried::of(again);
    let open = restarted.failed();
    view! {
        <div class="narrow stack">
            <FormHead title="Set up an authenticator app" tried=tried.clone().or(restarted.clone()) />
            <ol class="stack">
                <li>
                    <p>"Scan this with your app."</p>
                    <div role="img" aria-label="QR code for your authenticator app; the same as text is below" inner_html=qr></div>
                    <p>"On this device, " <a href=uri>"open your app"</a> ". Or type this secret into it:"</p>
                    <p><code data-secret="">{secret}</code></p>
                </li>
                <li>
                    <p>"Enter the 6 digits that the app shows now."</p>
                    <ActionForm action=confirm attr:novalidate=true>
                        <Field
                            name="code"
                            label="Code"
                            inputmode="numeric"
                            autocomplete="one-time-code"
                            required=true
                            short=true
                            error=tried.message("code")
                        />
                        <SubmitButton label="Switch it on" />
                    </ActionForm>
                </li>
            </ol>
            <details open=open>
                <summary>"Start again with another secret"</summary>
                <ActionForm action=again attr:novalidate=true>
                    <PasswordField tried=restarted />
                    <SubmitButton label="Start again" kind=ButtonKind::Quiet />
                </ActionForm>
            </details>
            <p><a href="/account/security">"Back to sign-in and security"</a></p>
        </div>
    }
}

#[component]
fn On(since: String) -> impl IntoView {
    let action = ServerAction::<RemoveTotp>::new();
    let tried = Tried::of(action);
    view! {
        <div class="narrow stack">
            <FormHead title="Authenticator app" tried=tried.clone() />
            <p class="lede">"Your authenticator app is set up since " {since} "."</p>
            <p>"To move to another phone, remove it here and set it up again."</p>
            <ActionForm action=action attr:novalidate=true>
                <PasswordField tried=tried />
                <SubmitButton label="Remove the authenticator app" kind=ButtonKind::Danger />
            </ActionForm>
            <p><a href="/account/security">"Back to sign-in and security"</a></p>
        </div>
    }
}
