//! The shelf and the player.

use axum::http::{Method, StatusCode};
use guildhall_kernel::Actor;

use crate::site::{Site, id};

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_do_that_and_comes_back() {
    let site = Site::new().await;
    let lesson = format!("{}?attempt=2&__path=x&__err=y", site.lesson(0));
    for (path, next) in [
        ("/learn".to_owned(), "%2Flearn".to_owned()),
        (format!("/learn/{}", site.enrollment), format!("%2Flearn%2F{}", site.enrollment)),
        (format!("/learn/{}/review", site.enrollment), format!("%2Flearn%2F{}%2Freview", site.enrollment)),
        (lesson, format!("{}%3Fattempt%3D2", site.lesson(0).replace('/', "%2F"))),
    ] {
        let page = site.get_as(&Actor::Anonymous, &path).await;
        assert_eq!((page.status, page.location), (StatusCode::SEE_OTHER, format!("/sign-in?next={next}")), "{path}");
    }
}

#[tokio::test]
async fn the_shelf_leads_on_or_says_where_to_begin() {
    let site = Site::new().await;
    let page = site.get("/learn").await;
    assert_eq!(page.status, StatusCode::OK);
    page.has("<title>My courses</title>")
        .has("Continue: Why test")
        .has("0 of 3 lessons")
        .has(&site.lesson(0))
        .lacks("Write a review");
    site.get_as(&site.other, "/learn")
        .await
        .has("You have no courses yet")
        .has("href=\"/courses\"")
        .lacks("Testing models");
}

#[tokio::test]
async fn a_course_opens_where_the_learner_was() {
    let site = Site::new().await;
    let course = format!("/learn/{}", site.enrollment);
    let page = site.get(&course).await;
    assert_eq!((page.status, page.location), (StatusCode::SEE_OTHER, site.lesson(0)));
    site.get(&site.lesson(2)).await;
    assert_eq!(site.get(&course).await.location, site.lesson(2));
}

#[tokio::test]
async fn a_lesson_has_its_text_its_place_and_its_neighbours() {
    let site = Site::new().await;
    let page = site.get(&site.lesson(0)).await;
    assert_eq!(page.status, StatusCode::OK);
    page.has("<title>Why test · Testing models</title>")
        .has("<h1>Why test</h1>")
        .has("Read <em>this</em>.")
        .has("The first module · Lesson 1 of 3")
        .has("Mark as done and continue")
        .has(&site.lesson(1))
        .has("aria-current=\"page\"");
    assert_eq!(page.html.matches("<h1").count(), 1);
}

#[tokio::test]
async fn a_look_ahead_does_not_count_as_a_visit() {
    let site = Site::new().await;
    let seen = "select count(*) from enrollments where last_lesson_id is not null";
    site.ask(Method::HEAD, &site.lesson(2), "").await;
    site.ask(Method::GET, &site.lesson(2), "prefetch;prerender").await;
    assert_eq!(site.count(seen).await, 0);
    site.ask(Method::GET, &site.lesson(2), "").await;
    assert_eq!(site.count(seen).await, 1);
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_found() {
    let site = Site::new().await;
    let course = format!("/learn/{}", site.enrollment);
    for path in [course.clone(), format!("{course}/review"), site.lesson(0)] {
        let page = site.get_as(&site.other, &path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.lacks("Testing models").lacks("Why test");
    }
    let unknown: guildhall_types::LessonId = id();
    for path in
        [format!("{course}/lessons/{unknown}"), format!("{course}/lessons/'%20or%201=1"), "/learn/%3Cb%3E".to_owned()]
    {
        assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let fields = site.at(0);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.post_as(&site.other, "complete-lesson", &site.lesson(0), &fields).await;
    assert_eq!(site.count("select count(*) from lesson_progress").await, 0);
}

#[tokio::test]
async fn a_refunded_course_says_why_it_is_closed() {
    let site = Site::new().await;
    sqlx::query("update enrollments set state = 'refunded'").execute(&site.test.owner).await.unwrap();
    for path in [format!("/learn/{}", site.enrollment), site.lesson(0)] {
        let page = site.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        page.has("This course is closed").has("money back").has("/courses/testing");
    }
}

#[tokio::test]
async fn a_course_without_lessons_asks_for_patience() {
    let site = Site::new().await;
    sqlx::query("delete from lessons").execute(&site.test.owner).await.unwrap();
    site.get("/learn").await.has("The provider has not added lessons yet");
    let page = site.get(&format!("/learn/{}", site.enrollment)).await;
    assert_eq!(page.status, StatusCode::OK);
    page.has("There are no lessons yet");
}
