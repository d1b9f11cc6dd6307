//! Proving again who one is, before something that matters.

use leptos::{either::Either, prelude::*};
use leptos_meta::Meta;

use super::{ProveAgain, account::Failure, is_signed_in, query};
use crate::{
    api::Reauthenticate,
    form::{FormHead, Tried},
    security_api::read_security,
};

const TITLE: &str = "Confirm that it is you";

#[component]
pub(crate) fn StepUpPage() -> impl IntoView {
    let next = query("next");
    #[cfg(feature = "ssr")]
    if !is_signed_in() {
        let here = guildhall_identity::policy::with_next("/account/confirm", &next);
        guildhall_host::see_other(&guildhall_identity::policy::with_next("/sign-in", &here));
    }
    let tried = Tried::of(ServerAction::<Reauthenticate>::new());
    let forms = is_signed_in().then(|| {
        let tried = tried.clone();
        view! {
            <Suspense>
                {
                    let (next, tried) = (next.clone(), tried.clone());
                    Suspend::new(async move {
                        match read_security().await {
                            Ok(security) => {
                                Either::Left(
                                    view! { <ProveAgain action="/api/fn/account/reauthenticate" next=next security=security tried=tried.error() /> },
                                )
                            }
                            Err(error) => Either::Right(view! { <Failure error=error title=TITLE here="/account/confirm" /> }),
                        }
                    })
                }
            </Suspense>
        }
    });
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            <FormHead title=TITLE tried=tried />
            <p>"You signed in a while ago. What you want to do matters, so show once more that it is you."</p>
            {forms}
            <p><a href="/forgotten-password">"I have forgotten my password"</a></p>
        </div>
    }
}
