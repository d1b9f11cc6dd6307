//! The filters: one GET form. A choice is a checkbox; what can't narrow the result any further is shown and can't be chosen.

use guildhall_types::search::{CatalogQuery, FacetChoice, Facets};
use guildhall_ui::Markup;
use leptos::prelude::*;

/// All facets, the busier ones closed until they are used.
#[component]
pub(crate) fn Filters(facets: Facets, query: CatalogQuery) -> impl IntoView {
    let sort = (query.sort != guildhall_types::search::Sort::default())
        .then(|| view! { <input type="hidden" name="sort" value=query.sort.slug() /> });
    view! {
        <form id="filters" class="filters" action="/courses" method="get" aria-label="Filters">
            {sort}
            <Facet name="category" legend="Category" choices=facets.category open=true />
            <Facet name="level" legend="Level" choices=facets.level open=true />
            <Facet name="price" legend="Price" choices=facets.price open=true />
            <Facet name="rating" legend="Rating" choices=facets.rating open=false single=true />
            <Facet name="duration" legend="Length" choices=facets.duration open=false />
            <Facet name="delivery" legend="How it is taught" choices=facets.delivery open=false />
            <Facet name="skill" legend="Skills" choices=facets.skill open=false />
            <Facet name="provider" legend="Provider" choices=facets.provider open=false />
            <div class="row">
                <button class="btn quiet">"Apply filters"</button>
                {query.is_filtered().then(|| view! { <a href=clear_href(&query)>"Clear filters"</a> })}
            </div>
        </form>
    }
}

fn clear_href(query: &CatalogQuery) -> String {
    let kept = CatalogQuery { q: query.q.clone(), sort: query.sort, page: 1, ..CatalogQuery::default() };
    super::catalog::href(&kept)
}

#[component]
fn Facet(
    name: &'static str,
    legend: &'static str,
    choices: Vec<FacetChoice>,
    open: bool,
    /// Only one choice at a time.
    #[prop(optional)]
    single: bool,
) -> impl IntoView {
    let used = choices.iter().any(|choice| choice.chosen);
    let kind = if single { "radio" } else { "checkbox" };
    let any = single.then(|| {
        view! {
            <label class="check">
                <input type="radio" name=name value="" id=format!("{name}-any") checked=!used />
                <span>"Any"</span>
            </label>
        }
    });
    let rows = choices.iter().map(|choice| row(name, kind, choice)).fold(Markup::new(), Markup::append).view();
    view! {
        <details class="facet" open=open || used id=format!("facet-{name}")>
            <summary>{legend}</summary>
            <fieldset>
                <legend class="vh">{legend}</legend>
                {any}
                {rows}
            </fieldset>
        </details>
    }
}

/// One choice. As text, because a page has more than fifty of them.
fn row(name: &'static str, kind: &'static str, choice: &FacetChoice) -> Markup {
    let empty = choice.count == 0 && !choice.chosen;
    Markup::new()
        .html(if empty { "<label class=\"check empty\"><input" } else { "<label class=\"check\"><input" })
        .attribute("type", kind)
        .attribute("name", name)
        .attribute("value", &choice.slug)
        .html(" id=\"")
        .html(name)
        .html("-")
        .text(&choice.slug)
        .html("\"")
        .when(choice.chosen, |markup| markup.html(" checked"))
        .when(empty, |markup| markup.html(" disabled"))
        .html("><span>")
        .text(&choice.label)
        .html("</span><span class=\"n\">")
        .number(choice.count)
        .html("<span class=\"vh\"> courses</span></span></label>")
}
