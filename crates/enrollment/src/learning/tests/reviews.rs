//! Reviews: after more than half, one per enrollment, editable.

use chrono::TimeDelta;
use guildhall_types::{Error, learn::OwnReview};
use proptest::prelude::*;

use super::{World, told};
use crate::learning::{own_review, policy, shelf_card, write_review};

const RATING: &str = "select 100 * rating_sum + rating_count from course_ratings";

#[tokio::test]
async fn a_review_needs_more_than_half() {
    let world = World::new().await;
    let [first, video, ..] = world.lessons;
    let write = || write_review(&world.test.db, &world.learner, world.enrollment, 5, "Good", "Very.");
    world.complete(first).await;
    world.complete(video).await;
    // Two of four is half, and not more.
    assert!(matches!(told(write().await), Error::Conflict { .. }));
    world.pass_quiz().await;
    assert!(shelf_card(&world.test.db, &world.learner, world.enrollment).await.unwrap().unwrap().may_review);
    write().await.unwrap();
    assert_eq!(world.count(RATING).await, 501);
}

#[tokio::test]
async fn there_is_one_review_and_it_can_be_changed() {
    let world = World::new().await;
    let [first, video, ..] = world.lessons;
    let db = &world.test.db;
    world.complete(first).await;
    world.complete(video).await;
    world.pass_quiz().await;
    assert_eq!(own_review(db, &world.learner, world.enrollment).await.unwrap(), None);
    let write = |rating| write_review(db, &world.learner, world.enrollment, rating, "  Good\nstuff ", "Line\r\nline\0");
    let (a, b) = tokio::join!(write(4), write(4));
    a.unwrap();
    b.unwrap();
    assert_eq!(world.count("select count(*) from reviews").await, 1);
    let kept = OwnReview { rating: 4, title: "Good stuff".to_owned(), body: "Line\nline".to_owned() };
    assert_eq!(own_review(db, &world.learner, world.enrollment).await.unwrap(), Some(kept));
    db.clock().advance(TimeDelta::hours(1));
    write(4).await.unwrap();
    assert_eq!(world.count("select count(*) from reviews where updated_at > created_at").await, 0);
    // Also when the provider has added so much since that it is less than half again.
    let module = world.module(world.course, 2).await;
    for position in 0..9 {
        world.lesson(super::id(), world.course, module, position, "text").await;
    }
    write(2).await.unwrap();
    assert_eq!(world.count("select count(*) from reviews where updated_at > created_at").await, 1);
    assert_eq!(world.count(RATING).await, 201);
    let name: String =
        sqlx::query_scalar("select author_name from reviews").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(name, "Ada O.");
    assert!(shelf_card(db, &world.learner, world.enrollment).await.unwrap().unwrap().reviewed);
}

#[tokio::test]
async fn what_is_wrong_with_a_review_names_its_field() {
    let world = World::new().await;
    let write = |rating, title: String, body: String| async move {
        told(write_review(&world.test.db, &world.learner, world.enrollment, rating, &title, &body).await)
    };
    let error = write(0, "  ".to_owned(), "x".repeat(4_001)).await;
    let named: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["rating", "title", "body"]);
}

#[test]
fn a_title_may_be_as_long_as_the_table_lets_it() {
    assert!(policy::review(5, &"é".repeat(120), &"é".repeat(4_000)).is_ok());
    assert!(policy::review(5, &"é".repeat(121), "").unwrap_err().message_for("title").is_some());
    assert!(policy::review(6, "x", "").unwrap_err().message_for("rating").is_some());
}

#[test]
fn constraints_are_told_by_their_names() {
    assert_eq!(policy::review_error("reviews_title_check").unwrap().fields()[0].field, "title");
    assert!(matches!(policy::review_error("reviews_need_progress"), Some(Error::Conflict { .. })));
    assert!(matches!(policy::review_error("reviews_one_per_enrollment"), Some(Error::Conflict { .. })));
    assert_eq!(policy::review_error("reviews_pkey"), None);
}

#[test]
fn authors_are_named_by_given_name_and_initial() {
    for (name, shown) in [
        ("Ada Lovelace", "Ada L."),
        ("Ada King Lovelace", "Ada L."),
        ("Cher", "Cher"),
        (" Bea  élan ", "Bea É."),
        ("", "A learner"),
    ] {
        assert_eq!(policy::author_name(name), shown);
    }
}

proptest! {
    #[test]
    fn any_name_gives_one_that_the_table_holds(name in "\\PC{1,100}") {
        let shown = policy::author_name(&name);
        prop_assert!((1..=100).contains(&shown.chars().count()), "{shown}");
    }

    #[test]
    fn any_text_is_a_review_or_an_error_of_a_field(rating in 0..9_u8, title in ".{0,130}", body in "(?s).{0,200}") {
        match policy::review(rating, &title, &body) {
            Ok(review) => prop_assert!(!review.title.is_empty() && !review.body.contains('\0') && !review.title.contains('\n')),
            Err(error) => prop_assert!(!error.fields().is_empty()),
        }
    }
}
