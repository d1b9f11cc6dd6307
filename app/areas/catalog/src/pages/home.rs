//! The front door.

use guildhall_types::catalog::{CategoryRef, MarketFigures};
use guildhall_ui::{CardGrid, SectionHead};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    SearchCombobox,
    api::{HomePage, home},
    parts::{CourseTile, Failure},
    structured::PublicHead,
};

#[component]
pub(crate) fn HomeView() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match home().await {
                    Ok(page) => view! { <Content page=page /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Content(page: HomePage) -> impl IntoView {
    view! {
        <Title text="Guildhall: learn to work with AI, from people who do" />
        <PublicHead
            path="/"
            title="Guildhall: learn to work with AI"
            description="AI courses from vetted UK providers. Your fee is held until you finish."
        />
        <div class="hero">
            <div>
                <h1>"Learn to work with AI, from people who do."</h1>
                <p class="lede">"Courses from vetted providers. Your fee is held until you finish, so a course that does not deliver does not get paid."</p>
                <SearchCombobox value="".to_owned() id="home-search".to_owned() filters=false />
                <p class="hint">
                    "Popular: "
                    <a href="/courses?q=prompting">"prompting"</a>
                    ", "
                    <a href="/courses?q=evaluation">"evaluate a model"</a>
                    ", "
                    <a href="/courses?q=procurement">"AI procurement"</a>
                </p>
            </div>
            <div class="floor">
                <img src="/covers/floor.svg" alt="" width="480" height="480" />
            </div>
        </div>
        <Figures figures=page.figures />
        <section class="section">
            <SectionHead title="New on Guildhall">
                <a href="/courses?sort=newest">"All courses"</a>
            </SectionHead>
            <CardGrid>{page.newest.into_iter().map(|card| view! { <CourseTile card=card /> }).collect_view()}</CardGrid>
        </section>
        <section class="section">
            <SectionHead title="Find your field">
                <a href="/providers">"All providers"</a>
            </SectionHead>
            <ul class="fields">{page.categories.into_iter().map(|category| view! { <FieldLink category=category /> }).collect_view()}</ul>
        </section>
        {(!page.best.is_empty())
            .then(|| {
                view! {
                    <section class="section">
                        <SectionHead title="Rated highest by those who took them">
                            <a href="/courses?sort=rating">"More of these"</a>
                        </SectionHead>
                        <CardGrid>{page.best.into_iter().map(|card| view! { <CourseTile card=card /> }).collect_view()}</CardGrid>
                    </section>
                }
            })}
    }
}

#[component]
fn Figures(figures: MarketFigures) -> impl IntoView {
    let finish = figures
        .completion_percent
        .map(|percent| view! { <div><dt>"Learners finish"</dt><dd>{format!("{percent}%")}</dd></div> });
    let rating = figures
        .rating
        .label()
        .map(|label| view! { <div><dt>"Average rating"</dt><dd>{format!("{label} of 5")}</dd></div> });
    view! {
        <dl class="facts">
            <div>
                <dt>"Courses open now"</dt>
                <dd>{figures.courses}</dd>
            </div>
            {finish}
            {rating}
            <div>
                <dt>"Paid to providers"</dt>
                <dd>"85%"</dd>
            </div>
        </dl>
    }
}

#[component]
fn FieldLink(category: CategoryRef) -> impl IntoView {
    view! {
        <li>
            <a href=format!("/courses?category={}", category.slug)>{category.name}</a>
            <span class="n">{category.course_count}</span>
            <p class="meta">{category.summary}</p>
        </li>
    }
}
