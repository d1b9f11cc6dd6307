//! Where people of an organisation start, by their work address; and where it is said why it went wrong.

use guildhall_types::ConnectionId;
use guildhall_ui::{Banner, BannerKind, ButtonLink, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::{Notice, api::StartSignOn, notice};
use crate::{
    form::{FormHead, Tried},
    pages::{EmailField, is_signed_in, lead_on_if_signed_in, query, with_next},
};

#[component]
pub(super) fn OrganizationSignInPage() -> impl IntoView {
    let next = query("next");
    if let Ok(connection) = query("to").parse::<ConnectionId>() {
        let href = with_next(&format!("/sso/{connection}/start"), &next);
        return view! { <OnTheWay href=href forward=is_from_here() /> }.into_any();
    }
    let action = ServerAction::<StartSignOn>::new();
    let tried = Tried::of(action);
    let problem = if tried.failed() { None } else { notice(Notice::Problem) };
    if problem.is_none() {
        lead_on_if_signed_in(&next);
    }
    let problem = problem.map(|text| {
        view! {
            <Banner kind=BannerKind::Warning title=if is_signed_in() { "That did not work" } else { "You are not signed in" }>
                <p>{text}</p>
            </Banner>
        }
    });
    let sign_in = with_next("/sign-in", &next);
    view! {
        <div class="narrow stack">
            {problem}
            <FormHead title="Sign in through your organisation" tried=tried.clone() />
            <p>"Enter your work address. We take you to where your organisation signs you in."</p>
            <ActionForm action=action attr:novalidate=true>
                <EmailField tried=tried.clone() />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Continue" />
            </ActionForm>
            <p><a href=sign_in>"Sign in with a password instead"</a></p>
        </div>
    }
    .into_any()
}

/// Whether our own form led here. From elsewhere nobody is taken on without their own click: another site must not sign
/// somebody in to an account of its choice.
fn is_from_here() -> bool {
    #[cfg(feature = "ssr")]
    {
        let site = guildhall_host::header(&http::HeaderName::from_static("sec-fetch-site"));
        site.as_deref() == Some("same-origin")
    }
    #[cfg(not(feature = "ssr"))]
    false
}

/// Between the form and the provider: browsers don't let a form's answer lead to another site.
#[component]
fn OnTheWay(
    href: String,
    /// Goes on by itself.
    forward: bool,
) -> impl IntoView {
    let title = if forward { "Going to your organisation" } else { "Go to your organisation" };
    view! {
        <Title text=title />
        {forward.then(|| view! { <Meta http_equiv="refresh" content=format!("0;url={href}") /> })}
        <div class="narrow stack">
            <h1>{title}</h1>
            <p class="lede">"Your organisation signs you in, and sends you back."</p>
            <p><ButtonLink href=href>"Go on"</ButtonLink></p>
        </div>
    }
}
