//! The area's pages.

mod account;
mod confirm;
mod passkey_form;
mod prove_again;
mod reset;
mod second_step;
mod security;
mod sessions;
mod sign_in;
mod sign_up;
mod step_up;

use guildhall_ui::{Banner, BannerKind};
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route},
    path,
};

use account::AccountPage;
use confirm::ConfirmEmailPage;
pub use prove_again::ProveAgain;
use reset::{ForgottenPasswordPage, ResetPasswordPage};
use second_step::{CodePage, KeepPage, LostPage};
use security::{RecoveryCodesPage, SecurityPage, TotpPage};
use sessions::SessionsPage;
use sign_in::{SignInPage, SignOutPage};
use sign_up::{CheckYourEmailPage, SignUpPage};
use step_up::StepUpPage;

pub(crate) use sign_up::{EmailField, max};

/// The cookie that holds the address to which a link was just sent, for the page that says so.
#[cfg(feature = "ssr")]
pub(crate) const SENT_TO: &str = "guildhall-sent-to";

/// The area's routes, to stand among the app's.
#[component(transparent)]
pub fn AccountRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("sign-up") view=SignUpPage ssr=SsrMode::Async />
            <Route path=path!("sign-up/check-your-email") view=CheckYourEmailPage ssr=SsrMode::Async />
            <Route path=path!("confirm-email") view=ConfirmEmailPage ssr=SsrMode::Async />
            <Route path=path!("sign-in") view=SignInPage ssr=SsrMode::Async />
            <Route path=path!("sign-in/code") view=CodePage ssr=SsrMode::Async />
            <Route path=path!("sign-in/lost") view=LostPage ssr=SsrMode::Async />
            <Route path=path!("sign-in/keep-second-factor") view=KeepPage ssr=SsrMode::Async />
            <Route path=path!("sign-out") view=SignOutPage ssr=SsrMode::Async />
            <Route path=path!("forgotten-password") view=ForgottenPasswordPage ssr=SsrMode::Async />
            <Route path=path!("reset-password") view=ResetPasswordPage ssr=SsrMode::Async />
            <Route path=path!("account") view=AccountPage ssr=SsrMode::Async />
            <Route path=path!("account/sessions") view=SessionsPage ssr=SsrMode::Async />
            <Route path=path!("account/confirm") view=StepUpPage ssr=SsrMode::Async />
            <Route path=path!("account/security") view=SecurityPage ssr=SsrMode::Async />
            <Route path=path!("account/security/totp") view=TotpPage ssr=SsrMode::Async />
            <Route path=path!("account/security/recovery-codes") view=RecoveryCodesPage ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

/// A value of the address's query; empty when it is not there.
pub(crate) fn query(name: &str) -> String {
    leptos_router::hooks::use_query_map().with_untracked(|query| query.get(name)).unwrap_or_default()
}

/// A part of the route's path.
pub(crate) fn param(name: &str) -> String {
    leptos_router::hooks::use_params_map().with_untracked(|params| params.get(name)).unwrap_or_default()
}

/// Says what a form has just done; nothing where none was sent.
pub(crate) fn done_banner(text: Option<&'static str>) -> Option<impl IntoView> {
    text.map(|text| {
        view! {
            <Banner kind=BannerKind::Success title="Done">
                <p>{text}</p>
            </Banner>
        }
    })
}

/// Whether somebody is signed in.
pub(crate) fn is_signed_in() -> bool {
    #[cfg(feature = "ssr")]
    return guildhall_host::actor().user_id().is_some();
    #[cfg(not(feature = "ssr"))]
    false
}

/// Leads whoever is signed in already on to where they wanted to go.
pub(crate) fn lead_on_if_signed_in(next: &str) {
    #[cfg(feature = "ssr")]
    if is_signed_in() {
        guildhall_host::see_other(guildhall_identity::policy::own_path(next, "/learn"));
    }
    #[cfg(not(feature = "ssr"))]
    let _ = next;
}

/// `path`, with where to go on to in its query.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    #[cfg(feature = "ssr")]
    return guildhall_identity::policy::with_next(path, guildhall_identity::policy::own_path(next, ""));
    #[cfg(not(feature = "ssr"))]
    {
        let _ = next;
        path.to_owned()
    }
}
