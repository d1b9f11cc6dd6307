//! Search and browse. The address says everything that the page shows.

use guildhall_types::{
    search::{CatalogPage, CatalogQuery, Sort},
    time::count,
};
use guildhall_ui::{ButtonLink, CardGrid, EmptyState, FilterPanel, Pagination};
use leptos::{either::Either, prelude::*};
use leptos_meta::{Meta, Title};

use super::{address_query, facets::Filters};
use crate::{
    LiveCatalog, SearchCombobox,
    api::search_catalog,
    parts::{CourseTile, Failure},
    structured::PublicHead,
};

#[component]
pub(crate) fn CatalogView() -> impl IntoView {
    let address = address_query();
    view! {
        <Suspense>
            {
                let address = address.clone();
                Suspend::new(async move {
                    let query = parse(&address);
                    match search_catalog(address).await {
                        Ok(page) => Either::Left(view! { <Content page=page query=query /> }),
                        Err(error) => Either::Right(view! { <Failure error=error /> }),
                    }
                })
            }
        </Suspense>
    }
}

fn parse(address: &str) -> CatalogQuery {
    #[cfg(feature = "ssr")]
    return guildhall_search::parse_address(address);
    #[cfg(not(feature = "ssr"))]
    {
        let _ = address;
        CatalogQuery::default()
    }
}

/// The address that shows this query.
pub(crate) fn href(query: &CatalogQuery) -> String {
    let pairs: Vec<String> =
        query.to_pairs().into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
    if pairs.is_empty() { "/courses".to_owned() } else { format!("/courses?{}", pairs.join("&")) }
}

/// Percent-encodes what may not stand in a query as it is (RFC 3986's unreserved characters may).
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push_str(&format!("{byte:02X}"));
            }
        }
    }
    out
}

#[component]
fn Content(page: CatalogPage, query: CatalogQuery) -> impl IntoView {
    let title = heading(&page, &query);
    let active = query.to_pairs().iter().filter(|(name, _)| !matches!(*name, "q" | "sort" | "page")).count();
    let plain = query.q.is_empty() && !query.is_filtered();
    // Search pages are for people; search engines get the catalogue's own pages.
    let robots = (!query.q.is_empty() || query.to_pairs().len() > 2)
        .then(|| view! { <Meta name="robots" content="noindex, follow" /> });
    let canonical = href(&CatalogQuery { sort: Sort::default(), q: String::new(), ..query.clone() });
    let (facets, asked) = (page.facets.clone(), query.clone());
    view! {
        <Title text=if plain { "AI courses".to_owned() } else { title.clone() } />
        <PublicHead path=canonical title=title.clone() description="Search AI courses from vetted UK providers by field, level, price, rating and length." />
        {robots}
        <div class="search-head">
            <SearchCombobox value=query.q.clone() id="catalog-search".to_owned() filters=true />
        </div>
        <LiveCatalog />
        <div id="live" class="side">
            <FilterPanel active=active>
                <Filters facets=facets query=asked />
            </FilterPanel>
            <Results page=page query=query title=title />
        </div>
    }
}

fn heading(page: &CatalogPage, query: &CatalogQuery) -> String {
    let found = count(page.total, "course", "courses");
    let chosen: Vec<&str> =
        page.facets.category.iter().filter(|choice| choice.chosen).map(|choice| choice.label.as_str()).collect();
    let place = match chosen.as_slice() {
        [] => String::new(),
        [one] => format!(" in {one}"),
        [first, rest @ ..] => format!(
            " in {first} and {} more",
            count(u64::try_from(rest.len()).unwrap_or_default(), "category", "categories")
        ),
    };
    let words = if query.q.is_empty() { String::new() } else { format!(" for “{}”", query.q) };
    format!("{found}{words}{place}")
}

#[component]
fn Results(page: CatalogPage, query: CatalogQuery, title: String) -> impl IntoView {
    let suggestion = page.did_you_mean.clone().map(|better| {
        let link = href(&CatalogQuery { q: better.clone(), page: 1, ..query.clone() });
        view! {
            <p class="did-you-mean">
                "Did you mean "
                <a href=link data-live="">
                    {better}
                </a>
                "?"
            </p>
        }
    });
    let sorts = Sort::ALL
        .into_iter()
        .map(|sort| {
            let link = href(&CatalogQuery { sort, page: 1, ..query.clone() });
            let current = (sort == query.sort).then_some("true");
            view! {
                <li>
                    <a href=link aria-current=current data-live="">
                        {sort.label()}
                    </a>
                </li>
            }
        })
        .collect_view();
    // The cards' headings are of the third level.
    let heading = (!page.courses.is_empty()).then(|| view! { <h2 class="vh">"Courses found"</h2> });
    let empty = page.courses.is_empty().then(|| view! { <Nothing query=query.clone() /> });
    let (current, pages) = (u64::from(page.page), u64::from(page.pages));
    let turned = query.clone();
    let link = move |number: u64| href(&CatalogQuery { page: u32::try_from(number).unwrap_or(1), ..turned.clone() });
    view! {
        <section id="results" aria-labelledby="results-title">
            <div class="head">
                <h1 id="results-title" class="results-title">
                    {title}
                </h1>
                <nav class="sorts" aria-label="Sort by">
                    <ul>{sorts}</ul>
                </nav>
            </div>
            {suggestion}
            {empty}
            {heading}
            <CardGrid>
                {page
                    .courses
                    .into_iter()
                    .enumerate()
                    .map(|(place, found)| {
                        view! { <CourseTile card=found.card title_html=found.title_html snippet_html=found.snippet_html lazy={place > 5} /> }
                    })
                    .collect_view()}
            </CardGrid>
            <Pagination current=current total=pages href=link />
        </section>
    }
}

/// Nothing found: what to try.
#[component]
fn Nothing(query: CatalogQuery) -> impl IntoView {
    let filtered = query.is_filtered();
    let wider = href(&CatalogQuery { q: query.q.clone(), page: 1, ..CatalogQuery::default() });
    let text = if filtered {
        "No course fits all of these filters. Take one away, or search everything."
    } else {
        "Try fewer or more general words, and check the spelling."
    };
    view! {
        <EmptyState title="No courses found" text=text>
            {filtered.then(|| view! { <ButtonLink href=wider>"Search without filters"</ButtonLink> })}
            <ButtonLink href="/courses" kind=guildhall_ui::ButtonKind::Quiet>
                "See all courses"
            </ButtonLink>
        </EmptyState>
    }
}
