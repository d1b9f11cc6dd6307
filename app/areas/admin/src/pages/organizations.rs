//! Organisations: finding one, and what can be done about it.

use guildhall_types::{
    organization::{ListPage, OrganizationAdminView, OrganizationItem},
    time,
};
use guildhall_ui::{
    Breadcrumbs, ButtonKind, Column, EmptyState, ErrorSummary, Field, FieldKind, SubmitButton, Table, Tag, TagKind,
};
use leptos::{form::ActionForm, prelude::*};

use super::{Failure, Head, SearchForm, done_banner, lines, more, param, query, tried};
use crate::api::{RestoreOrganization, SuspendOrganization, read_organization, search_organizations};

const PATH: &str = "/admin/organizations";

#[component]
pub(super) fn OrganizationsPage() -> impl IntoView {
    let (text, cursor) = (query("q"), query("cursor"));
    view! {
        <Suspense>
            {
                let (text, cursor) = (text.clone(), cursor.clone());
                Suspend::new(async move {
                    match search_organizations(text.clone(), cursor).await {
                        Ok(page) => view! { <Organizations page=page text=text /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Organizations(page: ListPage<OrganizationItem>, text: String) -> impl IntoView {
    let next = more(&page, PATH, &text);
    let list = if page.items.is_empty() {
        view! { <EmptyState title="None found" text="Search for a part of the name." /> }.into_any()
    } else {
        let columns = vec![Column::text("Name"), Column::text("Kind"), Column::text("Since"), Column::text("State")];
        let rows = page
            .items
            .into_iter()
            .map(|item| {
                view! {
                    <tr>
                        <th scope="row">
                            <a href=format!("{PATH}/{}", item.slug)>{item.name.clone()}</a>
                        </th>
                        <td>{item.kind.label()}</td>
                        <td>{time::date(item.created_at)}</td>
                        <td>{state(&item)}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <Table caption="Organisations" hide_caption=true columns=columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <div class="stack">
            <Head title="Organisations" current=2 />
            <SearchForm action=PATH label="Name" value=text />
            {list}
            {next}
        </div>
    }
}

fn state(item: &OrganizationItem) -> impl IntoView + use<> {
    let (kind, text) =
        if item.suspended_at.is_some() { (TagKind::Bad, "Suspended") } else { (TagKind::Good, "Active") };
    view! { <Tag kind=kind>{text}</Tag> }
}

#[component]
pub(super) fn OrganizationPage() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read_organization(slug).await {
                        Ok(found) => view! { <Organization found=found /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Organization(found: OrganizationAdminView) -> impl IntoView {
    let suspend = ServerAction::<SuspendOrganization>::new();
    let restore = ServerAction::<RestoreOrganization>::new();
    let suspended = tried(suspend);
    let errors = lines(&[suspended.clone(), tried(restore)]);
    let done = if errors.is_empty() { query("done") } else { String::new() };
    let item = found.organization;
    let slug = item.slug.clone();
    let change = if item.suspended_at.is_some() {
        view! {
            <p>
                "Suspended on " {item.suspended_at.map(time::date)} ": " {found.suspended_reason.unwrap_or_default()}
            </p>
            <ActionForm action=restore>
                <input type="hidden" name="slug" value=slug />
                <SubmitButton label="Restore the organisation" />
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=suspend attr:novalidate=true>
                <input type="hidden" name="slug" value=slug />
                <Field
                    name="reason"
                    label="Reason"
                    kind=FieldKind::Textarea
                    rows=3
                    hint="Its roles stop counting at once, and its name is hidden."
                    required=true
                    maxlength=500
                    value=suspended.as_ref().and_then(|error| error.entered("reason"))
                    error=suspended.as_ref().and_then(|error| error.message_for("reason"))
                />
                <SubmitButton label="Suspend the organisation" kind=ButtonKind::Danger />
            </ActionForm>
        }
        .into_any()
    };
    let domains = if found.domains.is_empty() { "none".to_owned() } else { found.domains.join(", ") };
    let columns = vec![Column::text("Name"), Column::text("Email address"), Column::text("Role")];
    let members = found
        .members
        .into_iter()
        .map(|member| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/admin/people/{}", member.user)>{member.name.clone()}</a>
                    </th>
                    <td>{member.email}</td>
                    <td>{member.role.label()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="stack">
            <ErrorSummary errors=errors.clone() />
            {done_banner(&done)}
            <Breadcrumbs links=vec![("Organisations".to_owned(), PATH.to_owned())] />
            <Head title=item.name.clone() current=2 failed=!errors.is_empty() />
            <p>{item.kind.label()} " " {state(&item)}</p>
            <p class="meta">"Here since " {time::date(item.created_at)} ". Proved domains: " {domains} "."</p>
            <h2>"Members"</h2>
            <Table caption="Members" hide_caption=true columns=columns>
                {members}
            </Table>
            <section class="section narrow" aria-labelledby="state-heading">
                <h2 id="state-heading">"Suspension"</h2>
                {change}
            </section>
        </div>
    }
}
