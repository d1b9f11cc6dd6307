//! The privacy notice with its register, and the terms: written in `docs/statements/`, and the register made from the schema.

use guildhall_types::privacy::{RegisterArea, RegisterEntry};
use guildhall_ui::{Column, EmptyState, Prose, Table};
use leptos::prelude::*;
use leptos_meta::Title;

use super::api::read_register;

#[cfg(feature = "ssr")]
mod texts {
    pub(super) const PRIVACY: &str = include_str!("../../../../../docs/statements/privacy.md");
    pub(super) const TERMS: &str = include_str!("../../../../../docs/statements/terms.md");

    pub(super) fn html(markdown: &str) -> String {
        // Rendered for a place below a heading of the second level; here it stands right under the page's own.
        guildhall_catalog::markdown::to_html(markdown).replace("<h3>", "<h2>").replace("</h3>", "</h2>")
    }
}

/// In the browser there is nothing to do: the page came whole.
#[cfg(not(feature = "ssr"))]
mod texts {
    pub(super) const PRIVACY: &str = "";
    pub(super) const TERMS: &str = "";

    pub(super) fn html(_: &str) -> String {
        String::new()
    }
}

/// `Version 1, since 20 November 2026.`
#[component]
fn Since(document: guildhall_types::privacy::Document) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = guildhall_identity::consents::CURRENT
        .iter()
        .find(|version| version.document == document)
        .map(|version| format!("Version {}, since {}.", version.number, version.since));
    #[cfg(not(feature = "ssr"))]
    let text = {
        let _ = document;
        None::<String>
    };
    view! { <p class="meta">{text}</p> }
}

#[component]
pub(super) fn TermsPage() -> impl IntoView {
    view! {
        <Title text="Terms of use" />
        <div class="narrow">
            <h1>"Terms of use"</h1>
            <Since document=guildhall_types::privacy::Document::Terms />
            <Prose html=texts::html(texts::TERMS) />
        </div>
    }
}

#[component]
pub(super) fn PrivacyPage() -> impl IntoView {
    view! {
        <Title text="Privacy" />
        <div class="stack">
            <div class="narrow">
                <h1>"Privacy"</h1>
                <Since document=guildhall_types::privacy::Document::Privacy />
                <Prose html=texts::html(texts::PRIVACY) />
            </div>
            <section class="section stack" aria-labelledby="register-heading">
                <h2 id="register-heading">"Everything that we keep"</h2>
                <p class="narrow">
                    "Made from the database as it is today. What is kept “until the account is erased” goes 14 days after you ask."
                </p>
                <Suspense>
                    {Suspend::new(async move {
                        match read_register().await {
                            Ok(areas) => areas.into_iter().map(|area| view! { <Area area=area /> }).collect_view().into_any(),
                            Err(error) => view! { <EmptyState title="We can't show the list" text=error.to_string() /> }.into_any(),
                        }
                    })}
                </Suspense>
            </section>
        </div>
    }
}

#[component]
fn Area(area: RegisterArea) -> impl IntoView {
    let columns = vec![Column::text("What"), Column::text("What for"), Column::text("Kept")];
    let rows = area.entries.into_iter().map(|entry| view! { <Entry entry=entry /> }).collect_view();
    view! {
        <h3>{area.title.clone()}</h3>
        <Table caption=area.title hide_caption=true columns=columns>
            {rows}
        </Table>
    }
}

#[component]
fn Entry(entry: RegisterEntry) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                {entry.of} <p class="meta">{entry.what}</p>
            </th>
            <td>{entry.purpose}</td>
            <td>{entry.kept}</td>
        </tr>
    }
}
