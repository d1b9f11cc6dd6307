//! People: finding one, and what can be done about them.

use guildhall_types::{
    Error, UserId,
    organization::{ListPage, PersonItem, PersonView},
    privacy::ErasureView,
    time,
};
use guildhall_ui::{
    Breadcrumbs, ButtonKind, Column, EmptyState, ErrorSummary, Field, FieldKind, SubmitButton, Table, Tag, TagKind,
};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure, Head, SearchForm, done_banner, lines, more, param,
    powers::{AdminRole, Erasure, Powers, is_oneself},
    query, tried,
};
use crate::{
    api::{EndPersonSessions, RestorePerson, SuspendPerson, read_person, search_people},
    powers::read_erasure,
};

const PATH: &str = "/admin/people";

#[component]
pub(super) fn PeoplePage() -> impl IntoView {
    let (text, cursor) = (query("q"), query("cursor"));
    view! {
        <Suspense>
            {
                let (text, cursor) = (text.clone(), cursor.clone());
                Suspend::new(async move {
                    match search_people(text.clone(), cursor).await {
                        Ok(page) => view! { <People page=page text=text /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn People(page: ListPage<PersonItem>, text: String) -> impl IntoView {
    let next = more(&page, PATH, &text);
    let list = if page.items.is_empty() {
        view! { <EmptyState title="Nobody found" text="Search for a part of the name or of the email address." /> }
            .into_any()
    } else {
        let columns =
            vec![Column::text("Name"), Column::text("Email address"), Column::text("Since"), Column::text("State")];
        let rows = page.items.into_iter().map(|item| view! { <Row item=item /> }).collect_view();
        view! {
            <Table caption="People" hide_caption=true columns=columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <Head title="People" current=1 />
            <SearchForm action=PATH label="Name or email address" value=text />
            {list}
            {next}
        </div>
    }
}

#[component]
fn Row(item: PersonItem) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                <a href=format!("{PATH}/{}", item.id)>{item.name.clone()}</a>
            </th>
            <td>{item.email.clone()}</td>
            <td>{time::date(item.created_at)}</td>
            <td>
                <State item=item />
            </td>
        </tr>
    }
}

#[component]
fn State(item: PersonItem) -> impl IntoView {
    let (kind, text) = match (item.suspended_at, item.email_confirmed) {
        (Some(_), _) => (TagKind::Bad, "Suspended"),
        (None, false) => (TagKind::Warn, "Not confirmed"),
        (None, true) => (TagKind::Good, "Active"),
    };
    view! {
        <Tag kind=kind>{text}</Tag>
        {item.is_admin.then(|| view! { " " <Tag>"Admin"</Tag> })}
    }
}

#[component]
pub(super) fn PersonPage() -> impl IntoView {
    let id = param("id").parse::<UserId>();
    view! {
        <Suspense>
            {
                let id = id.clone();
                Suspend::new(async move {
                    let person = match id {
                        Ok(id) => match read_person(id).await {
                            Ok(person) => read_erasure(id).await.map(|erasure| (person, erasure)),
                            Err(error) => Err(error),
                        },
                        Err(_) => {
                            #[cfg(feature = "ssr")]
                            guildhall_host::set_status(404);
                            Err(Error::NotFound)
                        }
                    };
                    match person {
                        Ok((person, erasure)) => view! { <Person person=person erasure=erasure /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Person(person: PersonView, erasure: Option<ErasureView>) -> impl IntoView {
    let suspend = ServerAction::<SuspendPerson>::new();
    let restore = ServerAction::<RestorePerson>::new();
    let end = ServerAction::<EndPersonSessions>::new();
    let suspended = tried(suspend);
    let powers = Powers::new();
    let mut all = vec![suspended.clone(), tried(restore), tried(end)];
    all.extend(powers.tried());
    let errors = lines(&all);
    let done = if errors.is_empty() { query("done") } else { String::new() };
    let item = person.person;
    let id = StoredValue::new(item.id.to_string());
    let (is_admin, is_oneself, name) = (item.is_admin, is_oneself(item.id), item.name.clone());
    let state = if item.suspended_at.is_some() {
        view! {
            <p>
                "Suspended on " {item.suspended_at.map(time::date)} ": "
                {person.suspended_reason.unwrap_or_default()}
            </p>
            <ActionForm action=restore>
                <input type="hidden" name="id" value=id.get_value() />
                <SubmitButton label="Restore the account" />
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=suspend attr:novalidate=true>
                <input type="hidden" name="id" value=id.get_value() />
                <Field
                    name="reason"
                    label="Reason"
                    kind=FieldKind::Textarea
                    rows=3
                    hint="The person reads it in a mail."
                    required=true
                    maxlength=500
                    value=suspended.as_ref().and_then(|error| error.entered("reason"))
                    error=suspended.as_ref().and_then(|error| error.message_for("reason"))
                />
                <SubmitButton label="Suspend the account" kind=ButtonKind::Danger />
            </ActionForm>
        }
        .into_any()
    };
    let organizations = person
        .organizations
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <a href=format!("/admin/organizations/{}", one.slug)>{one.name}</a>
                    <p class="meta">{one.kind.label()} ", " {one.role.label()}</p>
                </li>
            }
        })
        .collect_view();
    let sessions = time::count(u64::try_from(person.sessions).unwrap_or_default(), "device", "devices");
    view! {
        <div class="stack">
            <ErrorSummary errors=errors.clone() />
            {done_banner(&done)}
            <Breadcrumbs links=vec![("People".to_owned(), PATH.to_owned())] />
            <Head title=item.name.clone() current=1 failed=!errors.is_empty() />
            <p>{item.email.clone()} " " <State item=item.clone() /></p>
            <p class="meta">"Account since " {time::date(item.created_at)}</p>
            <div class="narrow stack">
                <section class="section" aria-labelledby="organizations-heading">
                    <h2 id="organizations-heading">"Organisations"</h2>
                    <ul class="fields">{organizations}</ul>
                </section>
                <section class="section" aria-labelledby="sessions-heading">
                    <h2 id="sessions-heading">"Signed in"</h2>
                    <p>"On " {sessions} "."</p>
                    <ActionForm action=end>
                        <input type="hidden" name="id" value=id.get_value() />
                        <SubmitButton label="Sign out everywhere" kind=ButtonKind::Quiet />
                    </ActionForm>
                </section>
                <section class="section" aria-labelledby="state-heading">
                    <h2 id="state-heading">"Suspension"</h2>
                    {state}
                </section>
                <AdminRole powers=powers id=id.get_value() name=name is_admin=is_admin is_oneself=is_oneself />
                <Erasure powers=powers id=id.get_value() is_admin=is_admin is_oneself=is_oneself erasure=erasure />
            </div>
        </div>
    }
}
