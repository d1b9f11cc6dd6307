//! The shelf and the player.

use chrono::TimeDelta;
use guildhall_types::catalog::LessonKind;

use super::{World, id};
use crate::learning::{my_courses, peek_player, player, refunded_course, save_note, shelf_card};

#[tokio::test]
async fn the_shelf_says_where_to_go_on() {
    let world = World::new().await;
    let [first, video, ..] = world.lessons;
    let db = &world.test.db;
    let [card] = my_courses(db, &world.learner).await.unwrap().try_into().unwrap();
    assert_eq!((card.id, card.course, card.provider_name.as_str()), (world.enrollment, world.course, "Northgate"));
    assert_eq!((card.progress.completed_lessons, card.progress.total_lessons), (0, 4));
    assert_eq!(card.continue_at, Some(first));
    assert_eq!(card.continue_title.as_deref(), Some("Lesson 0 (text)"));
    assert!(!card.may_review && !card.reviewed && card.completed_at.is_none());

    player(db, &world.learner, world.enrollment, Some(video)).await.unwrap().unwrap();
    let card = shelf_card(db, &world.learner, world.enrollment).await.unwrap().unwrap();
    assert_eq!(card.continue_at, Some(video));
    assert!(my_courses(db, &world.other).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_shelf_has_the_most_recent_first_and_nothing_given_back() {
    let world = World::new().await;
    let db = &world.test.db;
    let second = world.course("second").await;
    db.clock().advance(TimeDelta::days(1));
    let later = world.enroll(&world.learner, second).await;
    let order =
        |cards: Vec<guildhall_types::learn::EnrollmentCard>| cards.iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!(order(my_courses(db, &world.learner).await.unwrap()), [later, world.enrollment]);
    db.clock().advance(TimeDelta::days(1));
    player(db, &world.learner, world.enrollment, None).await.unwrap().unwrap();
    assert_eq!(order(my_courses(db, &world.learner).await.unwrap()), [world.enrollment, later]);
    world.refund(later).await;
    assert_eq!(order(my_courses(db, &world.learner).await.unwrap()), [world.enrollment]);
}

#[tokio::test]
async fn a_course_without_lessons_is_on_the_shelf_and_has_no_player() {
    let world = World::new().await;
    let db = &world.test.db;
    let empty = world.course("empty").await;
    let enrollment = world.enroll(&world.learner, empty).await;
    let card = shelf_card(db, &world.learner, enrollment).await.unwrap().unwrap();
    assert_eq!((card.continue_at, card.progress.percent()), (None, 0));
    assert!(!card.may_review);
    assert_eq!(player(db, &world.learner, enrollment, None).await.unwrap(), None);
    assert_eq!(world.jobs("course_completed").await, 0);
}

#[tokio::test]
async fn a_course_stays_on_the_shelf_when_its_provider_is_suspended_or_archives_it() {
    let world = World::new().await;
    for sql in ["update organizations set suspended_at = now()", "update courses set state = 'archived'"] {
        sqlx::query(sql).execute(&world.test.owner).await.unwrap();
    }
    assert_eq!(my_courses(&world.test.db, &world.learner).await.unwrap().len(), 1);
    assert!(player(&world.test.db, &world.learner, world.enrollment, None).await.unwrap().is_some());
}

#[tokio::test]
async fn the_player_shows_a_lesson_in_its_place() {
    let world = World::new().await;
    let [first, video, quiz, last] = world.lessons;
    let db = &world.test.db;
    save_note(db, &world.learner, world.enrollment, video, "Mind the step.").await.unwrap();
    let view = player(db, &world.learner, world.enrollment, Some(video)).await.unwrap().unwrap();
    let titles: Vec<(&str, usize)> =
        view.modules.iter().map(|module| (module.title.as_str(), module.lessons.len())).collect();
    assert_eq!(titles, [("Module 0", 2), ("Module 1", 2)]);
    assert_eq!((view.open.previous, view.open.next), (Some(first), Some(quiz)));
    assert_eq!((view.open.lesson.kind, view.open.module_title.as_str()), (LessonKind::Video, "Module 0"));
    assert_eq!(view.open.body_html, "<h3>Hello</h3>\n");
    assert_eq!(view.open.note, "Mind the step.");
    let film = view.open.video.unwrap();
    assert_eq!((film.src.as_str(), film.captions.as_deref()), ("/media/one.mp4", Some("/media/one.vtt")));
    let file = view.open.download.unwrap();
    assert_eq!(file.name, "checklist.csv");
    assert_eq!(file.href, format!("/learn/{}/files/{video}", world.enrollment));
    let end = player(db, &world.learner, world.enrollment, Some(last)).await.unwrap().unwrap();
    assert_eq!((end.open.previous, end.open.next), (Some(quiz), None));
    assert_eq!(player(db, &world.learner, world.enrollment, Some(id())).await.unwrap(), None);
}

#[tokio::test]
async fn a_peek_leaves_no_trace() {
    let world = World::new().await;
    let [.., last] = world.lessons;
    let view = peek_player(&world.test.db, &world.learner, world.enrollment, Some(last)).await.unwrap().unwrap();
    assert_eq!(view.open.lesson.id, last);
    assert_eq!(world.count("select count(*) from enrollments where last_lesson_id is not null").await, 0);
}

#[tokio::test]
async fn a_refunded_course_is_closed_and_says_so() {
    let world = World::new().await;
    let db = &world.test.db;
    assert_eq!(refunded_course(db, &world.learner, world.enrollment).await.unwrap(), None);
    world.refund(world.enrollment).await;
    assert_eq!(player(db, &world.learner, world.enrollment, None).await.unwrap(), None);
    assert_eq!(refunded_course(db, &world.learner, world.enrollment).await.unwrap().unwrap().title, "Testing models");
    assert_eq!(refunded_course(db, &world.other, world.enrollment).await.unwrap(), None);
}
