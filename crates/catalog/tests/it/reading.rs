use guildhall_db::testing;

use crate::{csv, publish};

const ROWS: [&str; 3] = [
    "Prompting for nurses,Ask well.,Words.,health-and-care,beginner,120,2,Caritas Learning,prompting",
    "Serving models,On a budget.,# Title\u{2028}<script>x</script> **bold**,engineering,advanced,390,20,Foundry & Lane,python",
    "A free start,Begin.,Words.,skills-for-everyone,beginner,0,1,Caritas Learning,",
];

#[tokio::test]
async fn cards_come_in_the_order_asked_for_and_drafts_do_not_come() {
    let test = testing::database().await;
    csv(&test.db, &ROWS, &publish()).await;
    let ids: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from courses order by title desc").fetch_all(&test.owner).await.unwrap();
    let ids: Vec<_> = ids.into_iter().map(Into::into).collect();
    let titles = async |ids: &[_]| -> Vec<String> {
        guildhall_catalog::cards(&test.db, ids).await.unwrap().into_iter().map(|card| card.title).collect()
    };
    assert_eq!(titles(&ids).await, ["Serving models", "Prompting for nurses", "A free start"]);
    sqlx::query("update courses set state = 'draft', published_at = null where title = 'Prompting for nurses'")
        .execute(&test.owner)
        .await
        .unwrap();
    assert_eq!(titles(&ids).await, ["Serving models", "A free start"]);
}

#[tokio::test]
async fn a_course_is_found_by_slug_and_by_id_and_its_text_is_safe() {
    let test = testing::database().await;
    csv(&test.db, &ROWS, &publish()).await;
    let (course, reviews) = guildhall_catalog::course(&test.db, "serving-models").await.unwrap().unwrap();
    assert!(reviews.is_empty() && !course.description_html.contains("<script"));
    let by_id = guildhall_catalog::course(&test.db, &course.card.id.to_string()).await.unwrap().unwrap();
    assert_eq!(by_id.0, course);
    assert!(guildhall_catalog::course(&test.db, "nothing").await.unwrap().is_none());
}

#[tokio::test]
async fn providers_and_figures_count_what_is_published() {
    let test = testing::database().await;
    csv(&test.db, &ROWS, &publish()).await;
    let providers = guildhall_catalog::providers(&test.db).await.unwrap();
    let counts: Vec<(&str, u64)> = providers.iter().map(|one| (one.name.as_str(), one.course_count)).collect();
    assert_eq!(counts, [("Caritas Learning", 2), ("Foundry & Lane", 1)]);
    let home = guildhall_catalog::home(&test.db).await.unwrap();
    assert_eq!((home.figures.courses, home.figures.providers, home.categories.len()), (3, 2, 10));
    assert_eq!(home.figures.completion_percent, None);
}
