//! Where one is signed in.

use guildhall_types::{account::SessionView, time};
use guildhall_ui::{ButtonKind, ErrorSummary, SubmitButton, Tag, TagKind};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

use super::{done_banner, query};
use crate::{
    api::{EndOtherSessions, EndSession, read_sessions},
    failure::Failure,
    form::Tried,
};

const TITLE: &str = "Where you are signed in";

#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    let sessions = Resource::new_blocking(|| (), |()| read_sessions());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match sessions.await {
                    Ok(sessions) => view! { <Sessions sessions=sessions /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionView>) -> impl IntoView {
    let (end, end_others) = (ServerAction::<EndSession>::new(), ServerAction::<EndOtherSessions>::new());
    let tries = [Tried::of(end), Tried::of(end_others)];
    let failed = tries.iter().any(Tried::failed);
    let errors: Vec<(String, String)> = tries.iter().flat_map(Tried::lines).collect();
    let done = if failed { String::new() } else { query("done") };
    let all = sessions.iter().any(|session| !session.is_this).then(|| {
        view! {
            <ActionForm action=end_others>
                <SubmitButton label="Sign out everywhere else" kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    view! {
        <Title text=if failed { format!("Error: {TITLE}") } else { TITLE.to_owned() } />
        <div class="narrow stack">
            <ErrorSummary errors=errors />
            {done_banner(said(&done))}
            <h1>{TITLE}</h1>
            <p>
                "If you don't recognise a device, sign it out and "
                <a href="/account#password-heading">"change your password"</a>
                "."
            </p>
            <ul class="fields">{sessions.into_iter().map(|session| view! { <Session session=session end=end /> }).collect_view()}</ul>
            {all}
            <p><a href="/account">"Back to your account"</a></p>
        </div>
    }
}

/// What was just done.
fn said(done: &str) -> Option<&'static str> {
    Some(match done {
        "session" => "That device is signed out.",
        "sessions" => "All your other devices are signed out.",
        _ => return None,
    })
}

#[component]
fn Session(session: SessionView, end: ServerAction<EndSession>) -> impl IntoView {
    let mark = session.is_this.then(|| view! { <Tag kind=TagKind::Good>"This device"</Tag> });
    let button = (!session.is_this).then(|| {
        let label = format!("Sign out {}", session.device);
        view! {
            <ActionForm action=end>
                <input type="hidden" name="session" value=session.id.to_string() />
                <SubmitButton label=label kind=ButtonKind::Quiet />
            </ActionForm>
        }
    });
    let from = from(&session);
    view! {
        <li>
            <span>
                <strong>{session.device}</strong>
                " "
                {mark}
            </span>
            <p class="meta">
                {from}
                "Signed in "
                {time::date_time(session.signed_in_at)}
                ", last seen "
                {time::date_time(session.last_seen_at)}
                " (UTC)"
            </p>
            {button}
        </li>
    }
}

/// `Leeds, network address 192.0.2.1. `
fn from(session: &SessionView) -> String {
    let address = (!session.address.is_empty()).then(|| format!("network address {}", session.address));
    let parts: Vec<String> = session.place.iter().cloned().chain(address).collect();
    if parts.is_empty() {
        return String::new();
    }
    let mut text = parts.join(", ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{text}. ")
}
