//! One's passkeys.

use guildhall_types::{
    factors::{PasskeyView, SecurityView},
    form::PASSKEY_NAME_MAX,
    time,
};
use guildhall_ui::{ButtonKind, Disclosure, Field, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use super::{
    super::{
        passkey_form::{Ceremony, PasskeyForm},
        sign_up::max,
    },
    PasswordField, on_off,
};
use crate::{
    form::{Tried, id_of},
    security_api::{FinishPasskey, RemovePasskey, RenamePasskey},
};

#[component]
pub(super) fn Passkeys(security: SecurityView) -> impl IntoView {
    let none = security.passkeys.is_empty();
    let made = Tried::of(ServerAction::<FinishPasskey>::new());
    let form = if security.passkeys_work {
        view! {
            <Disclosure title="Add a passkey" open=none || made.failed()>
                <noscript><p>"To add a passkey, switch JavaScript on."</p></noscript>
                <PasskeyForm
                    ceremony=Ceremony::Create
                    start="/api/fn/account/start-passkey"
                    action="/api/fn/account/finish-passkey"
                    label="Add a passkey"
                >
                    <input type="text" value=security.email autocomplete="username" readonly=true hidden=true aria-label="Email address" />
                    <Field
                        name="name"
                        label="Name"
                        hint="So that you can tell it from others, for example “Work laptop”."
                        required=true
                        maxlength=max(PASSKEY_NAME_MAX)
                        value=made.entered("name")
                        error=made.message("name")
                    />
                    <PasswordField tried=made />
                </PasskeyForm>
            </Disclosure>
        }
        .into_any()
    } else {
        view! { <p class="meta">"Passkeys don't work at this address of the site."</p> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="passkeys-heading">
            <h2 id="passkeys-heading">"Passkeys " {on_off(!none)}</h2>
            <p>"Sign in with your fingerprint, face or screen lock, or with a security key. Nobody can guess or phish it."</p>
            <ul class="fields">
                {security.passkeys.into_iter().map(|passkey| view! { <Passkey passkey=passkey /> }).collect_view()}
            </ul>
            {form}
        </section>
    }
}

#[component]
fn Passkey(passkey: PasskeyView) -> impl IntoView {
    let (rename, remove) = (ServerAction::<RenamePasskey>::new(), ServerAction::<RemovePasskey>::new());
    let id = passkey.id.to_string();
    let (rename_id, remove_id) = (id.clone(), id.clone());
    let (name_field, password_field) = (id_of("name", &id), id_of("password", &id));
    let (renamed, removed) = (Tried::one_of(rename, "id").at(&id), Tried::one_of(remove, "id").at(&id));
    let open = renamed.failed() || removed.failed();
    let title = format!("Rename or remove {}", passkey.name);
    let name = renamed.entered("name").unwrap_or_else(|| passkey.name.clone());
    let used = match passkey.last_used_at {
        Some(at) => format!(", last used {} (UTC)", time::date_time(at)),
        None => ", not used yet".to_owned(),
    };
    view! {
        <li>
            <strong>{passkey.name}</strong>
            <p class="meta">"Added " {time::date(passkey.created_at)} {used}</p>
            <Disclosure title=title open=open>
                <ActionForm action=rename attr:novalidate=true>
                    <input type="hidden" name="id" value=rename_id />
                    <Field
                        name="name"
                        id=name_field
                        label="Name"
                        required=true
                        maxlength=max(PASSKEY_NAME_MAX)
                        value=name
                        error=renamed.message("name")
                    />
                    <SubmitButton label="Save the name" kind=ButtonKind::Quiet />
                </ActionForm>
                <ActionForm action=remove attr:novalidate=true>
                    <input type="hidden" name="id" value=remove_id />
                    <PasswordField id=password_field tried=removed />
                    <SubmitButton label="Remove this passkey" kind=ButtonKind::Danger />
                </ActionForm>
            </Disclosure>
        </li>
    }
}
