//! The index after the database.

use guildhall_db::testing::{TestDb, database};
use guildhall_search::{SearchIndex, browse, catch_up, parse_address, reindex};
use sqlx::{AssertSqlSafe, Executor};
use uuid::Uuid;

const PROVIDER: Uuid = Uuid::from_u128(1);

async fn run(test: &TestDb, statements: &str) {
    test.owner.execute(AssertSqlSafe(statements)).await.unwrap();
}

/// Adds a published course.
async fn add(test: &TestDb, number: u128, title: &str) {
    let id = Uuid::from_u128(number);
    run(
        test,
        &format!(
            "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence, duration_minutes,
                 state, published_at, created_at, updated_at)
             values ('{id}', '{PROVIDER}', '{PROVIDER}', 'course-{number}', '{title}', 'Summary', '**Bold** words', 'beginner', 4900, 90,
                 'published', now(), now(), now())"
        ),
    )
    .await;
}

async fn stage() -> (TestDb, SearchIndex) {
    let test = database().await;
    run(
        &test,
        &format!(
            "insert into organizations (id, kind, slug, name, created_at) values ('{PROVIDER}', 'provider', 'ada', 'Ada Institute', now());
             insert into categories (id, slug, name, position) values ('{PROVIDER}', 'data', 'Data', 3);
             insert into skills (id, slug, name) values ('{PROVIDER}', 'sql', 'Structured queries')"
        ),
    )
    .await;
    (test, SearchIndex::in_memory().unwrap())
}

async fn titles(test: &TestDb, index: &SearchIndex, address: &str) -> Vec<String> {
    let page = browse(&test.db, index, &parse_address(address)).await.unwrap();
    page.courses.into_iter().map(|found| found.card.title).collect()
}

#[tokio::test]
async fn every_change_that_matters_is_followed() {
    let (test, index) = stage().await;
    add(&test, 10, "Tables").await;
    let first = catch_up(&test.db, &index).await.unwrap();
    assert!(first.rebuilt && first.put == 1);
    assert_eq!(titles(&test, &index, "q=bold").await, ["Tables"]);
    assert_eq!(index.search(&parse_address("q=tables")).unwrap().facets.category[0].label, "Data");

    add(&test, 11, "Queries").await;
    let second = catch_up(&test.db, &index).await.unwrap();
    assert!(!second.rebuilt && second.put >= 1);
    assert_eq!(titles(&test, &index, "q=queries").await, ["Queries"]);
    let third = catch_up(&test.db, &index).await.unwrap();
    assert_eq!((third.put, third.removed), (0, 0), "what is in is not put in again");

    let course = Uuid::from_u128(10);
    run(
        &test,
        &format!("insert into course_skills (course_id, skill_id, position) values ('{course}', '{PROVIDER}', 0)"),
    )
    .await;
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!(titles(&test, &index, "q=structured&skill=sql").await, ["Tables"]);

    run(&test, &format!("update course_ratings set rating_sum = 9, rating_count = 2 where course_id = '{course}'"))
        .await;
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!(titles(&test, &index, "rating=4.5").await, ["Tables"]);

    run(&test, "update organizations set name = 'Lovelace College'").await;
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!(titles(&test, &index, "q=lovelace").await.len(), 2);
    assert_eq!(index.search(&parse_address("")).unwrap().facets.provider[0].label, "Lovelace College");

    run(&test, &format!("update courses set state = 'archived' where id = '{course}'")).await;
    assert_eq!(
        titles(&test, &index, "").await,
        ["Queries"],
        "what is withdrawn is not shown though it is still in the index"
    );
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!((index.count(), titles(&test, &index, "q=tables").await), (1, Vec::new()));

    run(&test, "update organizations set suspended_at = now()").await;
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!(index.count(), 0);
}

#[tokio::test]
async fn a_change_that_commits_late_is_not_missed() {
    let (test, index) = stage().await;
    catch_up(&test.db, &index).await.unwrap();
    let mut late = test.owner.begin().await.unwrap();
    let insert = |number: u128, title: &str| {
        format!(
            "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence, duration_minutes,
                 state, published_at, created_at, updated_at)
             values ('{}', '{PROVIDER}', '{PROVIDER}', 'course-{number}', '{title}', 'Summary', '', 'beginner', 0, 90, 'published', now(), now(), now())",
            Uuid::from_u128(number)
        )
    };
    late.execute(AssertSqlSafe(insert(20, "Late"))).await.unwrap();
    for number in 21..24 {
        run(&test, &insert(number, "Early")).await;
        catch_up(&test.db, &index).await.unwrap();
    }
    assert_eq!(titles(&test, &index, "q=early").await.len(), 3);
    late.commit().await.unwrap();
    catch_up(&test.db, &index).await.unwrap();
    assert_eq!(titles(&test, &index, "q=late").await, ["Late"]);
}

#[tokio::test]
async fn a_restored_database_is_read_anew() {
    let (test, index) = stage().await;
    add(&test, 30, "Restored").await;
    index.apply(&[], u64::MAX >> 2).unwrap();
    let progress = catch_up(&test.db, &index).await.unwrap();
    assert!(progress.rebuilt);
    assert_eq!(titles(&test, &index, "q=restored").await, ["Restored"]);
    let again = reindex(&test.db, &index, |done, total| assert!(done <= total)).await.unwrap();
    assert_eq!((again.put, index.count()), (1, 1));
}
