//! Proving again who one is, before something that matters.

use guildhall_ui::{Banner, BannerKind};
use leptos::{either::Either, prelude::*};
use leptos_meta::Meta;

use super::{ProveAgain, is_signed_in, query};
use crate::{
    api::Reauthenticate,
    failure::Failure,
    form::{FormHead, Tried},
    security_api::read_security,
    sign_on::{Notice, notice},
};

const TITLE: &str = "Confirm that it is you";

/// Whether the person who is signed in came in through their organisation.
fn came_through_organization() -> bool {
    #[cfg(feature = "ssr")]
    return guildhall_host::actor().user().is_ok_and(|user| user.amr.iter().any(|method| method == "sso"));
    #[cfg(not(feature = "ssr"))]
    false
}

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
                                    view! {
                                        <ProveAgain
                                            action="/api/fn/account/reauthenticate"
                                            next=next
                                            security=security
                                            through_organization=came_through_organization()
                                            tried=tried.error()
                                        />
                                    },
                                )
                            }
                            Err(error) => Either::Right(view! { <Failure error=error /> }),
                        }
                    })
                }
            </Suspense>
        }
    });
    // What came of going to one's organisation.
    let problem = if tried.failed() { None } else { notice(Notice::Problem) }.map(|text| {
        view! {
            <Banner kind=BannerKind::Warning title="Not confirmed">
                <p>{text}</p>
            </Banner>
        }
    });
    view! {
        <Meta name="robots" content="noindex" />
        <div class="narrow stack">
            {problem}
            <FormHead title=TITLE tried=tried />
            <p>"You signed in a while ago. What you want to do matters, so show once more that it is you."</p>
            {forms}
            <p><a href="/forgotten-password">"I have forgotten my password"</a></p>
        </div>
    }
}
