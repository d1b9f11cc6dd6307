//! The audit trail: a search form, a table of events, and the ways to take them along.

use guildhall_types::{
    Error,
    audit::{AuditEventView, AuditPage as Events, AuditQuery},
    time,
};
use guildhall_ui::{Button, ButtonKind, ButtonLink, Column, EmptyState, ErrorSummary, Field, FieldKind, Table};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::{Failure, Parts};
use crate::audit::search_audit;

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let query = asked();
    // Asked once: each asking is an event.
    view! {
        <Suspense>
            {Suspend::new(async move {
                match search_audit(query.clone()).await {
                    Ok(events) => view! { <Content query=query events=Ok(events) /> }.into_any(),
                    Err(error @ Error::Invalid { .. }) => view! { <Content query=query events=Err(error) /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// What the address asks for.
fn asked() -> AuditQuery {
    leptos_router::hooks::use_query_map().with_untracked(|map| {
        let value = |name: &str| map.get(name).unwrap_or_default();
        AuditQuery {
            from: value("from"),
            to: value("to"),
            actor: value("actor"),
            action: value("action"),
            target: value("target"),
            text: value("text"),
            cursor: value("cursor"),
        }
    })
}

/// A path with the form's fields, and more, in its query.
fn address(path: &str, query: &AuditQuery, more: &[(&str, &str)]) -> String {
    let fields = [
        ("from", query.from.as_str()),
        ("to", &query.to),
        ("actor", &query.actor),
        ("action", &query.action),
        ("target", &query.target),
        ("text", &query.text),
    ];
    let pairs = fields.iter().chain(more).filter(|(_, value)| !value.is_empty());
    #[cfg(feature = "ssr")]
    {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs);
        format!("{path}?{}", form.finish())
    }
    // Pages are rendered on the server alone.
    #[cfg(not(feature = "ssr"))]
    {
        drop(pairs);
        path.to_owned()
    }
}

#[component]
fn Content(query: AuditQuery, events: Result<Events, Error>) -> impl IntoView {
    let (errors, found) = match events {
        Ok(events) => (Vec::new(), Some(events)),
        Err(error) => {
            // The place in the list stands in the address alone: no field to lead to.
            let place = |field: &str| if field == "cursor" { String::new() } else { field.to_owned() };
            let lines = error.fields().iter().map(|field| (place(&field.field), field.message.clone()));
            (lines.collect::<Vec<_>>(), None)
        }
    };
    let failed = found.is_none();
    let message = |field: &str| errors.iter().find(|(name, _)| name == field).map(|(_, message)| message.clone());
    let (from, to, actor) = (message("from"), message("to"), message("actor"));
    view! {
        <Title text=if failed { "Error: Audit trail" } else { "Audit trail" } />
        <Meta name="robots" content="noindex" />
        <Parts current=3 />
        <ErrorSummary errors=errors.clone() />
        <h1>"Audit trail"</h1>
        <p class="lede">"Who did what, when and from where. Searching and exporting are recorded here too."</p>
        <form class="panel stack" method="get" action="/admin/audit" aria-label="Search the audit trail" novalidate=true>
            <div class="row">
                <Field name="from" label="First day (UTC)" kind=FieldKind::Date short=true value=query.from.clone() error=from />
                <Field name="to" label="Last day (UTC)" kind=FieldKind::Date short=true value=query.to.clone() error=to />
            </div>
            <Field
                name="actor"
                label="Who, or for whom"
                hint="An email address, or the id of a person or organisation."
                value=query.actor.clone()
                error=actor
            />
            <Field name="action" label="What was done" hint="Or how it begins: user." value=query.action.clone() />
            <Field name="target" label="To what" hint="A kind, an id, or both: order_line:0190…" value=query.target.clone() />
            <Field name="text" label="Text anywhere in the event" kind=FieldKind::Search value=query.text.clone() />
            <div class="row">
                <Button>"Search"</Button>
                <ButtonLink href="/admin/audit" kind=ButtonKind::Quiet>
                    "Clear"
                </ButtonLink>
            </div>
        </form>
        {found.map(|events| view! { <Found query=query events=events /> })}
    }
}

#[component]
fn Found(query: AuditQuery, events: Events) -> impl IntoView {
    if events.events.is_empty() {
        return view! { <EmptyState title="No events" text="Nothing like that was recorded. Choose more days, or fewer words." /> }
            .into_any();
    }
    let columns = vec![
        Column::text("Number"),
        Column::text("When (UTC)"),
        Column::text("Who"),
        Column::text("What"),
        Column::text("To what"),
        Column::text("From"),
    ];
    let older = events.next.as_deref().map(|next| address("/admin/audit", &query, &[("cursor", next)]));
    let newest = (!query.cursor.is_empty()).then(|| address("/admin/audit", &query, &[]));
    view! {
        <section class="section mt-8" aria-labelledby="events-heading">
            <h2 id="events-heading">"Events"</h2>
            <Table caption="Events, newest first" hide_caption=true columns=columns>
                {events.events.into_iter().map(|event| view! { <Row event=event /> }).collect_view()}
            </Table>
            <nav class="row mt-4" aria-label="Pages">
                {newest.map(|href| view! { <a href=href>"Newest events"</a> })}
                {older.map(|href| view! { <a href=href rel="next">"Older events"</a> })}
            </nav>
            <h2>"Export"</h2>
            <p>"Everything that this search finds, not this page alone."</p>
            <div class="row">
                <ButtonLink href=address("/admin/audit/export", &query, &[("format", "csv")]) kind=ButtonKind::Quiet>
                    "Export as CSV"
                </ButtonLink>
                <ButtonLink href=address("/admin/audit/export", &query, &[("format", "jsonl")]) kind=ButtonKind::Quiet>
                    "Export as JSON Lines"
                </ButtonLink>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(event: AuditEventView) -> impl IntoView {
    let who = who(&event);
    let target = format!("{} {}", event.target_kind.replace('_', " "), event.target_id);
    let acting_for = event
        .acting_for_kind
        .zip(event.acting_for_id)
        .map(|(kind, id)| view! { <p class="meta">"for " {kind} " " {id.to_string()}</p> });
    let has_change = event.before.is_some() || event.after.is_some();
    let change = has_change.then(|| {
        let label = format!("What changed in event {}", event.seq);
        view! {
            <details>
                <summary aria-label=label>"What changed"</summary>
                {event.before.map(|before| view! { <p class="meta">"Before"</p> <pre><code>{before}</code></pre> })}
                {event.after.map(|after| view! { <p class="meta">"After"</p> <pre><code>{after}</code></pre> })}
            </details>
        }
    });
    let request = event.request_id.map(|id| view! { <p class="meta">"request " {id}</p> });
    view! {
        <tr>
            <th scope="row">{event.seq}</th>
            <td>
                <time datetime=event.occurred_at.to_rfc3339()>{time::date_time(event.occurred_at)}</time>
            </td>
            <td>{who} {acting_for}</td>
            <td><code>{event.action}</code> {change}</td>
            <td>{target}</td>
            <td>{event.address.unwrap_or_else(|| "—".to_owned())} {request}</td>
        </tr>
    }
}

fn who(event: &AuditEventView) -> String {
    let name = event.actor_name.clone();
    match event.actor_role.as_str() {
        "system" => format!("The program ({})", name.unwrap_or_default()),
        "anonymous" => "Somebody who was not signed in".to_owned(),
        role => {
            let name = name.or_else(|| event.actor_id.map(|id| id.to_string())).unwrap_or_default();
            if role == "admin" { format!("{name} (admin)") } else { name }
        }
    }
}
