//! Properties of grading.

use guildhall_types::{OptionId, QuestionId};
use proptest::{collection::vec, prelude::*, sample::subsequence};
use uuid::Uuid;

use crate::learning::policy::{AnswerKey, Question, grade, question_field};

type Answers = Vec<(QuestionId, Vec<OptionId>)>;

fn question(number: usize, multiple: bool, key: &[bool]) -> Question {
    let id = |place: usize| Uuid::from_u128(u128::try_from(number * 100 + place).unwrap());
    Question {
        id: QuestionId(id(0)),
        prompt: format!("Question {number}"),
        multiple,
        options: key
            .iter()
            .enumerate()
            .map(|(place, correct)| AnswerKey {
                id: OptionId(id(place + 1)),
                text: format!("Option {place}"),
                correct: *correct,
                feedback: if place % 3 == 2 { String::new() } else { format!("Feedback {number}.{place}") },
            })
            .collect(),
    }
}

/// A question that can be answered: one correct option, or several where several may be chosen.
fn any_key() -> impl Strategy<Value = (bool, Vec<bool>)> {
    let single = (2..6_usize)
        .prop_flat_map(|length| (Just(length), 0..length))
        .prop_map(|(length, right)| (false, (0..length).map(|place| place == right).collect()));
    let multiple = vec(any::<bool>(), 2..6).prop_map(|mut key: Vec<bool>| {
        key[0] |= !key.iter().any(|correct| *correct);
        (true, key)
    });
    prop_oneof![single, multiple]
}

fn any_quiz() -> impl Strategy<Value = Vec<Question>> {
    vec(any_key(), 1..8).prop_map(|keys| {
        keys.iter().enumerate().map(|(number, (multiple, key))| question(number + 1, *multiple, key)).collect()
    })
}

/// A quiz with answers that can be graded, right or wrong.
fn any_attempt() -> impl Strategy<Value = (Vec<Question>, Answers)> {
    any_quiz().prop_flat_map(|quiz| {
        let answers: Vec<_> = quiz
            .iter()
            .map(|question| {
                let (id, options) = (question.id, question.options.iter().map(|option| option.id).collect::<Vec<_>>());
                let most = if question.multiple { options.len() } else { 1 };
                subsequence(options, 1..=most).prop_map(move |chosen| (id, chosen))
            })
            .collect();
        (Just(quiz), answers)
    })
}

fn key_of(quiz: &[Question]) -> Answers {
    quiz.iter()
        .map(|question| {
            (question.id, question.options.iter().filter(|option| option.correct).map(|option| option.id).collect())
        })
        .collect()
}

proptest! {
    #[test]
    fn the_key_gets_everything((quiz, _) in any_attempt()) {
        let grade = grade(&quiz, &key_of(&quiz)).unwrap();
        prop_assert_eq!(grade.percent, 100);
        prop_assert!(grade.questions.iter().all(|question| question.correct));
    }

    #[test]
    fn the_percentage_is_the_share_of_right_questions_rounded_down((quiz, answers) in any_attempt()) {
        let graded = grade(&quiz, &answers).unwrap();
        let key = key_of(&quiz);
        let right = answers.iter().zip(&key).filter(|(given, right)| given == right).count();
        prop_assert_eq!(usize::try_from(graded.percent).unwrap(), right * 100 / quiz.len());
        prop_assert_eq!(graded.percent == 100, right == quiz.len());
    }

    #[test]
    fn order_and_repetition_change_nothing((quiz, answers) in any_attempt()) {
        let mut shuffled: Answers = answers.iter().rev().map(|(id, chosen)| (*id, chosen.iter().rev().copied().collect())).collect();
        shuffled.extend(answers.clone());
        prop_assert_eq!(grade(&quiz, &shuffled).unwrap(), grade(&quiz, &answers).unwrap());
    }

    #[test]
    fn only_what_was_chosen_is_spoken_of((quiz, answers) in any_attempt()) {
        let graded = grade(&quiz, &answers).unwrap();
        for ((question, (_, chosen)), feedback) in quiz.iter().zip(&answers).zip(&graded.questions) {
            prop_assert_eq!(&feedback.chosen, chosen);
            let own: Vec<&String> = question.options.iter().filter(|option| chosen.contains(&option.id)).map(|option| &option.feedback).filter(|text| !text.is_empty()).collect();
            prop_assert_eq!(feedback.feedback.iter().collect::<Vec<_>>(), own);
        }
    }

    #[test]
    fn what_is_left_out_is_named_and_nothing_else((quiz, answers) in any_attempt(), dropped in vec(any::<bool>(), 8)) {
        let kept: Answers = answers.iter().zip(&dropped).filter(|(_, dropped)| !**dropped).map(|(answer, _)| answer.clone()).collect();
        let missing: Vec<String> = answers.iter().zip(&dropped).filter(|(_, dropped)| **dropped).map(|((id, _), _)| question_field(*id)).collect();
        match grade(&quiz, &kept) {
            Ok(_) => prop_assert!(missing.is_empty()),
            Err(error) => prop_assert_eq!(error.fields().iter().map(|field| field.field.clone()).collect::<Vec<_>>(), missing),
        }
    }

    #[test]
    fn options_and_questions_of_others_are_refused((quiz, answers) in any_attempt(), stray in 1_000_000..2_000_000_u128) {
        let mut foreign_option = answers.clone();
        foreign_option[0].1.push(OptionId(Uuid::from_u128(stray)));
        let error = grade(&quiz, &foreign_option).unwrap_err();
        prop_assert!(error.message_for(&question_field(quiz[0].id)).is_some());
        let mut foreign_question = answers;
        foreign_question.push((QuestionId(Uuid::from_u128(stray)), Vec::new()));
        prop_assert!(grade(&quiz, &foreign_question).unwrap_err().message_for("").is_some());
    }

    #[test]
    fn one_answer_means_one(number in 1..9_usize, length in 2..6_usize) {
        let key: Vec<bool> = (0..length).map(|place| place == 0).collect();
        let question = question(number, false, &key);
        let all = vec![(question.id, question.options.iter().map(|option| option.id).collect())];
        prop_assert!(grade(&[question], &all).is_err());
    }
}
