//! Quizzes as plain forms.

use axum::http::StatusCode;

use crate::site::{Page, Site};

impl Site {
    /// Sends the quiz's form as a browser does: a pair for each ticked input.
    async fn send_quiz(&self, submission: &str, ticked: &[(usize, String)]) -> Page {
        let mut fields: Vec<(&str, String)> = self.at(1).to_vec();
        fields.push(("submission", submission.to_owned()));
        let names: Vec<String> =
            self.questions.iter().map(|question| format!("answers[q-{}][]", question.id)).collect();
        fields.extend(ticked.iter().map(|(place, option)| (names[*place].as_str(), option.clone())));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post("submit-quiz", &self.lesson(1), &fields).await
    }

    fn right(&self) -> Vec<(usize, String)> {
        let each = |(place, question): (usize, &crate::site::Question)| {
            question.right.iter().map(move |option| (place, option.to_string())).collect::<Vec<_>>()
        };
        self.questions.iter().enumerate().flat_map(each).collect()
    }
}

#[tokio::test]
async fn a_quiz_is_answered_graded_and_told() {
    let site = Site::new().await;
    let form = site.get(&site.lesson(1)).await;
    form.has("Question 1 of 2")
        .has("Choose all that are right.")
        .lacks("Feedback")
        .lacks("Mark as done")
        .lacks("correct");
    for question in &site.questions {
        form.has(&format!("name=\"answers[q-{}][]\"", question.id));
    }
    // Question 1 wrong; question 2 right, with two ticks.
    let mut ticked = site.right();
    ticked[0].1 = site.questions[0].wrong.to_string();
    let sent = site.send_quiz(&form.hidden("submission"), &ticked).await;
    assert_eq!(
        (sent.status, sent.location.as_str()),
        (StatusCode::SEE_OTHER, format!("{}?attempt=1", site.lesson(1)).as_str())
    );
    let told = site.get(&sent.location).await;
    told.has("You passed with 50%")
        .has("1 of 2 answers were right")
        .has("Feedback 0.2")
        .has("Not right yet")
        .has("Feedback 1.0")
        .lacks("Feedback 0.0");
    told.has("Attempt 1").has("autofocus");
    assert!(told.is_checked(&ticked[0].1) && !told.is_checked(&site.questions[0].right[0].to_string()));
    assert_ne!(told.hidden("submission"), form.hidden("submission"));
    assert_eq!(site.count("select count(*) from lesson_progress").await, 1);
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_attempt() {
    let site = Site::new().await;
    let form = site.get(&site.lesson(1)).await;
    for _ in 0..2 {
        let sent = site.send_quiz(&form.hidden("submission"), &site.right()).await;
        assert_eq!(sent.location, format!("{}?attempt=1", site.lesson(1)));
    }
    assert_eq!(site.count("select count(*) from quiz_attempts").await, 1);
}

#[tokio::test]
async fn what_is_not_answered_is_named_and_the_rest_is_kept() {
    let site = Site::new().await;
    let form = site.get(&site.lesson(1)).await;
    let ticked = site.right();
    for answered in [&ticked[..1], &[]] {
        let sent = site.send_quiz(&form.hidden("submission"), answered).await;
        assert_eq!(sent.status, StatusCode::FOUND);
        let back = site.get(sent.location.trim_start_matches("http://localhost")).await;
        assert_eq!(back.status, StatusCode::OK);
        back.has("<title>Error: Check yourself")
            .has("Answer question 2.")
            .has(&format!("href=\"#q-{}\"", site.questions[1].id));
        assert_eq!(back.is_checked(&ticked[0].1), !answered.is_empty());
        assert_eq!(back.html.contains("Answer question 1."), answered.is_empty());
    }
    assert_eq!(site.count("select count(*) from quiz_attempts").await, 0);
}

#[tokio::test]
async fn nonsense_is_refused_with_words() {
    let site = Site::new().await;
    let form = site.get(&site.lesson(1)).await;
    let [enrollment, lesson] = site.at(1);
    let submission = form.hidden("submission");
    let odd: [(&str, &str); 5] = [
        ("answers[q-1][]", "x"),
        ("answers[0][]", "x"),
        ("answers", "x"),
        ("answers[<b>][]", ""),
        ("answers[q-1][a][b][c][d][e][f]", "x"),
    ];
    for (name, value) in odd {
        let fields = [
            (enrollment.0, enrollment.1.as_str()),
            (lesson.0, lesson.1.as_str()),
            ("submission", submission.as_str()),
            (name, value),
        ];
        let sent = site.post("submit-quiz", &site.lesson(1), &fields).await;
        assert_eq!(sent.status, StatusCode::FOUND, "{name}");
        site.get(sent.location.trim_start_matches("http://localhost"))
            .await
            .has("There is a problem")
            .has("did not arrive as");
    }
    assert_eq!(site.count("select count(*) from quiz_attempts").await, 0);
}

#[tokio::test]
async fn passing_last_finishes_the_course() {
    let site = Site::new().await;
    for place in [0, 2] {
        let fields = site.at(place);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        site.post("complete-lesson", &site.lesson(place), &fields).await;
    }
    let form = site.get(&site.lesson(1)).await;
    let sent = site.send_quiz(&form.hidden("submission"), &site.right()).await;
    site.get(&sent.location).await.has("You passed with 100%").has("You have finished Testing models");
    site.get(&site.lesson(1)).await.lacks("You have finished Testing models").has("You finished this course on");
}
