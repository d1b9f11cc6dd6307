//! Nobody learns in another person's place: not by the ops, and not by SQL as the program's role.

use guildhall_kernel::Actor;
use guildhall_types::Error;

use super::{World, id, told};
use crate::learning::{
    complete_lesson, download, my_courses, own_review, peek_player, player, save_note, shelf_card, submit_quiz,
    write_review,
};

#[tokio::test]
async fn another_persons_enrollment_is_not_there() {
    let world = World::new().await;
    let [text, video, quiz, _] = world.lessons;
    let (db, enrollment) = (&world.test.db, world.enrollment);
    // The other one has the course too: the lessons are theirs to see, the enrollment is not.
    world.enroll(&world.other, world.course).await;
    for actor in [&world.other, &world.admin] {
        assert_eq!(player(db, actor, enrollment, None).await.unwrap(), None);
        assert_eq!(peek_player(db, actor, enrollment, Some(text)).await.unwrap(), None);
        assert_eq!(shelf_card(db, actor, enrollment).await.unwrap(), None);
        assert_eq!(download(db, actor, enrollment, video).await.unwrap(), None);
        assert_eq!(told(complete_lesson(db, actor, enrollment, text).await), Error::NotFound);
        assert_eq!(told(submit_quiz(db, actor, enrollment, quiz, id(), world.right_answers()).await), Error::NotFound);
        assert_eq!(told(save_note(db, actor, enrollment, text, "mine").await), Error::NotFound);
        assert_eq!(told(own_review(db, actor, enrollment).await), Error::NotFound);
        assert_eq!(told(write_review(db, actor, enrollment, 1, "Bad", "").await), Error::NotFound);
    }
    let traces = "select (select count(*) from lesson_progress) + (select count(*) from quiz_attempts) + (select count(*) from notes)
        + (select count(*) from reviews) + (select count(*) from enrollments where last_seen_at is not null)";
    assert_eq!(world.count(traces).await, 0);
}

#[tokio::test]
async fn nobody_must_sign_in() {
    let world = World::new().await;
    let [text, ..] = world.lessons;
    let (db, enrollment) = (&world.test.db, world.enrollment);
    for actor in [Actor::Anonymous, Actor::System("test")] {
        assert_eq!(told(my_courses(db, &actor).await), Error::SignInRequired);
        assert_eq!(told(player(db, &actor, enrollment, None).await), Error::SignInRequired);
        assert_eq!(told(complete_lesson(db, &actor, enrollment, text).await), Error::SignInRequired);
        assert_eq!(told(save_note(db, &actor, enrollment, text, "x").await), Error::SignInRequired);
        assert_eq!(told(write_review(db, &actor, enrollment, 5, "x", "").await), Error::SignInRequired);
    }
}

#[tokio::test]
async fn a_refunded_enrollment_takes_nothing_more() {
    let world = World::new().await;
    let [text, video, quiz, _] = world.lessons;
    let (db, actor, enrollment) = (&world.test.db, &world.learner, world.enrollment);
    world.refund(enrollment).await;
    assert_eq!(told(complete_lesson(db, actor, enrollment, text).await), Error::NotFound);
    assert_eq!(told(submit_quiz(db, actor, enrollment, quiz, id(), world.right_answers()).await), Error::NotFound);
    assert_eq!(told(save_note(db, actor, enrollment, text, "x").await), Error::NotFound);
    assert_eq!(told(write_review(db, actor, enrollment, 5, "x", "").await), Error::NotFound);
    assert_eq!(download(db, actor, enrollment, video).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_for_those_who_are_enrolled() {
    let world = World::new().await;
    let [text, video, ..] = world.lessons;
    let found = download(&world.test.db, &world.learner, world.enrollment, video).await.unwrap();
    assert_eq!(found, Some(("checklist.csv".to_owned(), "lessons/1/checklist-csv".to_owned())));
    assert_eq!(download(&world.test.db, &world.learner, world.enrollment, text).await.unwrap(), None);
}

#[tokio::test]
async fn direct_sql_as_another_person_finds_and_changes_nothing() {
    let world = World::new().await;
    let [text, ..] = world.lessons;
    let db = &world.test.db;
    world.complete(text).await;
    world.pass_quiz().await;
    save_note(db, &world.learner, world.enrollment, text, "private").await.unwrap();
    for table in ["enrollments", "lesson_progress", "quiz_attempts", "notes"] {
        let mut tx = db.begin(&world.other).await.unwrap();
        let seen: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let gone = sqlx::query(sqlx::AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut *tx)
            .await
            .unwrap()
            .rows_affected();
        assert_eq!((table, seen, gone), (table, 0, 0));
    }
    let mut tx = db.begin(&world.other).await.unwrap();
    let moved = sqlx::query("update enrollments set state = 'completed', completed_at = now()")
        .execute(&mut *tx)
        .await
        .unwrap();
    assert_eq!(moved.rows_affected(), 0);
    let forged =
        sqlx::query("insert into notes (enrollment_id, lesson_id, body, updated_at) values ($1, $2, 'forged', now())")
            .bind(world.enrollment.0)
            .bind(text.0)
            .execute(&mut *tx)
            .await;
    assert!(forged.unwrap_err().to_string().contains("row-level security"));
}
