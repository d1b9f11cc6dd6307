//! An invitation, by the link that was mailed. Opening it changes nothing, since mail scanners open links.

use guildhall_types::{Error, organization::InvitationOffer, time};
use guildhall_ui::{ButtonKind, ButtonLink, EmptyState, ErrorSummary, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::api::{AcceptInvitation, DeclineInvitation, read_offer};
use crate::{
    form::Tried,
    pages::{is_signed_in, param, with_next},
};

#[component]
pub(super) fn InvitationPage() -> impl IntoView {
    let token = param("token");
    let (accept, decline) = (ServerAction::<AcceptInvitation>::new(), ServerAction::<DeclineInvitation>::new());
    let tries = [Tried::of(accept), Tried::of(decline)];
    let title = if tries.iter().any(Tried::failed) { "Error: Your invitation" } else { "Your invitation" };
    let errors: Vec<_> = tries.iter().flat_map(Tried::lines).collect();
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        // The address of this page is the secret: it goes nowhere with a link.
        <Meta name="referrer" content="same-origin" />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            <h1>"Your invitation"</h1>
            <Suspense>
                {
                    let token = token.clone();
                    Suspend::new(async move {
                        match read_offer(token.clone()).await {
                            Ok(offer) => view! { <Offer offer=offer token=token accept=accept decline=decline /> }.into_any(),
                            Err(error) => view! { <Stale error=error /> }.into_any(),
                        }
                    })
                }
            </Suspense>
        </div>
    }
}

#[component]
fn Stale(error: Error) -> impl IntoView {
    view! {
        <EmptyState title="This link is not good any more" text=error.to_string()>
            <ButtonLink href="/account/organizations" kind=ButtonKind::Quiet>"See your organisations"</ButtonLink>
        </EmptyState>
    }
}

#[component]
fn Offer(
    offer: InvitationOffer,
    token: String,
    accept: ServerAction<AcceptInvitation>,
    decline: ServerAction<DeclineInvitation>,
) -> impl IntoView {
    let who = offer.invited_by.clone().unwrap_or_else(|| offer.organization.clone());
    let next = format!("/invitations/{token}");
    let choice = if offer.is_mine {
        let (label, same) = (format!("Join {}", offer.organization), token.clone());
        view! {
            <div class="row">
                <ActionForm action=accept>
                    <input type="hidden" name="token" value=same />
                    <SubmitButton label=label />
                </ActionForm>
                <ActionForm action=decline>
                    <input type="hidden" name="token" value=token />
                    <SubmitButton label="Decline" kind=ButtonKind::Quiet />
                </ActionForm>
            </div>
        }
        .into_any()
    } else if is_signed_in() {
        view! {
            <p>"You are signed in with another email address. The invitation is for " <strong>{offer.email}</strong> ": sign out, and come back by this link with that one."</p>
            <form method="post" action="/sign-out">
                <SubmitButton label="Sign out" kind=ButtonKind::Quiet />
            </form>
        }
        .into_any()
    } else {
        view! {
            <p>"It is for " <strong>{offer.email}</strong> ". Sign in with that address, or create an account with it."</p>
            <div class="row">
                <ButtonLink href=with_next("/sign-in", &next)>"Sign in"</ButtonLink>
                <ButtonLink href=with_next("/sign-up", &next) kind=ButtonKind::Quiet>"Create an account"</ButtonLink>
            </div>
        }
        .into_any()
    };
    view! {
        <p class="lede">
            {who} " invites you to join " <strong>{offer.organization.clone()}</strong> "."
        </p>
        <p>{offer.kind.label()} ". Your role: " {offer.role.label()} ". Open until " {time::date(offer.expires_at)} "."</p>
        {choice}
    }
}
