use guildhall_catalog::{Format, ImportOptions};
use guildhall_db::testing;
use guildhall_kernel::Actor;
use guildhall_types::Error;

use crate::{csv, json, publish};

const GOOD: &str =
    "Prompting for nurses,Ask well.,Words.,health-and-care,beginner,120,2,Caritas Learning,prompting;safety";

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let test = testing::database().await;
    let first = csv(&test.db, &[GOOD], &publish()).await;
    assert_eq!((first.created, first.updated, first.unchanged, first.errors.len()), (1, 0, 0, 0));
    let again = csv(&test.db, &[GOOD], &publish()).await;
    assert_eq!((again.created, again.updated, again.unchanged, again.errors.len()), (0, 0, 1, 0));
    let dearer = csv(&test.db, &[&GOOD.replace(",120,", ",130,")], &publish()).await;
    assert_eq!((dearer.created, dearer.updated), (0, 1));
    let (courses, providers, skills): (i64, i64, i64) =
        sqlx::query_as("select (select count(*) from courses), (select count(*) from organizations), (select count(*) from course_skills)")
            .fetch_one(&test.owner)
            .await
            .unwrap();
    assert_eq!((courses, providers, skills), (1, 1, 2));
}

#[tokio::test]
async fn a_bad_row_is_named_and_the_rest_goes_in() {
    let test = testing::database().await;
    let rows = [
        GOOD,
        "X,,Words.,nowhere,hard,-1,zero,Caritas Learning,",
        "\"Two\nlines\",Ask.,Words.,engineering,beginner,0,1,Clyde Code Works,",
        "Too,few,fields",
        "No category here,Ask.,Words.,nowhere,beginner,0,1,Clyde Code Works,",
    ];
    let report = csv(&test.db, &rows, &publish()).await;
    assert_eq!(report.created, 2);
    let places: Vec<(u64, &str)> = report.errors.iter().map(|error| (error.line, error.column.as_str())).collect();
    // The quoted title takes two lines of the file.
    assert_eq!(
        places,
        [(3, "title"), (3, "summary"), (3, "level"), (3, "price"), (3, "duration_hours"), (6, ""), (7, "category")]
    );
}

#[tokio::test]
async fn all_or_nothing_keeps_everything_out() {
    let test = testing::database().await;
    let options = ImportOptions { all_or_nothing: true, ..publish() };
    let report = csv(&test.db, &[GOOD, "X,,,,,,,,"], &options).await;
    assert_eq!(report.created, 0);
    assert!(!report.errors.is_empty());
    let courses: i64 = sqlx::query_scalar("select count(*) from courses").fetch_one(&test.owner).await.unwrap();
    assert_eq!(courses, 0);
}

#[tokio::test]
async fn broken_files_are_told_as_such() {
    let test = testing::database().await;
    for (format, bytes) in [
        (Format::Json, b"{not json".as_slice()),
        (Format::Json, b"[1, {\"title\": 3}]"),
        (Format::Csv, b"a,b,c\n1,2,3\n"),
        (Format::Csv, b"\xff\xfe\x00"),
        (Format::Csv, b"title,summary,description,category,level,price,duration_hours\n\xff\xff,b,c,engineering,beginner,0,1\n"),
        (Format::Csv, b"title,summary,description,category,level,price,duration_hours\nNul \0 byte,b,c,engineering,beginner,0,1\n"),
    ] {
        let report =
            guildhall_catalog::import(&test.db, &Actor::System("test"), format, bytes, &publish()).await.unwrap();
        assert!(report.created == 0 && !report.errors.is_empty(), "{report:?}");
    }
}

#[tokio::test]
async fn nobody_in_particular_imports_nothing() {
    let test = testing::database().await;
    let told = guildhall_catalog::import(&test.db, &Actor::Anonymous, Format::Json, b"[]", &publish())
        .await
        .unwrap_err()
        .told();
    assert_eq!(told, Error::SignInRequired);
}

#[tokio::test]
async fn a_slug_belongs_to_its_provider() {
    let test = testing::database().await;
    csv(&test.db, &[GOOD], &publish()).await;
    let report = csv(&test.db, &[&GOOD.replace("Caritas Learning", "Somebody Else")], &publish()).await;
    assert_eq!(report.errors.iter().map(|error| error.column.as_str()).collect::<Vec<_>>(), ["slug"]);
}

#[tokio::test]
async fn lessons_keep_their_ids_when_the_course_is_imported_again() {
    let test = testing::database().await;
    let course = |second: &str| {
        format!(
            r#"[{{"title": "Tests of models", "summary": "S", "description": "D", "category": "engineering", "level": "beginner", "price": 0,
            "duration_hours": 1.5, "provider": "Clyde Code Works", "lessons": [
              {{"module": "One", "title": "First", "kind": "text", "minutes": 5, "body": "B"}},
              {{"module": "Two", "title": "{second}", "kind": "quiz", "minutes": 5, "quiz": {{"pass_percent": 50, "questions": [
                {{"prompt": "P", "options": [{{"text": "yes", "correct": true, "feedback": "f"}}, {{"text": "no"}}]}}]}}}}]}}]"#
        )
    };
    let report = json(&test.db, &course("Second")).await;
    assert_eq!(report.errors, []);
    let ids = async || -> Vec<(String, uuid::Uuid)> {
        sqlx::query_as("select title, id from lessons order by title").fetch_all(&test.owner).await.unwrap()
    };
    let (before, questions) = (ids().await, "select id from quiz_questions");
    let question: uuid::Uuid = sqlx::query_scalar(questions).fetch_one(&test.owner).await.unwrap();
    json(&test.db, &course("Second")).await;
    assert_eq!(ids().await, before);
    assert_eq!(sqlx::query_scalar::<_, uuid::Uuid>(questions).fetch_one(&test.owner).await.unwrap(), question);
    json(&test.db, &course("Other")).await;
    let titles: Vec<String> = ids().await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, ["First", "Other"]);
}
