//! The layouts of the home, catalogue and course pages with made-up content: the patterns that the areas fill.

use guildhall_ui::*;
use leptos::prelude::*;

const COURSES: [(&str, &str, &str, f64); 6] = [
    ("Prompting for policy analysts", "Whitehall Data School · Beginner", "£120.00", 4.6),
    ("Evaluate a model before you buy it", "Northgate Analytics · Intermediate", "£249.00", 4.7),
    ("Machine learning for nurses", "Caritas Learning · Beginner", "Free", 4.8),
    ("Serving models on a budget", "Foundry & Lane · Advanced", "£390.00", 4.5),
    ("AI procurement in practice", "Crown Row Training · Intermediate", "£299.00", 4.4),
    ("Privacy by design with embeddings", "Hexham Institute · Advanced", "£340.00", 4.3),
];

/// Cards of made-up courses; the covers are numbered files beside the page.
fn cards(first: usize, count: usize) -> impl IntoView {
    let cards = (first..first + count)
        .zip(COURSES.into_iter().cycle().skip(first))
        .map(|(at, (title, meta, price, rating))| {
            view! {
                <Card href="/course.html" title=title meta=meta cover=format!("/covers/{at}.svg") lazy={at >= 3} price=price rating=Some((rating, 0)) />
            }
        })
        .collect_view();
    view! { <CardGrid>{cards}</CardGrid> }
}

/// The home page.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <div class="hero">
            <div>
                <h1>"Learn to work with AI, from people who do."</h1>
                <p class="lede">
                    "Courses from vetted providers. Your fee is held until you finish, so a course that does not deliver does not get paid."
                </p>
                <SearchBox />
                <p class="hint">
                    "Popular: " <a href="/courses?q=prompting+for+policy">"prompting for policy"</a> ", "
                    <a href="/courses?q=evaluate+a+model">"evaluate a model"</a> ", "
                    <a href="/courses?q=AI+procurement">"AI procurement"</a>
                </p>
            </div>
            <div class="floor" inner_html=cover::floor_svg()></div>
        </div>
        <div class="section">
            <StatList
                ruled=true
                stats=vec![
                    Stat::new("412", "Courses open now"),
                    Stat::new("78%", "Learners finish"),
                    Stat::new("4.4 of 5", "Average rating"),
                    Stat::new("85%", "Paid to providers"),
                ]
            />
        </div>
        <section class="section">
            <SectionHead title="New this month">
                <a href="/courses">"All courses"</a>
            </SectionHead>
            {cards(0, 3)}
        </section>
    }
}

/// The catalogue.
#[component]
pub fn Catalogue() -> impl IntoView {
    let choices = |names: [(&str, u64); 4]| {
        names
            .into_iter()
            .enumerate()
            .map(|(at, (name, count))| Choice::new(name, name, at == 0).with_count(count))
            .collect::<Vec<_>>()
    };
    let sorts = ["Relevance", "Rating", "Price", "Newest"].map(|sort| Choice::new(sort, sort, false)).to_vec();
    view! {
        <h1 class="mb-8">"Courses"</h1>
        <div class="side">
            <form aria-label="Filters" method="get">
                <FilterPanel active=2>
                    <CheckboxGroup
                        name="category"
                        legend="Category"
                        options=choices([
                            ("Data and evaluation", 64),
                            ("AI in health", 38),
                            ("Policy and ethics", 51),
                            ("Engineering", 87),
                        ])
                    />
                    <RadioGroup
                        name="rating"
                        legend="Rating"
                        options=choices([("Any", 64), ("4.5 and up", 20), ("4 and up", 41), ("3 and up", 60)])
                    />
                    <Button kind=ButtonKind::Quiet>"Apply filters"</Button>
                </FilterPanel>
            </form>
            <div>
                <SectionHead title="64 courses in Data and evaluation">
                    <form class="row" method="get" aria-label="Sort">
                        <Select name="sort" label="Sort by" options=sorts inline=true />
                        <Button kind=ButtonKind::Quiet>"Sort"</Button>
                    </form>
                </SectionHead>
                {cards(3, 20)}
                <Pagination current=2 total=4 href=|page| format!("/courses?page={page}") />
            </div>
        </div>
    }
}

const MODULES: [(&str, &str); 3] = [
    ("1. Questions worth testing", "4 lessons, 50 min"),
    ("2. Test sets", "5 lessons, 1 h 20 min"),
    ("3. Graders, human and not", "6 lessons, 1 h 40 min"),
];

const OUTCOMES: [&str; 4] = [
    "Turn a vague worry into a measurable question",
    "Build a test set that does not flatter the model",
    "Choose between human and automatic grading",
    "Report uncertainty without hiding behind it",
];

/// A course.
#[component]
pub fn Course() -> impl IntoView {
    let crumbs =
        vec![("Courses".to_owned(), "/courses".to_owned()), ("Data and evaluation".to_owned(), "/courses".to_owned())];
    view! {
        <Breadcrumbs links=crumbs />
        <div class="course">
            <div>
                <h1>"Testing language models before they meet the public"</h1>
                <p class="lede">
                    "Plan, run and defend an evaluation: from a question a minister would ask, to a test set, to a report that a sceptic will accept."
                </p>
                <div class="row mt-4 mb-10">
                    <Rating value=4.7 count=128 href="#reviews" />
                    <Tag kind=TagKind::Good>"Premium provider"</Tag>
                </div>
            </div>
            <aside class="buy" aria-label="Buy this course">
                <Cover src="/covers/1.svg" lazy=false />
                <div class="in">
                    <p class="price">"£249.00"</p>
                    <p class="meta">"including VAT"</p>
                    <div class="mt-4">
                        <ButtonLink href="/checkout/testing" wide=true>
                            "Buy this course"
                        </ButtonLink>
                    </div>
                    <p class="meta mt-3">"Full refund within 14 days if you have done less than a quarter."</p>
                    <ul>
                        <li>"9 hours, at your own pace"</li>
                        <li>"Certificate and digital badge"</li>
                        <li>"Works on phone, keyboard and screen reader"</li>
                    </ul>
                </div>
            </aside>
            <div>
                <h2>"What you will be able to do"</h2>
                <ul class="outcomes">{OUTCOMES.into_iter().map(|outcome| view! { <li>{outcome}</li> }).collect_view()}</ul>
                <h2 class="mt-12 mb-4">"Syllabus"</h2>
                {MODULES
                    .into_iter()
                    .map(|(title, note)| {
                        view! {
                            <Disclosure title=title note=note>
                                <p class="meta">"Harms, tasks and users. Reading a model card. Writing acceptance criteria."</p>
                            </Disclosure>
                        }
                    })
                    .collect_view()}
                <h2 id="reviews" class="mt-12 mb-4">"Reviews"</h2>
                <RatingHistogram counts=[2, 1, 6, 25, 94] />
            </div>
        </div>
    }
}
