//! One's own data: what one agreed to, a copy of everything, and having the account erased.

use guildhall_types::{
    privacy::{ConsentView, ErasureView, ExportView, PrivacyView},
    time,
};
use guildhall_ui::{Banner, BannerKind, ButtonKind, ButtonLink, ErrorSummary, SubmitButton};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::{Meta, Title};

use super::api::{AskExport, WithdrawErasure, read_privacy};
use crate::{
    failure::Failure,
    form::Tried,
    pages::{done_banner, query},
};

const TITLE: &str = "Your data";

#[component]
pub(super) fn DataPage() -> impl IntoView {
    view! {
        <Meta name="robots" content="noindex" />
        <Suspense>
            {Suspend::new(async move {
                match read_privacy().await {
                    Ok(mine) => view! { <Data mine=mine /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Data(mine: PrivacyView) -> impl IntoView {
    let why = in_the_way(&mine);
    let (ask, withdraw) = (ServerAction::<AskExport>::new(), ServerAction::<WithdrawErasure>::new());
    let tries = [Tried::of(ask), Tried::of(withdraw)];
    let failed = tries.iter().any(Tried::failed);
    let errors: Vec<(String, String)> = tries.iter().flat_map(Tried::lines).collect();
    let done = if failed { String::new() } else { query("done") };
    view! {
        <Title text=if failed { format!("Error: {TITLE}") } else { TITLE.to_owned() } />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            {done_banner(said(&done))}
            <h1>{TITLE}</h1>
            <p>
                "What we keep about you, what for and how long stands on the page about " <a href="/privacy">"privacy"</a> "."
            </p>
            <section class="section" aria-labelledby="copy-heading">
                <h2 id="copy-heading">"A copy of everything"</h2>
                <Copy export=mine.export action=ask />
            </section>
            <section class="section" aria-labelledby="agreed-heading">
                <h2 id="agreed-heading">"What you agreed to"</h2>
                <Consents consents=mine.consents />
            </section>
            <section class="section" aria-labelledby="erase-heading">
                <h2 id="erase-heading">"Having your account erased"</h2>
                <Erasure erasure=mine.erasure why=why action=withdraw />
            </section>
            <p><a href="/account">"Back to your account"</a></p>
        </div>
    }
}

/// What was just done.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "export" => "We are making your copy, and send you an email when it is ready.",
        "erasure" => "Your account will be erased. We have sent you an email with the day, and how to keep it.",
        "kept" => "Your account stays. Nothing was erased.",
        _ => return None,
    })
}

#[component]
fn Copy(export: Option<ExportView>, action: ServerAction<AskExport>) -> impl IntoView {
    match export {
        None => view! {
            <p>
                "A ZIP file with everything about you: one page to read, and files for programs. Making it takes a minute or so; we send you an email."
            </p>
            <ActionForm action=action>
                <SubmitButton label="Ask for a copy" kind=ButtonKind::Quiet />
            </ActionForm>
        }
        .into_any(),
        Some(ExportView { asked_at, ready: None, .. }) => view! {
            <p>
                "You asked for a copy on " {time::date_time(asked_at)}
                " (UTC). We send you an email when it is ready."
            </p>
        }
        .into_any(),
        Some(ExportView { id, ready: Some(ready), .. }) => view! {
            <p>"Your copy is ready, until " {time::date_time(ready.expires_at)} " (UTC)."</p>
            <p>
                <ButtonLink href=format!("/account/privacy/copies/{id}")>
                    {format!("Get your copy (ZIP, {})", size(ready.size_bytes))}
                </ButtonLink>
            </p>
        }
        .into_any(),
    }
}

/// `12 KB`
fn size(bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1_000).max(1);
    if kilobytes < 1_000 { format!("{kilobytes} KB") } else { format!("{} MB", kilobytes.div_ceil(1_000)) }
}

#[component]
fn Consents(consents: Vec<ConsentView>) -> impl IntoView {
    if consents.is_empty() {
        return view! {
            <p>"Nothing yet. " <a href="/account/agree">"Read the terms and agree to them"</a> "."</p>
        }
        .into_any();
    }
    let items = consents
        .into_iter()
        .map(|consent| {
            view! {
                <li>
                    <a href=consent.document.path()>{consent.document.title()}</a>
                    <p class="meta">
                        {format!("Version {}, on {} (UTC)", consent.version, time::date_time(consent.given_at))}
                    </p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="fields">{items}</ul> }.into_any()
}

/// What stands in the way of erasing, and what to do about it.
fn in_the_way(mine: &PrivacyView) -> Vec<String> {
    let mut why: Vec<String> = mine
        .sole_owner_of
        .iter()
        .map(|one| {
            format!(
                "You are the only owner of {}. Make somebody else an owner there, or write to us to have it closed.",
                one.name
            )
        })
        .collect();
    if mine.is_admin {
        why.push("You are a platform admin. Have another admin take that role from you.".to_owned());
    }
    if mine.is_paying {
        why.push("A payment of yours is under way. We wait until it has gone through or ended.".to_owned());
    }
    why
}

#[component]
fn Erasure(erasure: Option<ErasureView>, why: Vec<String>, action: ServerAction<WithdrawErasure>) -> impl IntoView {
    match erasure {
        None => view! {
            <p>"Your name, your address and all that only you need are erased, 14 days after you ask."</p>
            <p>
                <ButtonLink href="/account/privacy/erase" kind=ButtonKind::Quiet>"Have my account erased"</ButtonLink>
            </p>
        }
        .into_any(),
        Some(erasure) => view! {
            {waits(erasure, why)}
            <ActionForm action=action>
                <SubmitButton label="Keep my account" />
            </ActionForm>
        }
        .into_any(),
    }
}

/// When it happens, or why it has not.
fn waits(erasure: ErasureView, why: Vec<String>) -> AnyView {
    let due_at = time::date_time(erasure.due_at);
    if !erasure.is_late {
        return view! {
            <Banner kind=BannerKind::Warning title="Your account will be erased">
                <p>"It happens on " {due_at} " (UTC). Until then you can use it as before."</p>
            </Banner>
        }
        .into_any();
    }
    let last = if why.is_empty() {
        "Nothing stands in the way any more: it happens within a day."
    } else {
        "We try again every day. Until then you can use it as before."
    };
    let why = why.into_iter().map(|reason| view! { <p>{reason}</p> }).collect_view();
    view! {
        <Banner kind=BannerKind::Warning title="Your account is not erased yet">
            <p>"It was to happen on " {due_at} " (UTC)."</p>
            {why}
            <p>{last}</p>
        </Banner>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use guildhall_types::privacy::SoleOwned;

    use super::*;

    #[test]
    fn what_is_in_the_way_is_said() {
        let mut mine = PrivacyView {
            consents: Vec::new(),
            export: None,
            erasure: None,
            sole_owner_of: Vec::new(),
            is_admin: false,
            is_paying: false,
        };
        assert!(in_the_way(&mine).is_empty());
        mine.sole_owner_of = vec![SoleOwned { slug: "acme".to_owned(), name: "Acme".to_owned() }];
        (mine.is_admin, mine.is_paying) = (true, true);
        let why = in_the_way(&mine);
        for (line, word) in why.iter().zip(["only owner of Acme", "platform admin", "payment"]) {
            assert!(line.contains(word), "{line}");
        }
        assert_eq!(why.len(), 3);
    }

    #[test]
    fn sizes_are_rounded_up() {
        for (bytes, text) in [(0, "1 KB"), (1, "1 KB"), (1_001, "2 KB"), (999_000, "999 KB"), (1_000_001, "2 MB")] {
            assert_eq!(size(bytes), text);
        }
    }
}
