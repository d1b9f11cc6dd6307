//! Proving once more who one is: by password, by a code, by a passkey. A piece for the page that asks before something
//! weighty; whatever is filled in goes to one server function as `password`, `code`, or `token` and `credential`, with `next`.

use guildhall_types::{Error, factors::SecurityView};
use guildhall_ui::{ButtonKind, Field, FieldKind, SubmitButton};
use leptos::prelude::*;

use super::passkey_form::{Ceremony, PasskeyForm};

/// The forms of what the person has set up. `tried` is what went wrong the last time.
#[component]
pub fn ProveAgain(
    #[prop(into)] action: String,
    #[prop(into)] next: String,
    security: SecurityView,
    tried: Option<Error>,
) -> impl IntoView {
    let message = |field: &str| tried.as_ref().and_then(|error| error.message_for(field));
    let (has_second_factor, has_passkey) =
        (security.has_second_factor(), security.passkeys_work && !security.passkeys.is_empty());
    let (to, on) = (action.clone(), next.clone());
    let by_passkey = has_passkey.then(move || {
        view! {
            <PasskeyForm ceremony=Ceremony::Get start="/api/fn/account/start-proof" action=to label="Use a passkey">
                <input type="hidden" name="next" value=on />
            </PasskeyForm>
        }
    });
    let by_code = has_second_factor.then(|| {
        view! {
            <form method="post" action=action.clone() novalidate=true>
                <Field
                    name="code"
                    label="Or a code"
                    hint="The 6 digits that your authenticator app shows, or a recovery code."
                    autocomplete="one-time-code"
                    error=message("code")
                />
                <input type="hidden" name="next" value=next.clone() />
                <SubmitButton label="Confirm with this code" kind=ButtonKind::Quiet />
            </form>
        }
    });
    view! {
        <form method="post" action=action.clone() novalidate=true>
            <input type="text" value=security.email autocomplete="username" readonly=true hidden=true aria-label="Email address" />
            <Field
                name="password"
                label="Password"
                kind=FieldKind::Password
                autocomplete="current-password"
                required=true
                error=message("password")
            />
            <input type="hidden" name="next" value=next.clone() />
            <SubmitButton label="Confirm" />
        </form>
        {by_passkey}
        {by_code}
    }
}
