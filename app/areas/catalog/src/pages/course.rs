//! A course: what it teaches, what it costs, what others say.

use guildhall_types::{
    catalog::{CourseDetail, LessonKind, LessonOutline, ModuleOutline, ReviewView},
    language,
    time::{count, date, duration},
};
use guildhall_ui::{
    Breadcrumbs, ButtonLink, Cover, Disclosure, Markup, Pagination, Prose, Rating, RatingHistogram, Tag,
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{base_url, param};
use crate::{
    api::{CoursePage, read_course, read_preview, read_reviews},
    parts::{Failure, Review},
    structured::{PublicHead, ShareImage, course_json_ld},
};

#[component]
pub(crate) fn CourseView() -> impl IntoView {
    let slug = param("slug");
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read_course(slug).await {
                        Ok(page) => Either::Left(view! { <Content page=page /> }),
                        Err(error) => Either::Right(view! { <Failure error=error /> }),
                    }
                })
            }
        </Suspense>
    }
}

#[component]
fn Content(page: CoursePage) -> impl IntoView {
    let CoursePage { course, reviews } = page;
    let card = course.card.clone();
    let json_ld = course_json_ld(&base_url(), &course, &reviews);
    let rating = card.rating.tenths().and_then(|tenths| u32::try_from(tenths).ok());
    let lang = language::attribute(&card.language);
    view! {
        <Title text=card.title.clone() />
        <PublicHead
            path=format!("/courses/{}", card.slug)
            title=card.title.clone()
            description=card.summary.clone()
            image=ShareImage::of(&card)
            json_ld=json_ld
        />
        <Breadcrumbs links=vec![
            ("Courses".to_owned(), "/courses".to_owned()),
            (card.category_name.clone(), format!("/courses?category={}", card.category_slug)),
        ] />
        <div class="course">
            <div>
                <h1 lang=lang.clone()>{card.title.clone()}</h1>
                <p class="lede" lang=lang.clone()>{card.summary.clone()}</p>
                <p class="row">
                    {rating.map(|tenths| view! { <Rating value=f64::from(tenths) / 10.0 count=card.rating.count href="#reviews".to_owned() /> })}
                    <Tag>{card.level.label()}</Tag>
                    <span class="meta">
                        "By " <a href=format!("/providers/{}", card.provider_slug)>{card.provider_name.clone()}</a>
                    </span>
                </p>
            </div>
            <Buy course=course.clone() />
            <div>
                <About course=course.clone() />
                <Syllabus modules=course.modules.clone() slug=card.slug.clone() lang=lang />
                <Reviews reviews=reviews course=course />
            </div>
        </div>
    }
}

#[component]
fn About(course: CourseDetail) -> impl IntoView {
    let lang = language::attribute(&course.card.language);
    let outcomes = (!course.outcomes.is_empty()).then(|| {
        view! {
            <h2>"What you will be able to do"</h2>
            <ul class="outcomes" lang=lang.clone()>{course.outcomes.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
        }
    });
    let line = |title: &'static str, text: String| {
        (!text.is_empty()).then(|| view! { <h3>{title}</h3><p lang=lang.clone()>{text}</p> })
    };
    view! {
        {outcomes}
        <h2>"About this course"</h2>
        <Prose html=course.description_html lang=lang.clone() />
        {line("Who it is for", course.audience)}
        {line("What you need", course.requirements)}
        {(!course.skills.is_empty())
            .then(|| {
                view! {
                    <h3>"Skills"</h3>
                    <ul class="tags">
                        {course
                            .skills
                            .into_iter()
                            .map(|skill| view! { <li><a class="tag" href=format!("/courses?skill={}", skill.slug)>{skill.name}</a></li> })
                            .collect_view()}
                    </ul>
                }
            })}
    }
}

#[component]
fn Syllabus(
    modules: Vec<ModuleOutline>,
    slug: String,
    #[prop(optional_no_strip)] lang: Option<String>,
) -> impl IntoView {
    let lessons: usize = modules.iter().map(|module| module.lessons.len()).sum();
    let total = format!(
        "{}, {}",
        count(u64::try_from(modules.len()).unwrap_or_default(), "module", "modules"),
        count(u64::try_from(lessons).unwrap_or_default(), "lesson", "lessons")
    );
    (lessons > 0).then(|| {
        view! {
            <h2>"Syllabus"</h2>
            <p class="meta">{total}</p>
            <div class="syllabus">
                {modules
                    .into_iter()
                    .enumerate()
                    .map(|(place, module)| {
                        let minutes = module.minutes();
                        let note = format!("{}, {}", count(u64::try_from(module.lessons.len()).unwrap_or_default(), "lesson", "lessons"), duration(minutes));
                        let (slug, lang) = (slug.clone(), lang.clone());
                        view! {
                            <Disclosure title=format!("{}. {}", place + 1, module.title) note=note open=place == 0 lang=lang.clone()>
                                {lesson_lines(&module.lessons, &slug, lang.as_deref()).view()}
                            </Disclosure>
                        }
                    })
                    .collect_view()}
            </div>
        }
    })
}

/// A module's lessons, with the way to those that may be read before buying.
fn lesson_lines(lessons: &[LessonOutline], slug: &str, lang: Option<&str>) -> Markup {
    let foreign = |markup: Markup, title: &str| {
        let markup = markup.html("<span");
        let markup = match lang {
            Some(lang) => markup.attribute("lang", lang),
            None => markup,
        };
        markup.html(">").text(title).html("</span>")
    };
    lessons
        .iter()
        .fold(Markup::new().html("<ul class=\"lessons\">"), |markup, lesson| {
            foreign(markup.html("<li><span>"), &lesson.title)
                .when(lesson.preview && lesson.kind != LessonKind::Quiz, |markup| {
                    let markup =
                        markup.html(" <a").attribute("href", &format!("/courses/{slug}/preview/{}", lesson.id));
                    foreign(markup.html(">Read it now<span class=\"vh\">: "), &lesson.title).html("</span></a>")
                })
                .html("</span><span class=\"meta n\">")
                .text(lesson.kind.label())
                .html(", ")
                .text(&duration(lesson.minutes))
                .html("</span></li>")
        })
        .html("</ul>")
}

#[component]
fn Reviews(reviews: Vec<ReviewView>, course: CourseDetail) -> impl IntoView {
    let rating = course.card.rating;
    let all = (rating.count > u64::try_from(reviews.len()).unwrap_or(u64::MAX))
        .then(|| view! { <p><a href=format!("/courses/{}/reviews", course.card.slug)>{format!("Read all {} reviews", rating.count)}</a></p> });
    let body = if rating.count == 0 {
        view! { <p class="meta">"No reviews yet. Learners can write one once they are more than half way through."</p> }
            .into_any()
    } else {
        view! {
            <RatingHistogram counts=rating.histogram />
            {reviews.into_iter().map(|review| view! { <Review review=review /> }).collect_view()}
            {all}
        }
        .into_any()
    };
    view! {
        <h2 id="reviews">"Reviews"</h2>
        {body}
    }
}

#[component]
fn Buy(course: CourseDetail) -> impl IntoView {
    let card = course.card;
    let free = card.price.is_zero();
    view! {
        <aside class="buy" aria-label="Buy this course">
            <Cover src=format!("/covers/{}.svg", card.id) lazy=false width=400 height=225 />
            <div class="in">
                <p class="price">{card.price.price_label()}</p>
                {(!free).then(|| view! { <p class="meta">"including VAT"</p> })}
                <ButtonLink href=format!("/checkout/{}", card.slug) wide=true>
                    {if free { "Enrol for free" } else { "Buy this course" }}
                </ButtonLink>
                {(!free).then(|| view! { <p class="meta">"Your fee is held until you finish, or for 80 days. Then 85% goes to the provider."</p> })}
                <ul>
                    <li>{format!("{}, {}", duration(card.duration_minutes), card.delivery.label().to_lowercase())}</li>
                    <li>{format!("{} level", card.level.label())}</li>
                    <li>{format!("In {}", language::name(&card.language))}</li>
                    <li>"Works on phone, keyboard and screen reader"</li>
                    <li>{format!("Last updated {}", date(course.updated_at))}</li>
                </ul>
            </div>
        </aside>
    }
}

/// All reviews of a course.
#[component]
pub(crate) fn ReviewsView() -> impl IntoView {
    let slug = param("slug");
    let page: u32 = leptos_router::hooks::use_query_map()
        .with_untracked(|query| query.get("page"))
        .and_then(|page| page.parse().ok())
        .unwrap_or(1)
        .clamp(1, 10_000);
    view! {
        <Suspense>
            {
                let slug = slug.clone();
                Suspend::new(async move {
                    match read_reviews(slug, page).await {
                        Ok(found) => {
                            let card = found.course.card;
                            let base = format!("/courses/{}", card.slug);
                            let path = format!("{base}/reviews");
                            let turn = path.clone();
                            view! {
                                <Title text=format!("Reviews of {}", card.title) />
                                <PublicHead path=path title=format!("Reviews of {}", card.title) description=card.summary.clone() />
                                <Breadcrumbs links=vec![("Courses".to_owned(), "/courses".to_owned()), (card.title.clone(), base)] />
                                <div class="narrow">
                                    <h1>"Reviews of " <span lang=language::attribute(&card.language)>{card.title.clone()}</span></h1>
                                    <RatingHistogram counts=card.rating.histogram />
                                    <h2 class="vh">"What learners say"</h2>
                                    {found.reviews.into_iter().map(|review| view! { <Review review=review /> }).collect_view()}
                                    <Pagination current=u64::from(page) total=card.rating.count.div_ceil(20) href=move |number| format!("{turn}?page={number}") />
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}

/// A lesson that may be read before buying.
#[component]
pub(crate) fn PreviewView() -> impl IntoView {
    let (slug, lesson) = (param("slug"), param("lesson"));
    view! {
        <Suspense>
            {
                let (slug, lesson) = (slug.clone(), lesson.clone());
                Suspend::new(async move {
                    match read_preview(slug.clone(), lesson).await {
                        Ok(found) => {
                            let lang = language::attribute(&found.language);
                            let video = found.video.map(|video| {
                                view! {
                                    <video controls preload="metadata" src=video.src>
                                        {video.captions.map(|src| view! { <track kind="captions" srclang="en" label="English" src=src default=true /> })}
                                    </video>
                                }
                            });
                            view! {
                                <Title text=found.title.clone() />
                                <Breadcrumbs links=vec![
                                    ("Courses".to_owned(), "/courses".to_owned()),
                                    ("The course".to_owned(), format!("/courses/{slug}")),
                                ] />
                                <div class="narrow">
                                    <p class="meta">"Preview"</p>
                                    <h1 lang=lang.clone()>{found.title.clone()}</h1>
                                    {video}
                                    <h2 class="vh">"Lesson text"</h2>
                                    <Prose html=found.body_html lang=lang />
                                    <ButtonLink href=format!("/courses/{slug}")>"Back to the course"</ButtonLink>
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Failure error=error /> }.into_any(),
                    }
                })
            }
        </Suspense>
    }
}
