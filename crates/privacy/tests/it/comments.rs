//! The schema says of every personal column what it is for and how long it is kept, and this crate knows all of them.

use std::collections::BTreeSet;

use guildhall_privacy::{Export, PARTS, RULES, policy};

use crate::world::World;

/// Columns that must say whether they are personal. A table is about people when it refers to `users`, has a column that is
/// named like something of a person's, or belongs, row by row, to a table about people (by a reference that is never empty).
/// Of such a table, every column that can hold words (text, bytes, JSON; not a fixed word that a check lists), and every one that
/// refers to `users`.
const MUST_SAY: &str = "
    with recursive owned as (
        select 'users'::regclass::oid as oid
        union
        select k.conrelid from pg_constraint k join owned on owned.oid = k.confrelid
        where k.contype = 'f' and (select bool_and(a.attnotnull) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
    ), about as (
        select oid from owned
        union
        select conrelid from pg_constraint where contype = 'f' and confrelid = 'users'::regclass
        union
        select a.attrelid from pg_attribute a
        where a.attnum > 0 and not a.attisdropped
            and a.attname ~ '(^|_)(email|user_id|actor_id|person_id|phone|address|subject|user_agent|full_name|given_name|family_name)$'
    )
    select c.relname::text, a.attname::text, col_description(c.oid, a.attnum)
    from about join pg_class c using (oid) join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and ((format_type(a.atttypid, null) !~ '^(timestamp|date|time|boolean|integer|bigint|smallint|uuid|interval|numeric|real|double)'
                and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
                    and pg_get_constraintdef(k.oid) ~ '= ANY \\(ARRAY\\[|= ''[A-Z]+'''))
            or exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.confrelid = 'users'::regclass
                and a.attnum = any (k.conkey)))
    order by 1, 2";

#[tokio::test]
async fn every_column_about_people_says_what_it_is_for() {
    let world = World::new().await;
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as(MUST_SAY).fetch_all(&world.test.owner).await.unwrap();
    assert!(rows.len() > 80, "the query finds the columns: {}", rows.len());
    let silent: Vec<String> = rows
        .into_iter()
        .filter(|(_, _, comment)| {
            let comment = comment.as_deref().unwrap_or_default();
            !comment.starts_with("not personal: ") && !matches!(policy::read_comment(comment), Ok(Some(_)))
        })
        .map(|(table, column, comment)| format!("{table}.{column}: {}", comment.unwrap_or_default()))
        .collect();
    assert!(
        silent.is_empty(),
        "`comment on column` must say `personal: <what for>; kept: <how long>` or `not personal: <why>`: {silent:#?}"
    );
}

#[tokio::test]
async fn no_comment_is_half_a_comment() {
    let world = World::new().await;
    let comments: Vec<String> =
        sqlx::query_scalar("select description from pg_description where classoid = 'pg_class'::regclass and objsubid > 0 and description ~ 'personal'")
            .fetch_all(&world.test.owner)
            .await
            .unwrap();
    for comment in comments {
        let is_whole = comment.starts_with("not personal: ") || matches!(policy::read_comment(&comment), Ok(Some(_)));
        assert!(is_whole, "{comment}");
    }
}

#[tokio::test]
async fn every_personal_table_is_in_the_list() {
    let world = World::new().await;
    let columns = world.personal_columns().await;
    let known: BTreeSet<&str> = PARTS.iter().map(|part| part.table).collect();
    let missing: BTreeSet<&str> =
        columns.iter().map(|(table, _)| table.as_str()).filter(|table| !known.contains(table)).collect();
    assert!(missing.is_empty(), "tables with personal columns that PARTS does not name: {missing:?}");
    for part in PARTS {
        let Export::Rows { but } = part.export else { continue };
        for (column, why) in but {
            let there: bool = sqlx::query_scalar(
                "select exists (select from pg_attribute where attrelid = $1::regclass and attname = $2 and not attisdropped)",
            )
            .bind(part.table)
            .bind(column)
            .fetch_one(&world.test.owner)
            .await
            .unwrap();
            assert!(there && !why.is_empty(), "{}.{column} is left out of a copy, and is not there", part.table);
        }
    }
}

/// Tables whose rows go after a time by other means than this crate's rules.
const ELSEWHERE: [(&str, &str); 2] = [
    ("audit_inbox", "sealed each minute, by guildhall_audit"),
    ("audit_events", "dropped by the month, by guildhall_audit"),
];

#[tokio::test]
async fn what_is_kept_for_a_time_has_a_rule() {
    let world = World::new().await;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, d.description from pg_description d join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
         where c.relnamespace = 'public'::regnamespace and d.objsubid > 0 and d.description like 'personal:%'",
    )
    .fetch_all(&world.test.owner)
    .await
    .unwrap();
    let timed: BTreeSet<&str> = rows
        .iter()
        .filter(|(_, comment)| {
            policy::read_comment(comment).unwrap().unwrap().kept.starts_with(|first: char| first.is_ascii_digit())
        })
        .map(|(table, _)| table.as_str())
        .collect();
    assert!(timed.contains("sessions"), "the query finds them");
    let ruled: BTreeSet<&str> = RULES
        .iter()
        .map(|rule| rule.table)
        .chain(["person_exports"])
        .chain(ELSEWHERE.map(|(table, _)| table))
        .collect();
    let without: Vec<&&str> = timed.difference(&ruled).collect();
    assert!(without.is_empty(), "kept for a time, and no rule ends it: {without:?}");
}

#[tokio::test]
async fn the_register_says_all_of_it() {
    let world = World::new().await;
    let areas = guildhall_privacy::register(&world.db).await.unwrap();
    assert!(areas.iter().all(|area| !area.entries.is_empty()), "{areas:#?}");
    let told: usize = areas.iter().flat_map(|area| &area.entries).map(|entry| entry.what.split(", ").count()).sum();
    assert_eq!(told, world.personal_columns().await.len());
}
