//! Proving once more who one is: by password, by a code, by a passkey. A piece for the page that asks before something
//! weighty; whatever is filled in goes to one server function as `password`, `code`, or `token` and `credential`, with `next`.

use guildhall_types::factors::SecurityView;
use guildhall_ui::{ButtonKind, Field, FieldKind, SubmitButton};
use leptos::prelude::*;

use super::passkey_form::{Ceremony, PasskeyForm};
use crate::form::Tried;

/// The forms of what the person has set up.
#[component]
pub(crate) fn ProveAgain(
    #[prop(into)] action: String,
    #[prop(into)] next: String,
    security: SecurityView,
    tried: Tried,
) -> impl IntoView {
    let by_passkey = (security.passkeys_work && !security.passkeys.is_empty()).then(|| {
        view! {
            <PasskeyForm ceremony=Ceremony::Get start="/api/fn/account/start-proof" action=action.clone() label="Use a passkey">
                <input type="hidden" name="next" value=next.clone() />
            </PasskeyForm>
        }
    });
    let by_code = security.has_second_factor().then(|| {
        view! {
            <form method="post" action=action.clone() novalidate=true>
                <Field
                    name="code"
                    label="Or a code"
                    hint="The 6 digits that your authenticator app shows, or a recovery code."
                    autocomplete="one-time-code"
                    error=tried.message("code")
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
                error=tried.message("password")
            />
            <input type="hidden" name="next" value=next.clone() />
            <SubmitButton label="Confirm" />
        </form>
        {by_passkey}
        {by_code}
    }
}
