//! Asking to be erased: what goes, what stays, and what stands in the way.

use guildhall_types::privacy::{PrivacyView, SoleOwned};
use guildhall_ui::{Banner, BannerKind, ButtonKind, Checkbox, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Meta;

use super::api::{AskErasure, read_privacy};
use crate::{
    failure::Failure,
    form::{FormHead, Tried},
    sign_on::prove_first,
};

const TITLE: &str = "Have your account erased";

#[component]
pub(super) fn ErasePage() -> impl IntoView {
    prove_first();
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {Suspend::new(async move {
                match read_privacy().await {
                    Ok(mine) => view! { <Erase mine=mine /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Erase(mine: PrivacyView) -> impl IntoView {
    let action = ServerAction::<AskErasure>::new();
    let tried = Tried::of(action);
    let missing = tried.message("understood");
    let form = if mine.erasure.is_some() {
        view! {
            <Banner kind=BannerKind::Warning title="This is asked for already">
                <p><a href="/account/privacy">"See when it happens, or keep your account"</a></p>
            </Banner>
        }
        .into_any()
    } else if mine.is_admin {
        view! {
            <Banner kind=BannerKind::Warning title="You are a platform admin">
                <p>"Have another admin take that role from you first."</p>
            </Banner>
        }
        .into_any()
    } else if !mine.sole_owner_of.is_empty() {
        view! { <Owned organizations=mine.sole_owner_of /> }.into_any()
    } else {
        view! {
            <ActionForm action=action attr:novalidate=true>
                <Checkbox
                    name="understood"
                    label="I know what is erased, and that it can't be brought back"
                    error=missing
                    required=true
                />
                <SubmitButton label="Erase my account in 14 days" kind=ButtonKind::Danger />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <div class="narrow stack">
            <FormHead title=TITLE tried=tried />
            <div class="prose">
                <h2>"What goes"</h2>
                <ul>
                    <li>"Your name, email address and password, and every way to sign in"</li>
                    <li>"Where you are signed in and were"</li>
                    <li>"Your notes, answers, progress and reviews"</li>
                    <li>"Your place in organisations and teams"</li>
                    <li>"Copies of your data that you had made: get one first if you want it"</li>
                </ul>
                <h2>"What stays, without your name"</h2>
                <ul>
                    <li>"What was paid, because tax law wants it kept. You can no longer see or refund it."</li>
                    <li>"That somebody took and finished a course"</li>
                    <li>"The record of what was done on the site, for 7 years. Where it holds your name or address, it keeps them."</li>
                </ul>
                <p>"You lose your courses, also those that you paid for. Until the day comes you can change your mind."</p>
            </div>
            {form}
            <p><a href="/account/privacy">"Back to your data"</a></p>
        </div>
    }
}

/// Organisations that would be left without an owner.
#[component]
fn Owned(organizations: Vec<SoleOwned>) -> impl IntoView {
    let items = organizations
        .into_iter()
        .map(|one| view! { <li><a href=format!("/account/organizations/{}/members", one.slug)>{one.name}</a></li> })
        .collect_view();
    view! {
        <Banner kind=BannerKind::Warning title="You are the only owner of an organisation">
            <p>"Make somebody else an owner there first, or write to privacy@guildhall.test to have it closed:"</p>
            <ul>{items}</ul>
        </Banner>
    }
}
