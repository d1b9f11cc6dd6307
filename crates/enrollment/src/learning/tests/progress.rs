//! Progress is exact, and doing a thing twice is doing it once.

use chrono::TimeDelta;
use guildhall_types::Error;

use super::{World, id, told};
use crate::learning::{LessonDone, complete_lesson, player, save_note, shelf_card};

#[tokio::test]
async fn lessons_count_once_and_the_last_one_completes_the_course() {
    let world = World::new().await;
    let [first, video, quiz, last] = world.lessons;
    for _ in 0..3 {
        assert_eq!(world.complete(first).await, LessonDone { course_completed: false, next: Some(video) });
    }
    let card = shelf_card(&world.test.db, &world.learner, world.enrollment).await.unwrap().unwrap();
    assert_eq!((card.progress.completed_lessons, card.progress.percent()), (1, 25));
    // Out of order: after the last lesson the first one that is left comes next.
    assert_eq!(world.complete(last).await, LessonDone { course_completed: false, next: Some(video) });
    assert_eq!(world.complete(video).await, LessonDone { course_completed: false, next: Some(quiz) });
    world.pass_quiz().await;
    let card = shelf_card(&world.test.db, &world.learner, world.enrollment).await.unwrap().unwrap();
    assert_eq!((card.progress.percent(), card.completed_at), (100, Some(world.test.db.clock().now())));
    assert_eq!((world.jobs("course_completed").await, world.jobs("send_mail").await), (1, 1));

    world.test.db.clock().advance(TimeDelta::hours(1));
    assert_eq!(world.complete(last).await, LessonDone { course_completed: false, next: None });
    let again = shelf_card(&world.test.db, &world.learner, world.enrollment).await.unwrap().unwrap();
    assert_eq!(again.completed_at, card.completed_at);
    assert_eq!((world.jobs("course_completed").await, world.jobs("send_mail").await), (1, 1));
}

#[tokio::test]
async fn two_tabs_complete_a_course_once() {
    let world = World::new().await;
    let [first, video, _, last] = world.lessons;
    world.complete(first).await;
    world.pass_quiz().await;
    // Each tab finishes another of the two lessons that are left, and the same ones at once.
    let finish = |lesson| complete_lesson(&world.test.db, &world.learner, world.enrollment, lesson);
    let (a, b, c, d) = tokio::join!(finish(video), finish(last), finish(video), finish(last));
    let completed = [a, b, c, d].into_iter().filter(|done| done.as_ref().unwrap().course_completed).count();
    assert_eq!(completed, 1);
    assert_eq!(world.count("select count(*) from lesson_progress").await, 4);
    assert_eq!((world.jobs("course_completed").await, world.jobs("send_mail").await), (1, 1));
}

#[tokio::test]
async fn a_quiz_is_completed_by_passing_it() {
    let world = World::new().await;
    let [.., quiz, _] = world.lessons;
    let refused = told(complete_lesson(&world.test.db, &world.learner, world.enrollment, quiz).await);
    assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
    assert_eq!(world.count("select count(*) from lesson_progress").await, 0);
    world.pass_quiz().await;
    world.complete(quiz).await;
    assert_eq!(world.count("select count(*) from lesson_progress").await, 1);
}

#[tokio::test]
async fn a_quiz_without_questions_does_not_lock_the_course() {
    let world = World::new().await;
    let [.., quiz, _] = world.lessons;
    sqlx::query("delete from quiz_questions").execute(&world.test.owner).await.unwrap();
    world.complete(quiz).await;
    assert_eq!(world.count("select count(*) from lesson_progress").await, 1);
}

#[tokio::test]
async fn a_completed_course_stays_completed_when_lessons_are_added() {
    let world = World::new().await;
    let [first, video, _, last] = world.lessons;
    world.pass_quiz().await;
    for lesson in [first, video, last] {
        world.complete(lesson).await;
    }
    let module = world.module(world.course, 2).await;
    let added = id();
    world.lesson(added, world.course, module, 0, "text").await;
    let card = shelf_card(&world.test.db, &world.learner, world.enrollment).await.unwrap().unwrap();
    assert_eq!((card.progress.completed_lessons, card.progress.total_lessons, card.progress.percent()), (4, 5, 80));
    assert!(card.completed_at.is_some());
    assert_eq!(world.complete(added).await, LessonDone { course_completed: false, next: None });
    assert_eq!(world.jobs("course_completed").await, 1);
}

#[tokio::test]
async fn taking_out_the_last_open_lesson_completes_the_course_at_the_next_look() {
    let world = World::new().await;
    let [first, video, quiz, last] = world.lessons;
    for lesson in [first, video, last] {
        world.complete(lesson).await;
    }
    sqlx::query("delete from lessons where id = $1").bind(quiz.0).execute(&world.test.owner).await.unwrap();
    for _ in 0..2 {
        let view = player(&world.test.db, &world.learner, world.enrollment, Some(first)).await.unwrap().unwrap();
        assert!(view.enrollment.completed_at.is_some());
    }
    assert_eq!((world.jobs("course_completed").await, world.jobs("send_mail").await), (1, 1));
}

#[tokio::test]
async fn lessons_of_other_courses_and_unknown_ones_are_not_found() {
    let world = World::new().await;
    let second = world.course("second").await;
    let module = world.module(second, 0).await;
    let foreign = id();
    world.lesson(foreign, second, module, 0, "text").await;
    for lesson in [foreign, id()] {
        assert_eq!(
            told(complete_lesson(&world.test.db, &world.learner, world.enrollment, lesson).await),
            Error::NotFound
        );
        assert_eq!(
            told(save_note(&world.test.db, &world.learner, world.enrollment, lesson, "x").await),
            Error::NotFound
        );
    }
    assert_eq!(told(complete_lesson(&world.test.db, &world.learner, id(), foreign).await), Error::NotFound);
}

#[tokio::test]
async fn the_last_note_stands_and_an_empty_one_is_none() {
    let world = World::new().await;
    let [first, ..] = world.lessons;
    let db = &world.test.db;
    let note = || async { player(db, &world.learner, world.enrollment, Some(first)).await.unwrap().unwrap().open.note };
    for body in ["one", "'; drop table notes; --\r\n<b>two</b>\0"] {
        save_note(db, &world.learner, world.enrollment, first, body).await.unwrap();
    }
    assert_eq!(note().await, "'; drop table notes; --\n<b>two</b>");
    // Line ends count once, however the browser sends them.
    let longest = "é\r\n".repeat(5_000);
    save_note(db, &world.learner, world.enrollment, first, &longest).await.unwrap();
    assert_eq!(note().await.chars().count(), 10_000);
    let error = told(save_note(db, &world.learner, world.enrollment, first, &format!("{longest}!")).await);
    assert!(error.message_for("body").unwrap().contains("10001"), "{error:?}");
    assert_eq!(note().await.chars().count(), 10_000);
    save_note(db, &world.learner, world.enrollment, first, " \r\n ").await.unwrap();
    assert_eq!((note().await.as_str(), world.count("select count(*) from notes").await), ("", 0));
}
