//! The migrations, from an empty database.

use guildhall_db::testing;

#[tokio::test]
async fn they_run_twice_and_the_program_finds_them() {
    let test = testing::database().await;
    guildhall_db::migrate(&test.owner_url).await.unwrap();
    test.db.check().await.unwrap();
}

#[tokio::test]
async fn every_foreign_key_has_an_index_or_a_reason() {
    // Small tables that are never deleted from: a missing index costs nothing there.
    const WITHOUT: [&str; 9] = [
        "course_skills.course_id",
        "enrollments.last_lesson_id",
        "enrollments.order_line_id",
        "lesson_progress.lesson_id",
        "notes.lesson_id",
        "quiz_attempts.lesson_id",
        "notifications.user_id",
        "order_lines.course_id",
        "order_lines.provider_id",
    ];
    let test = testing::database().await;
    let missing: Vec<String> = sqlx::query_scalar(
        "select c.conrelid::regclass || '.' || a.attname
         from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         where c.contype = 'f' and c.connamespace = 'public'::regnamespace
            and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
         order by 1",
    )
    .fetch_all(&test.owner)
    .await
    .unwrap();
    let unexplained: Vec<&String> =
        missing.iter().filter(|name| !WITHOUT.contains(&name.as_str()) && !name.ends_with(".user_id")).collect();
    assert!(unexplained.is_empty(), "foreign keys without an index: {unexplained:?}");
}
