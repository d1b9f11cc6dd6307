//! The recovery codes.

use guildhall_types::{factors::RecoveryCodesView, time};
use guildhall_ui::{ButtonKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::{
    super::{done_banner, query},
    Failure, PasswordField,
};
use crate::{
    form::{FormHead, Tried},
    security_api::{KeepRecoveryCodes, MakeRecoveryCodes, read_recovery_codes},
};

/// `/account/security/recovery-codes`
#[component]
pub(crate) fn RecoveryCodesPage() -> impl IntoView {
    let codes = Resource::new_blocking(|| (), |()| read_recovery_codes());
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {move || Suspend::new(async move {
                match codes.await {
                    Ok(RecoveryCodesView { codes: Some(codes), .. }) => view! { <Sheet codes=codes /> }.into_any(),
                    Ok(view) => view! { <Left view=view /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The codes, to be kept: printed, or as a file.
#[component]
fn Sheet(codes: Vec<String>) -> impl IntoView {
    let action = ServerAction::<KeepRecoveryCodes>::new();
    let done = match query("done").as_str() {
        "totp" => Some("Your authenticator app is set up."),
        "passkey" => Some("Your passkey is added."),
        _ => None,
    };
    // Only letters, digits and hyphens: nothing of it needs more encoding than the line ends.
    let file = format!("data:text/plain;charset=utf-8,Guildhall%20recovery%20codes%0A%0A{}%0A", codes.join("%0A"));
    view! {
        <div class="narrow stack">
            {done_banner(done)}
            <FormHead title="Keep your recovery codes" tried=Tried::of(action) />
            <p class="lede">"Without your phone, one of these lets you in. Each is good once. We show them only now."</p>
            <p>"Print this page, write them down, or save the file, and keep them where only you find them. Not on the phone itself."</p>
            <ol class="panel" aria-label="Recovery codes">
                {codes.into_iter().map(|code| view! { <li><code class="n">{code}</code></li> }).collect_view()}
            </ol>
            <p><a href=file download="guildhall-recovery-codes.txt">"Save as a file"</a></p>
            <ActionForm action=action>
                <SubmitButton label="I have kept my codes" />
            </ActionForm>
        </div>
    }
}

#[component]
fn Left(view: RecoveryCodesView) -> impl IntoView {
    let action = ServerAction::<MakeRecoveryCodes>::new();
    let tried = Tried::of(action);
    let for_field = tried.clone();
    let body = if view.has_second_factor {
        let made = view.made_at.map(|at| format!("{} of 10 codes are left, made on {}.", view.left, time::date(at)));
        view! {
            <p class="lede">{made.unwrap_or_else(|| "You have no recovery codes.".to_owned())}</p>
            <p>"If you can't find them, make new ones. The old ones stop working."</p>
            <ActionForm action=action attr:novalidate=true>
                <PasswordField tried=for_field />
                <SubmitButton label="Make new codes" kind=ButtonKind::Quiet />
            </ActionForm>
        }
        .into_any()
    } else {
        view! { <p class="lede">"You get recovery codes when you set up an authenticator app or a passkey."</p> }
            .into_any()
    };
    view! {
        <div class="narrow stack">
            <FormHead title="Recovery codes" tried=tried />
            {body}
            <p><a href="/account/security">"Back to sign-in and security"</a></p>
        </div>
    }
}
