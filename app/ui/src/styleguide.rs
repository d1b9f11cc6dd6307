//! Every component with its states, on one page: what to look at when a token or a class changes.

use crate::*;
use leptos::prelude::*;

/// The whole styleguide, as the content of `<main>`.
#[component]
pub fn StyleguidePage() -> impl IntoView {
    view! {
        <leptos_meta::Title text="Styleguide" />
        <h1>"Styleguide"</h1>
        <p class="lede mb-12">
            "A well-set prospectus from an institution people trust: calm, generous space, strong type, one accent, and floors of encaustic tiles."
        </p>
        <TypeSection />
        <ActionSection />
        <FormSection />
        <MessageSection />
        <CardSection />
        <FigureSection />
        <WaySection />
        <OpenSection />
        <FloorSection />
    }
}

/// A titled part of the page.
#[component]
fn Part(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="section">
            <SectionHead title=title />
            {children()}
        </section>
    }
}

const TOKENS: [&str; 10] = ["paper", "raised", "sunk", "line", "ink", "muted", "accent", "accent-soft", "amber", "red"];

#[component]
fn TypeSection() -> impl IntoView {
    view! {
        <Part title="Type and colour">
            <div class="swatches">
                {TOKENS
                    .into_iter()
                    .map(|token| view! { <div><svg viewBox="0 0 80 48" aria-hidden="true" class=token><rect width="80" height="48"></rect></svg>{token}</div> })
                    .collect_view()}
            </div>
            <Prose html=PROSE />
        </Part>
    }
}

const PROSE: &str = "<h2>A heading of a text</h2><p>Courses are written in Markdown and made safe before they are shown. A paragraph keeps to fewer than seventy characters a line, so that the eye finds the next one. It may hold <a href=\"#\">a link</a>, <strong>weight</strong>, <em>stress</em> and <code>a.piece(of, code)</code>.</p><h3>And a smaller one</h3><ul><li>Turn a vague worry into a measurable question</li><li>Build a test set that does not flatter the model</li></ul><ol><li>First</li><li>Then</li></ol><blockquote>A sceptic is a reader who has not been given the numbers yet.</blockquote><pre><code>score = correct / asked</code></pre>";

#[component]
fn ActionSection() -> impl IntoView {
    view! {
        <Part title="Buttons and links">
            <div class="row">
                <Button>"Save changes"</Button>
                <Button kind=ButtonKind::Quiet>"Apply filters"</Button>
                <Button kind=ButtonKind::Danger>"Delete account"</Button>
                <Button disabled=true>"Not yet"</Button>
                <ButtonLink href="#buy">"Buy this course"</ButtonLink>
                <ButtonLink href="#more" kind=ButtonKind::Quiet>
                    "Read more"
                </ButtonLink>
                <a href="#link">"A link"</a>
            </div>
            <form class="row mt-4" method="get" action="#" aria-label="A form that is sent once">
                <SubmitButton label="Pay £249.00" />
            </form>
        </Part>
    }
}

fn levels(name: &str) -> Vec<Choice> {
    ["Beginner", "Intermediate", "Advanced"]
        .into_iter()
        .map(|level| Choice::new(level.to_lowercase(), level, level == name))
        .collect()
}

#[component]
fn FormSection() -> impl IntoView {
    let errors = vec![
        ("password".to_owned(), "Your password needs at least 12 characters".to_owned()),
        ("terms".to_owned(), "Accept the terms to go on".to_owned()),
    ];
    view! {
        <Part title="Forms">
            <ErrorSummary errors=errors />
            <form method="get" action="#" novalidate=true aria-label="Example">
                <Field
                    name="email"
                    label="Email address"
                    kind=FieldKind::Email
                    hint="We send a link to confirm it."
                    autocomplete="email"
                    value="a.okafor@example.gov.uk"
                />
                <Field
                    name="password"
                    label="Choose a password"
                    kind=FieldKind::Password
                    hint="12 characters or more. Three words you remember are better than one with symbols."
                    error="Your password needs at least 12 characters"
                    autocomplete="new-password"
                />
                <Field name="code" label="Security code" short=true inputmode="numeric" autocomplete="one-time-code" />
                <Field name="notes" label="Notes" kind=FieldKind::Textarea rows=3 value="Kept <as> you write." />
                <Select name="level" label="Level" options=levels("Intermediate") hint="Of the learner, not the course." />
                <CheckboxGroup
                    name="category"
                    legend="Category"
                    options=vec![
                        Choice::new("data", "Data and evaluation", true).with_count(64),
                        Choice::new("health", "AI in health", false).with_count(38),
                    ]
                />
                <RadioGroup
                    name="stars"
                    legend="How was it?"
                    options=vec![
                        Choice::new("5", "5 stars", true).with_hint("It did what it promised."),
                        Choice::new("4", "4 stars", false),
                    ]
                />
                <Checkbox name="terms" label="I accept the terms" error="Accept the terms to go on" />
                <Button>"Create an account"</Button>
            </form>
            <h3 class="mt-8 mb-2">"Search"</h3>
            <SearchBox />
        </Part>
    }
}

#[component]
fn MessageSection() -> impl IntoView {
    view! {
        <Part title="Messages">
            <Banner>"Your certificate will be ready within a minute."</Banner>
            <Banner kind=BannerKind::Success title="You are enrolled">
                "Start with lesson 1 whenever you like."
            </Banner>
            <Banner kind=BannerKind::Warning title="The payment service is slow">
                "Do not pay again. We check every minute and tell you here."
            </Banner>
            <EmptyState
                title="No courses yet"
                text="Everything you enrol on appears here. Most people start with one hour on prompting."
            >
                <ButtonLink href="#courses">"Find a course"</ButtonLink>
            </EmptyState>
            <div class="narrow mt-8">
                <Skeleton />
            </div>
            <LiveRegion>
                <p class="meta">"64 courses found (announced when it changes)"</p>
            </LiveRegion>
        </Part>
    }
}

const COURSES: [(&str, &str, &str, f64); 3] = [
    ("Prompting for policy analysts", "Whitehall Data School · Beginner", "£120.00", 4.6),
    ("Evaluate a model before you buy it", "Northgate Analytics · Intermediate", "£249.00", 4.7),
    ("Machine learning for nurses", "Caritas Learning · Beginner", "Free", 4.8),
];

#[component]
fn CardSection() -> impl IntoView {
    view! {
        <Part title="Cards, tags and ratings">
            <CardGrid>
                {COURSES
                    .into_iter()
                    .map(|(title, meta, price, rating)| {
                        view! {
                            <Card href="#course" title=title meta=meta cover="/covers/floor.svg" price=price rating=Some((rating, 128)) />
                        }
                    })
                    .collect_view()}
            </CardGrid>
            <div class="row mt-8">
                <Tag>"Held"</Tag>
                <Tag kind=TagKind::Good>"Premium provider"</Tag>
                <Tag kind=TagKind::Warn>"In review"</Tag>
                <Tag kind=TagKind::Bad>"Refused"</Tag>
            </div>
            <div class="stack mt-8">
                <Rating value=4.7 count=128 href="#reviews" />
                <RatingHistogram counts=[2, 1, 6, 25, 94] />
            </div>
        </Part>
    }
}

#[component]
fn FigureSection() -> impl IntoView {
    view! {
        <Part title="Figures">
            <div class="stack">
                <StatList
                    ruled=true
                    stats=vec![
                        Stat::new("412", "Courses open now"),
                        Stat::new("78%", "Learners finish"),
                        Stat::new("4.4 of 5", "Average rating"),
                        Stat::new("85%", "Paid to providers"),
                    ]
                />
                <div class="panel stack">
                    <StatList stats=vec![
                        Stat::new("£12,480.00", "held until learners finish"),
                        Stat::new("£3,961.50", "on its way to your bank"),
                        Stat::new("£48,212.75", "paid since April"),
                        Stat::new("4.6", "quality, top tenth"),
                    ] />
                    <SalesTable />
                </div>
                <BarChart
                    caption="Sales by month"
                    label_heading="Month"
                    value_heading="Sales"
                    bars=vec![
                        Bar::new("January 2027", 820_000, "£8,200.00"),
                        Bar::new("February 2027", 1_240_000, "£12,400.00"),
                        Bar::new("March 2027", 310_000, "£3,100.00"),
                    ]
                    note="Fees including VAT, before commission."
                />
            </div>
        </Part>
    }
}

#[component]
fn SalesTable() -> impl IntoView {
    let columns = vec![
        Column::text("Course").sorted_by("?sort=course", None),
        Column::text("Learner"),
        Column::text("State"),
        Column::numeric("Fee").sorted_by("?sort=fee", Some(SortOrder::Descending)),
        Column::numeric("Your share"),
    ];
    view! {
        <Table caption="Latest sales" columns=columns>
            <tr>
                <th scope="row">
                    <a href="#a">"AI procurement in practice"</a>
                </th>
                <td>"Leeds City Council, 12 seats"</td>
                <td>
                    <Tag kind=TagKind::Good>"Paid"</Tag>
                </td>
                <td class="n">"£3,588.00"</td>
                <td class="n">"£2,541.50"</td>
            </tr>
            <tr>
                <th scope="row">
                    <a href="#b">"Testing language models"</a>
                </th>
                <td>"A. Okafor"</td>
                <td>
                    <Tag>"Held"</Tag>
                </td>
                <td class="n">"£249.00"</td>
                <td class="n">"£176.38"</td>
            </tr>
        </Table>
    }
}

#[component]
fn WaySection() -> impl IntoView {
    let tabs = ["Courses", "Reviews", "About"].map(|tab| (tab.to_owned(), format!("#{tab}"))).to_vec();
    let crumbs =
        vec![("Courses".to_owned(), "#courses".to_owned()), ("Data and evaluation".to_owned(), "#data".to_owned())];
    view! {
        <Part title="Finding the way">
            <Breadcrumbs links=crumbs />
            <Tabs label="Provider" links=tabs current=0 />
            <Stepper steps=vec!["Your course".to_owned(), "Payment".to_owned(), "Start".to_owned()] current=2 />
            <div class="narrow stack">
                <Progress label="Testing language models" value=3 max=12 text="3 of 12 lessons" />
                <Progress label="Uploading" value=100 />
            </div>
            <Pagination current=7 total=42 href=|page| format!("#page-{page}") />
        </Part>
    }
}

#[component]
fn OpenSection() -> impl IntoView {
    view! {
        <Part title="Things that open">
            <Disclosure title="1. Questions worth testing" note="4 lessons, 50 min" open=true>
                <p class="meta">"Harms, tasks and users. Reading a model card. Writing acceptance criteria."</p>
            </Disclosure>
            <Disclosure title="2. Test sets" note="5 lessons, 1 h 20 min">
                <p class="meta">"Sampling, coverage and contamination."</p>
            </Disclosure>
            <div class="row mt-8">
                <Dialog id="refund" title="Ask for a refund" trigger="Ask for a refund">
                    <p>"You have done 2 of 12 lessons, so the whole £249.00 goes back to your card."</p>
                    <form class="row mt-4" method="get" action="#" aria-label="Refund">
                        <Button kind=ButtonKind::Danger>"Refund £249.00"</Button>
                    </form>
                </Dialog>
                <Menu label="More">
                    <ul>
                        <li>
                            <a href="#share">"Share"</a>
                        </li>
                        <li>
                            <a href="#print">"Print"</a>
                        </li>
                    </ul>
                </Menu>
            </div>
        </Part>
    }
}

/// A floor of every palette. Only the server can draw them.
#[component]
fn FloorSection() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let floor = cover::floor_svg();
    #[cfg(not(feature = "ssr"))]
    let floor = "";
    view! {
        <Part title="Floors">
            <div class="floor narrow" inner_html=floor></div>
        </Part>
    }
}
