//! How one's account is protected: password, authenticator app, passkeys, recovery codes.

mod codes;
mod passkeys;
mod totp;

use guildhall_types::{factors::SecurityView, time};
use guildhall_ui::{
    Banner, BannerKind, ButtonKind, ButtonLink, ErrorSummary, Field, FieldKind, SubmitButton, Tag, TagKind,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

pub(crate) use codes::RecoveryCodesPage;
pub(crate) use totp::TotpPage;

use super::{done_banner, query};
use crate::{
    failure::Failure,
    form::Tried,
    security_api::{FinishPasskey, KeepFactors, RemovePasskey, RenamePasskey, read_security},
    sign_on::{OwnLinks, UnlinkSignOn},
};

/// `/account/security`
#[component]
pub(crate) fn SecurityPage() -> impl IntoView {
    let security = Resource::new_blocking(|| (), |()| read_security());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match security.await {
                    Ok(security) => view! { <Security security=security /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The person's password, before a factor changes.
#[component]
fn PasswordField(
    tried: Tried,
    /// Where there are several on a page.
    #[prop(optional, into)]
    id: guildhall_ui::MaybeText,
) -> impl IntoView {
    view! {
        <Field
            name="password"
            id=id
            label="Your password"
            kind=FieldKind::Password
            autocomplete="current-password"
            required=true
            error=tried.message("password")
        />
    }
}

#[component]
fn Security(security: SecurityView) -> impl IntoView {
    let tries = [
        Tried::of(ServerAction::<FinishPasskey>::new()),
        Tried::one_of(ServerAction::<RenamePasskey>::new(), "id"),
        Tried::one_of(ServerAction::<RemovePasskey>::new(), "id"),
        Tried::of(ServerAction::<KeepFactors>::new()),
        Tried::of(ServerAction::<UnlinkSignOn>::new()),
    ];
    let failed = tries.iter().any(Tried::failed);
    let errors = tries.iter().flat_map(Tried::lines).collect::<Vec<_>>();
    let done = if failed { String::new() } else { query("done") };
    let must = security.must_set_up.then(|| {
        view! {
            <Banner kind=BannerKind::Warning title="Set up a second factor to go on">
                <p>"Your role can change what belongs to others, so a password alone is not enough for it. Set up an authenticator app or a passkey."</p>
            </Banner>
        }
    });
    let app = security.totp_since;
    let codes = security.recovery_codes_left;
    view! {
        <Title text=if failed { "Error: Sign-in and security" } else { "Sign-in and security" } />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            {done_banner(said(&done))}
            {must}
            <h1>"Sign-in and security"</h1>
            <p class="meta">{security.email.clone()}</p>
            {removal(&security)}
            <section class="section" aria-labelledby="password-heading">
                <h2 id="password-heading">"Password"</h2>
                <p>"You can change it on your account page."</p>
                <p><ButtonLink href="/account#password-heading" kind=ButtonKind::Quiet>"Change my password"</ButtonLink></p>
            </section>
            <section class="section" aria-labelledby="app-heading">
                <h2 id="app-heading">"Authenticator app " {on_off(app.is_some())}</h2>
                <p>"An app on your phone shows a new code every half minute. You enter it after your password."</p>
                {app.map(|since| view! { <p class="meta">"Set up on " {time::date(since)}</p> })}
                <p>
                    <ButtonLink href="/account/security/totp" kind=ButtonKind::Quiet>
                        {if app.is_some() { "Manage the authenticator app" } else { "Set up an authenticator app" }}
                    </ButtonLink>
                </p>
            </section>
            <passkeys::Passkeys security=security.clone() />
            <section class="section" aria-labelledby="codes-heading">
                <h2 id="codes-heading">"Recovery codes"</h2>
                <p>"For the day that your phone is lost or broken. Each is good once."</p>
                {match codes {
                    Some(left) => view! { <p class="meta">{format!("{left} of 10 left")}</p> }.into_any(),
                    None => view! { <p class="meta">"You get them with your first authenticator app or passkey."</p> }.into_any(),
                }}
                {codes.is_some().then(|| view! {
                    <p><ButtonLink href="/account/security/recovery-codes" kind=ButtonKind::Quiet>"Manage recovery codes"</ButtonLink></p>
                })}
            </section>
            <OwnLinks />
        </div>
    }
}

fn on_off(on: bool) -> impl IntoView {
    let (kind, text) = if on { (TagKind::Good, "On") } else { (TagKind::Plain, "Off") };
    view! { <Tag kind=kind>{text}</Tag> }
}

/// Somebody asked for the removal of the second factor: the person can say no.
fn removal(security: &SecurityView) -> Option<impl IntoView + use<>> {
    let due = security.removal_due_at?;
    let action = ServerAction::<KeepFactors>::new();
    Some(view! {
        <Banner kind=BannerKind::Warning title="Your second factor will be removed">
            <p>"Somebody who knows your password and reads your email asked for it. It happens on " {time::date_time(due)} " (UTC)."</p>
            <ActionForm action=action>
                <SubmitButton label="Keep my second factor" kind=ButtonKind::Quiet />
            </ActionForm>
        </Banner>
    })
}

/// What was just done.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "totp-removed" => "The authenticator app is removed.",
        "codes-kept" => "Your recovery codes are ready to be used.",
        "passkey" => "The passkey is added.",
        "passkey-renamed" => "The passkey has its new name.",
        "passkey-removed" => "The passkey is removed. Remove it from your device as well.",
        "unlinked" => "That organisation no longer signs you in to this account.",
        "kept" => "Your second factor stays. If it was not you who asked, change your password now.",
        _ => return None,
    })
}
