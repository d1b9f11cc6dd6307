//! Proving again who one is, before something that matters.

use guildhall_ui::{Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::{is_signed_in, query};
use crate::{
    api::Reauthenticate,
    form::{FormHead, Tried},
};

#[component]
pub(crate) fn StepUpPage() -> impl IntoView {
    let next = query("next");
    #[cfg(feature = "ssr")]
    if !is_signed_in() {
        let here = guildhall_identity::policy::with_next("/account/confirm", &next);
        guildhall_host::see_other(&guildhall_identity::policy::with_next("/sign-in", &here));
    }
    let action = ServerAction::<Reauthenticate>::new();
    let tried = Tried::of(action);
    let form = is_signed_in().then(|| {
        view! {
            <ActionForm action=action attr:novalidate=true>
                // Tells password managers whose password it is; the server takes it from the session.
                <input type="text" value=email() autocomplete="username" readonly=true hidden=true aria-label="Email address" />
                <Field
                    name="password"
                    label="Password"
                    kind=FieldKind::Password
                    autocomplete="current-password"
                    required=true
                    error=tried.message("password")
                />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Go on" />
            </ActionForm>
        }
    });
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title="Confirm that it is you" tried=tried.clone() />
            <p>"You signed in a while ago. What you want to do matters, so enter your password once more."</p>
            {form}
            <p><a href="/forgotten-password">"I have forgotten my password"</a></p>
        </div>
    }
}

/// Whose password it is.
fn email() -> String {
    #[cfg(feature = "ssr")]
    return guildhall_host::actor().user().map(|user| user.email.clone()).unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    String::new()
}
