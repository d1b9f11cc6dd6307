//! Attempts as they are kept.

use guildhall_types::Error;
use uuid::Uuid;

use super::{World, id, told};
use crate::learning::{player, submit_quiz};

#[tokio::test]
async fn attempts_are_numbered_and_kept_with_their_feedback() {
    let world = World::new().await;
    let [.., quiz, _] = world.lessons;
    let db = &world.test.db;
    let first = submit_quiz(db, &world.learner, world.enrollment, quiz, id(), world.wrong_answers()).await.unwrap();
    assert_eq!((first.number, first.percent, first.passed), (1, 0, false));
    assert_eq!(first.questions[0].feedback, ["Feedback 0.1"]);
    assert_eq!(world.count("select count(*) from lesson_progress").await, 0);
    // One right of two is 50%, below the 60% that this quiz asks for.
    let mut half = world.right_answers();
    half[1].1.pop();
    let second = submit_quiz(db, &world.learner, world.enrollment, quiz, id(), half).await.unwrap();
    assert_eq!((second.number, second.percent, second.passed), (2, 50, false));
    let third = submit_quiz(db, &world.learner, world.enrollment, quiz, id(), world.right_answers()).await.unwrap();
    assert_eq!((third.number, third.percent, third.passed), (3, 100, true));
    assert_eq!(world.count("select count(*) from lesson_progress").await, 1);
    // Passed stays passed.
    submit_quiz(db, &world.learner, world.enrollment, quiz, id(), world.wrong_answers()).await.unwrap();
    assert_eq!(world.count("select count(*) from lesson_progress").await, 1);
    let view = player(db, &world.learner, world.enrollment, Some(quiz)).await.unwrap().unwrap();
    assert!(view.open.lesson.completed);
    let shown = view.open.quiz.unwrap();
    assert_eq!(shown.attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert_eq!(shown.attempts[3], first);
    assert_eq!((shown.pass_percent, shown.questions.len(), shown.questions[0].options.len()), (60, 2, 3));
}

#[tokio::test]
async fn the_same_submission_is_one_attempt() {
    let world = World::new().await;
    let [.., quiz, _] = world.lessons;
    let submission: Uuid = id();
    let send =
        || submit_quiz(&world.test.db, &world.learner, world.enrollment, quiz, submission, world.right_answers());
    let (a, b, c) = tokio::join!(send(), send(), send());
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    assert_eq!((&a, &a), (&b, &c));
    let late =
        submit_quiz(&world.test.db, &world.learner, world.enrollment, quiz, submission, Vec::new()).await.unwrap();
    assert_eq!(late, a);
    assert_eq!(world.count("select count(*) from quiz_attempts").await, 1);
}

#[tokio::test]
async fn attempts_sent_at_once_get_numbers_of_their_own() {
    let world = World::new().await;
    let [.., quiz, _] = world.lessons;
    let send = || submit_quiz(&world.test.db, &world.learner, world.enrollment, quiz, id(), world.wrong_answers());
    let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
    let mut numbers: Vec<u32> = [a, b, c, d].into_iter().map(|attempt| attempt.unwrap().number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[tokio::test]
async fn passing_last_completes_the_course_with_the_attempt() {
    let world = World::new().await;
    let [first, video, quiz, last] = world.lessons;
    for lesson in [first, video, last] {
        world.complete(lesson).await;
    }
    let submission = id();
    let attempt =
        submit_quiz(&world.test.db, &world.learner, world.enrollment, quiz, submission, world.right_answers())
            .await
            .unwrap();
    let view = player(&world.test.db, &world.learner, world.enrollment, Some(quiz)).await.unwrap().unwrap();
    assert_eq!(view.enrollment.completed_at, Some(attempt.at));
    assert_eq!(world.jobs("course_completed").await, 1);
}

#[tokio::test]
async fn what_can_not_be_graded_is_not_an_attempt() {
    let world = World::new().await;
    let [text, _, quiz, _] = world.lessons;
    let db = &world.test.db;
    let error = told(submit_quiz(db, &world.learner, world.enrollment, quiz, id(), Vec::new()).await);
    let named: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    let expected: Vec<String> = world.quiz.iter().map(|question| format!("q-{}", question.id)).collect();
    assert_eq!(named, expected);
    let mut foreign = world.right_answers();
    foreign.push((id(), vec![id()]));
    assert!(
        told(submit_quiz(db, &world.learner, world.enrollment, quiz, id(), foreign).await).message_for("").is_some()
    );
    let not_a_quiz = submit_quiz(db, &world.learner, world.enrollment, text, id(), world.right_answers()).await;
    assert_eq!(told(not_a_quiz), Error::NotFound);
    assert_eq!(world.count("select count(*) from quiz_attempts").await, 0);
}
