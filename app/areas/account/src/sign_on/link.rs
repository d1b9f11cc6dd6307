//! Linking an account to an organisation's sign-in: both are proved in this browser, and the account's owner agrees.

use guildhall_types::federation::PendingLink;
use guildhall_ui::{ButtonKind, ButtonLink, EmptyState, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::{
    Failure,
    api::{FinishLink, read_pending_link},
    prove_first,
};
use crate::{
    form::{FormHead, Tried},
    pages::is_signed_in,
};

const HERE: &str = "next=/account/link-sign-on";

#[component]
pub(super) fn LinkPage() -> impl IntoView {
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {Suspend::new(async move {
                match read_pending_link().await {
                    Ok(link) => view! { <Link link=link /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Link(link: Option<PendingLink>) -> impl IntoView {
    let action = ServerAction::<FinishLink>::new();
    let tried = Tried::of(action);
    let body = match link {
        None => view! {
            <EmptyState title="Nothing waits to be linked" text="Sign in through your organisation again.">
                <ButtonLink href="/sign-in/organization">"Sign in through your organisation"</ButtonLink>
            </EmptyState>
        }
        .into_any(),
        Some(link) if link.is_yours => {
            prove_first();
            view! {
            <p class="lede">
                {link.organization} " has signed you in with " <strong>{link.connection}</strong>
                ". Link it to this account, and you can come in that way from now on."
            </p>
            <ActionForm action=action>
                <SubmitButton label="Link my account" />
            </ActionForm>
            <p><a href="/learn">"Go on without linking"</a></p>
        }
        .into_any()
        }
        Some(link) if is_signed_in() => view! {
            <p class="lede">
                {link.organization} " has signed somebody in whose address is not this account’s. Sign out, and come back with the account of that address."
            </p>
            <p><ButtonLink href="/sign-out" kind=ButtonKind::Quiet>"Sign out"</ButtonLink></p>
        }
        .into_any(),
        Some(link) => view! {
            <p class="lede">
                {link.organization} " has signed you in. Its word is not enough to open an account with your address: sign in to that account once, or create it, and link the two."
            </p>
            <p>
                <ButtonLink href=format!("/sign-in?{HERE}")>"Sign in to my account"</ButtonLink>
                " "
                <ButtonLink href=format!("/sign-up?{HERE}") kind=ButtonKind::Quiet>"Create an account"</ButtonLink>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="narrow stack">
            <FormHead title="Link your account" tried=tried />
            {body}
        </div>
    }
}
