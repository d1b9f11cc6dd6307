//! The second step of signing in, and what to do when the second factor is lost.

use guildhall_types::{Error, factors::SecondStepView, time};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink, Field, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::{
    passkey_form::{Ceremony, PasskeyForm},
    query, with_next,
};
use crate::{
    form::{FormHead, Tried},
    second_step_api::{
        AskForRemoval, FinishSecondStep, KeepFactorsByLink, SendRemovalCode, SignInWithCode, read_second_step,
    },
};

/// `/sign-in/code`
#[component]
pub(crate) fn CodePage() -> impl IntoView {
    let step = Resource::new_blocking(|| (), |()| read_second_step());
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {move || Suspend::new(async move {
                match step.await {
                    Ok(Some(step)) => view! { <Code step=step /> }.into_any(),
                    other => view! { <NothingUnderWay found=other /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The first step is too long ago, or was never done: back to it.
#[component]
fn NothingUnderWay(found: Result<Option<SecondStepView>, Error>) -> impl IntoView {
    let text = match found {
        Err(error) => error.to_string(),
        Ok(_) => "Signing in took too long, or was finished already. Start again.".to_owned(),
    };
    let sign_in = with_next("/sign-in", &query("next"));
    view! {
        <Title text="Sign in again" />
        <div class="narrow stack">
            <h1>"Sign in again"</h1>
            <p class="lede">{text}</p>
            <p><ButtonLink href=sign_in>"Sign in"</ButtonLink></p>
        </div>
    }
}

#[component]
fn Code(step: SecondStepView) -> impl IntoView {
    let (action, by_key) = (ServerAction::<SignInWithCode>::new(), ServerAction::<FinishSecondStep>::new());
    let next = query("next");
    let tried = Tried::of(action).or(Tried::of(by_key));
    let hint = if step.has_totp {
        "The 6 digits that your authenticator app shows, or one of your recovery codes."
    } else {
        "One of your recovery codes."
    };
    let label = if step.has_totp { "Code" } else { "Recovery code" };
    let (lost, for_passkey) = (with_next("/sign-in/lost", &next), next.clone());
    let message = tried.message("code");
    let passkey = step.has_passkey.then(|| {
        view! {
            <PasskeyForm
                ceremony=Ceremony::Get
                start="/api/fn/account/start-second-step"
                action="/api/fn/account/finish-second-step"
                label="Use a passkey"
            >
                <input type="hidden" name="next" value=for_passkey />
            </PasskeyForm>
            <noscript><p>"To use your passkey, switch JavaScript on."</p></noscript>
        }
    });
    view! {
        <div class="narrow stack">
            <FormHead title="Confirm that it is you" tried=tried />
            {removal_banner(step)}
            {passkey}
            <ActionForm action=action attr:novalidate=true>
                <Field
                    name="code"
                    label=label
                    hint=hint
                    autocomplete="one-time-code"
                    required=true
                    short=true
                    error=message
                />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Go on" />
            </ActionForm>
            <p><a href=lost>"I have lost my authenticator app, passkeys and recovery codes"</a></p>
        </div>
    }
}

fn removal_banner(step: SecondStepView) -> Option<impl IntoView + use<>> {
    let due = step.removal_due_at?;
    Some(view! {
        <Banner kind=BannerKind::Warning title="Your second factor will be removed">
            <p>
                "It happens on " {time::date_time(due)}
                " (UTC). After that you sign in with your password alone. Entering a code now stops it."
            </p>
        </Banner>
    })
}

/// `/sign-in/lost`: the slow way.
#[component]
pub(crate) fn LostPage() -> impl IntoView {
    let step = Resource::new_blocking(|| (), |()| read_second_step());
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {move || Suspend::new(async move {
                match step.await {
                    Ok(Some(step)) => view! { <Lost step=step /> }.into_any(),
                    other => view! { <NothingUnderWay found=other /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Lost(step: SecondStepView) -> impl IntoView {
    let (send, ask) = (ServerAction::<SendRemovalCode>::new(), ServerAction::<AskForRemoval>::new());
    let next = query("next");
    let asked = Tried::of(ask);
    let message = asked.message("mail_code");
    let tried = Tried::of(send).or(asked);
    let code = step.mail_code_sent.then(|| {
        view! {
            <Banner title="We have sent you a code">
                <p>"It is in an email to the address that you sign in with, and works for 10 minutes."</p>
            </Banner>
            <ActionForm action=ask attr:novalidate=true>
                <Field
                    name="mail_code"
                    label="Code from the email"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    required=true
                    short=true
                    error=message
                />
                <SubmitButton label="Ask for the removal" kind=ButtonKind::Danger />
            </ActionForm>
        }
    });
    let label = if step.mail_code_sent { "Send another code" } else { "Send me a code" };
    let by_code = with_next("/sign-in/code", &next);
    let hours = format!("Then we wait {} hours. ", step.removal_hours);
    view! {
        <div class="narrow stack">
            <FormHead title="You have lost your second factor" tried=tried />
            {removal_banner(step)}
            <p>"If you have one of your recovery codes, " <a href=by_code>"use it"</a> ": that is quicker."</p>
            <p>
                "Otherwise we can remove your authenticator app and passkeys. We send a code to your email address, to see that it is yours. "
                {hours} "We tell you by email, so that you can stop it if it was not you. After that you sign in with your password alone."
            </p>
            {code}
            <ActionForm action=send>
                <input type="hidden" name="next" value=next />
                <SubmitButton label=label kind=ButtonKind::Quiet />
            </ActionForm>
        </div>
    }
}

/// `/sign-in/keep-second-factor`: opening the mailed link changes nothing, pressing the button does.
#[component]
pub(crate) fn KeepPage() -> impl IntoView {
    let action = ServerAction::<KeepFactorsByLink>::new();
    let tried = Tried::of(action);
    let body = if query("done") == "kept" && !tried.failed() {
        view! {
            <p class="lede">"Nothing is removed. If you did not ask for it, somebody knows your password and reads your email."</p>
            <p><ButtonLink href="/forgotten-password">"Choose a new password"</ButtonLink></p>
        }
        .into_any()
    } else if query("token").is_empty() || tried.failed() {
        view! { <p>"Use the link in the email that we sent you, or sign in with your second factor: that stops it as well."</p> }.into_any()
    } else {
        view! {
            <p class="lede">"Somebody asked us to remove the authenticator app, passkeys and recovery codes of your account."</p>
            <ActionForm action=action>
                <input type="hidden" name="token" value=query("token") />
                <SubmitButton label="Keep my second factor" />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title="Keep your second factor" tried=tried />
            {body}
        </div>
    }
}
