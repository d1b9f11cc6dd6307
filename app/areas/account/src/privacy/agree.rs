//! Agreeing to the terms as they stand: for whoever came through their organisation, and again when they have changed.

use guildhall_types::privacy::Outstanding;
use guildhall_ui::{ButtonKind, ButtonLink, Checkbox, EmptyState, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::api::{Agree, read_outstanding};
use crate::{
    failure::Failure,
    form::{FormHead, Tried},
    pages::query,
};

#[component]
pub(super) fn AgreePage() -> impl IntoView {
    let next = query("next");
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {
                let next = next.clone();
                Suspend::new(async move {
                    match read_outstanding().await {
                        Ok(outstanding) => view! { <AgreeForm outstanding=outstanding next=next /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn AgreeForm(outstanding: Vec<Outstanding>, next: String) -> impl IntoView {
    let action = ServerAction::<Agree>::new();
    let tried = Tried::of(action);
    if outstanding.is_empty() {
        return view! {
            <div class="narrow stack">
                <FormHead title="You have agreed to the terms" tried=tried />
                <EmptyState title="Nothing to do" text="You have agreed to the terms as they stand.">
                    <ButtonLink href="/learn">"Go to my courses"</ButtonLink>
                </EmptyState>
            </div>
        }
        .into_any();
    }
    let is_news = outstanding.iter().any(|one| one.changes.is_some());
    let title = if is_news { "Our terms have changed" } else { "Before you go on" };
    let lede = if is_news {
        "Read what is new, and agree to go on."
    } else {
        "Guildhall keeps things about you so that you can learn here. Read how, and what you and we agree."
    };
    let versions: Vec<String> =
        outstanding.iter().map(|one| format!("{}:{}", one.document.slug(), one.version)).collect();
    let documents = outstanding.into_iter().map(|one| view! { <Document one=one /> }).collect_view();
    view! {
        <div class="narrow stack">
            <FormHead title=title tried=tried.clone() />
            <p class="lede">{lede}</p>
            <ul class="fields">{documents}</ul>
            <ActionForm action=action attr:novalidate=true>
                <Checkbox
                    name="agree"
                    label="I agree to the terms of use and have read the privacy notice"
                    error=tried.message("agree")
                    required=true
                />
                <input type="hidden" name="versions" value=versions.join(",") />
                <input type="hidden" name="next" value=next />
                <SubmitButton label="Go on" />
            </ActionForm>
            <p>
                "If you don't agree, you can " <a href="/account/privacy">"take a copy of your data and have your account erased"</a> "."
            </p>
            <form method="post" action="/sign-out">
                <guildhall_ui::Button kind=ButtonKind::Quiet>"Sign out"</guildhall_ui::Button>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Document(one: Outstanding) -> impl IntoView {
    let changes = one.changes.map(|changes| view! { <p>"What is new: " {changes}</p> });
    view! {
        <li>
            <a href=one.document.path()>{one.document.title()}</a>
            <p class="meta">{format!("Version {}, since {}", one.version, one.since)}</p>
            {changes}
        </li>
    }
}
