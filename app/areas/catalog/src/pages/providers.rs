//! Those who teach.

use guildhall_types::{
    catalog::{ProviderCard, ProviderDetail},
    time::count,
};
use guildhall_ui::{Breadcrumbs, CardGrid, Prose, SectionHead};
use leptos::prelude::*;
use leptos_meta::Title;

use super::param;
use crate::{
    api::{read_provider, read_providers},
    parts::{CourseTile, Failure, stars},
    structured::PublicHead,
};

#[component]
pub(crate) fn ProvidersView() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match read_providers().await {
                    Ok(providers) => view! { <List providers=providers /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn List(providers: Vec<ProviderCard>) -> impl IntoView {
    let lede = format!(
        "{} teach on Guildhall. They are paid when their learners finish.",
        count(u64::try_from(providers.len()).unwrap_or_default(), "provider", "providers")
    );
    view! {
        <Title text="Providers" />
        <PublicHead path="/providers" title="Providers on Guildhall" description="The training providers who teach AI on Guildhall." />
        <h1>"Providers"</h1>
        <p class="lede">{lede}</p>
        <ul class="fields section">
            {providers
                .into_iter()
                .map(|provider| {
                    view! {
                        <li>
                            <a href=format!("/providers/{}", provider.slug)>{provider.name}</a>
                            <span class="n">{count(provider.course_count, "course", "courses")}</span>
                            <p class="meta">{provider.summary}</p>
                            <p class="row meta">{provider.location} {stars(provider.rating)}</p>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

#[component]
pub(crate) fn ProviderView() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read_provider(slug).await {
                        Ok(provider) => view! { <One provider=provider /> }.into_any(),
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn One(provider: ProviderDetail) -> impl IntoView {
    let card = provider.card;
    let facts = [
        (!card.location.is_empty()).then(|| card.location.clone()),
        provider.founded.map(|year| format!("Founded {year}")),
        Some(count(card.course_count, "course", "courses")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    view! {
        <Title text=card.name.clone() />
        <PublicHead path=format!("/providers/{}", card.slug) title=card.name.clone() description=card.summary.clone() />
        <Breadcrumbs links=vec![("Providers".to_owned(), "/providers".to_owned())] />
        <h1>{card.name.clone()}</h1>
        <p class="lede">{card.summary.clone()}</p>
        <p class="row meta">{facts.join(" · ")} {stars(card.rating)}</p>
        <div class="narrow"><Prose html=provider.description_html /></div>
        {provider.website.map(|website| {
            let href = website.clone();
            view! { <p><a href=href rel="nofollow noopener">{website}</a></p> }
        })}
        <section class="section">
            <SectionHead title="Courses" />
            <CardGrid>{provider.courses.into_iter().map(|card| view! { <CourseTile card=card /> }).collect_view()}</CardGrid>
        </section>
    }
}
