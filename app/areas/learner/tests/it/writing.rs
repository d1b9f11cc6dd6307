//! Progress, notes and reviews as plain forms, and as the island calls them.

use axum::http::StatusCode;

use crate::site::{Page, Site};

impl Site {
    async fn complete(&self, place: usize) -> Page {
        let fields = self.at(place);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post("complete-lesson", &self.lesson(place), &fields).await
    }

    async fn review(&self, rating: &str, title: &str, body: &str) -> Page {
        let enrollment = self.enrollment.to_string();
        let mut fields = vec![("enrollment", enrollment.as_str()), ("title", title), ("body", body)];
        if !rating.is_empty() {
            fields.push(("rating", rating));
        }
        self.post("write-review", &format!("/learn/{enrollment}/review"), &fields).await
    }

    async fn without_quiz(&self) {
        sqlx::query("delete from quiz_questions").execute(&self.test.owner).await.unwrap();
    }
}

#[tokio::test]
async fn done_leads_to_the_next_lesson_and_at_last_to_praise() {
    let site = Site::new().await;
    site.without_quiz().await;
    let sent = site.complete(0).await;
    assert_eq!((sent.status, sent.location), (StatusCode::SEE_OTHER, site.lesson(1)));
    site.get(&site.lesson(0))
        .await
        .has("Done")
        .has("Continue: Check yourself")
        .lacks("Mark as done")
        .has("1 of 3 lessons");
    assert_eq!(site.complete(2).await.location, site.lesson(1));
    let last = site.complete(1).await;
    assert_eq!(last.location, format!("{}?finished=1", site.lesson(1)));
    site.get(&last.location).await.has("You have finished Testing models").has("Write a review").has("3 of 3 lessons");
    site.get("/learn").await.has("Completed").has("Look again").has("Write a review").lacks("In progress");
}

#[tokio::test]
async fn a_quiz_can_not_be_ticked_off() {
    let site = Site::new().await;
    let sent = site.complete(1).await;
    assert_eq!(sent.status, StatusCode::FOUND);
    site.get(sent.location.trim_start_matches("http://localhost")).await.has("Pass the quiz to finish this lesson.");
}

#[tokio::test]
async fn notes_are_kept_and_safe() {
    let site = Site::new().await;
    let [enrollment, lesson] = site.at(0);
    let note = "</textarea><script>alert(1)</script>\r\n'; drop table notes; -- & more";
    let fields = [(enrollment.0, enrollment.1.as_str()), (lesson.0, lesson.1.as_str()), ("body", note)];
    let sent = site.post("save-note", &site.lesson(0), &fields).await;
    assert_eq!(
        (sent.status, sent.location.as_str()),
        (StatusCode::SEE_OTHER, format!("{}?note=saved#note", site.lesson(0)).as_str())
    );
    let page = site.get(&format!("{}?note=saved", site.lesson(0))).await;
    page.has("Saved").has("&lt;/textarea&gt;&lt;script&gt;").lacks("<script>alert");

    let long = "x".repeat(10_001);
    let fields = [(enrollment.0, enrollment.1.as_str()), (lesson.0, lesson.1.as_str()), ("body", long.as_str())];
    let sent = site.post("save-note", &site.lesson(0), &fields).await;
    let back = site.get(sent.location.trim_start_matches("http://localhost")).await;
    back.has("There is a problem").has("A note can have up to 10,000 characters").has("href=\"#note\"").has(&long);

    let fields = [(enrollment.0, enrollment.1.as_str()), (lesson.0, lesson.1.as_str()), ("body", "from a script")];
    let called = site.call("save-note", &fields).await;
    assert_eq!((called.status, called.location.as_str()), (StatusCode::OK, ""));
    site.get(&site.lesson(0)).await.has("from a script");
}

#[tokio::test]
async fn a_review_is_asked_for_after_more_than_half() {
    let site = Site::new().await;
    site.without_quiz().await;
    let address = format!("/learn/{}/review", site.enrollment);
    site.complete(0).await;
    site.get(&address).await.has("A little further first").has("You have done 1 of 3.").lacks("<textarea");
    let refused = site.review("5", "Too early", "").await;
    assert_eq!(refused.status, StatusCode::FOUND);
    site.complete(1).await;
    site.get(&address).await.has("Publish your review").has("5 stars: excellent");

    let sent = site.review("", "  ", "What I typed <b>stays</b>").await;
    let back = site.get(sent.location.trim_start_matches("http://localhost")).await;
    back.has("Error: Write a review")
        .has("Choose how many stars you give")
        .has("Give your review a title.")
        .has("href=\"#rating\"");
    back.has("What I typed &lt;b&gt;stays&lt;/b&gt;");

    let sent = site.review("4", "Worth it", "").await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/learn?review=saved"));
    site.get(&sent.location).await.has("Thank you for your review").has("Change your review");
    let page = site.get(&address).await;
    page.has("Save your review").has("value=\"Worth it\"");
    assert!(page.is_checked("4"));
    site.review("2", "Worth less", "").await;
    assert_eq!(site.count("select count(*) from reviews where rating = 2").await, 1);
}
