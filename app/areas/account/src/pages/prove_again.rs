//! Proving once more who one is: by password, with a code where there is a second factor, by a passkey alone, or through the
//! organisation that signed one in. A piece for the page that asks before something weighty; whatever is filled in goes to one
//! server function as `password`, `code`, or `token` and `credential`, with `next`.

use guildhall_types::{Error, factors::SecurityView};
use guildhall_ui::{ButtonLink, Field, FieldKind, SubmitButton};
use leptos::prelude::*;

use super::{
    passkey_form::{Ceremony, PasskeyForm},
    with_next,
};

/// The forms of what the person has set up. `tried` is what went wrong the last time; `through_organization` says that they
/// came in through their organisation, and may know no password here.
#[component]
pub fn ProveAgain(
    #[prop(into)] action: String,
    #[prop(into)] next: String,
    security: SecurityView,
    through_organization: bool,
    tried: Option<Error>,
) -> impl IntoView {
    let message = |field: &str| tried.as_ref().and_then(|error| error.message_for(field));
    let has_second_factor = security.has_second_factor();
    let has_passkey = security.passkeys_work && !security.passkeys.is_empty();
    let (to, on) = (action.clone(), next.clone());
    let by_passkey = has_passkey.then(move || {
        view! {
            <PasskeyForm ceremony=Ceremony::Get start="/api/fn/account/start-proof" action=to label="Use a passkey instead">
                <input type="hidden" name="next" value=on />
            </PasskeyForm>
        }
    });
    let code = has_second_factor.then(|| {
        view! {
            <Field
                name="code"
                label="Code"
                hint="The 6 digits that your authenticator app shows, or a recovery code."
                autocomplete="one-time-code"
                required=true
                short=true
                error=message("code")
            />
        }
    });
    let hint = (through_organization && has_second_factor)
        .then_some("Leave it empty if your organisation signs you in and you have no password here.");
    let by_organization = (through_organization && !has_second_factor).then(|| {
        view! {
            <p>"Your organisation signed you in. It asks you once more who you are, and sends you back."</p>
            <p><ButtonLink href=with_next("/sso/confirm", &next)>"Confirm through your organisation"</ButtonLink></p>
            <p>"If you have a password here, you can use that instead."</p>
        }
    });
    view! {
        {by_organization}
        <form method="post" action=action novalidate=true>
            <input type="text" value=security.email autocomplete="username" readonly=true hidden=true aria-label="Email address" />
            <Field
                name="password"
                label="Password"
                kind=FieldKind::Password
                hint=hint
                autocomplete="current-password"
                required=hint.is_none()
                error=message("password")
            />
            {code}
            <input type="hidden" name="next" value=next />
            <SubmitButton label="Confirm" />
        </form>
        {by_passkey}
    }
}
