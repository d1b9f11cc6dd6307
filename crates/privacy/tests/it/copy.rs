//! A copy: everything about its person, nothing of anybody else, for a week, for them alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use chrono::TimeDelta;
use guildhall_db::OpError;
use guildhall_kernel::mail::Mail;
use guildhall_privacy::{Export, PARTS, ask_export, jobs, jobs::PrepareExport, open_export, overview, run_retention};
use guildhall_types::{Error, ExportId};
use object_store::{ObjectStoreExt, path::Path};
use serde_json::Value;

use crate::world::{Somebody, World};

/// The files of a copy by name.
type Files = BTreeMap<String, String>;

async fn copy(world: &World, person: Somebody) -> (ExportId, Files) {
    let actor = world.actor(person);
    ask_export(&world.db, &actor).await.unwrap();
    let job = world.take::<PrepareExport>().await.remove(0);
    jobs::run_export(&world.db, &world.files, &job).await.unwrap();
    let open = open_export(&world.db, &actor, job.export).await.unwrap();
    let bytes = world.files.get(&Path::from(open.key)).await.unwrap().bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().to_owned(), text);
    }
    (job.export, files)
}

fn told(error: OpError) -> Error {
    match error {
        OpError::Told(error) => error,
        other => panic!("{other}"),
    }
}

/// Columns that are empty for everybody who can ask for a copy.
const EMPTY: [(&str, &str); 1] = [("users", "erased_at")];

#[tokio::test]
async fn it_holds_every_personal_column_or_says_why_not() {
    let world = World::new().await;
    let columns = world.personal_columns().await;
    let mut stood = BTreeMap::new();
    for (table, column) in &columns {
        for part in PARTS.iter().filter(|part| part.table == table) {
            stood.insert((part.title, column), world.values(part, column, world.ada).await);
        }
    }
    let (_, files) = copy(&world, world.ada).await;
    let mut parts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for text in files.iter().filter(|(name, _)| name.starts_with("json/")).map(|(_, text)| text) {
        let file: Value = serde_json::from_str(text).unwrap();
        parts.insert(file["title"].as_str().unwrap().to_owned(), file["rows"].as_array().unwrap().clone());
    }
    for (table, column) in &columns {
        let mut found = false;
        for part in PARTS.iter().filter(|part| part.table == table) {
            let values = &stood[&(part.title, column)];
            found |= values.iter().any(|value| !value.is_null());
            match part.export {
                Export::Rows { but } if but.iter().all(|(left_out, _)| left_out != column) => {
                    let rows = parts.get(part.title).unwrap_or_else(|| panic!("no file of {}", part.title));
                    let copied: BTreeSet<String> = rows.iter().map(|row| row[column].to_string()).collect();
                    for value in values {
                        assert!(
                            copied.contains(&value.to_string()),
                            "{table}.{column}: {value} is not in the copy: {copied:?}"
                        );
                    }
                }
                Export::Rows { .. } => {
                    let rows = parts.get(part.title).unwrap_or_else(|| panic!("no file of {}", part.title));
                    assert!(rows.iter().all(|row| row.get(column).is_none()), "{table}.{column} is to be left out");
                }
                Export::Nothing(why) => assert!(!why.is_empty() && !parts.contains_key(part.title)),
            }
        }
        assert!(found || EMPTY.contains(&(table, column)), "{table}.{column} is empty: furnish it");
    }
}

#[tokio::test]
async fn it_holds_nothing_of_others_and_no_markup() {
    let world = World::new().await;
    let (_, files) = copy(&world, world.ada).await;
    let all: String = files.values().map(String::as_str).collect();
    assert!(all.contains("mark-ada"));
    for others in ["mark-bob", "keeper", "third.of", "share_basis_points", "hash mark-ada"] {
        assert!(!all.contains(others), "{others}");
    }
    let page = &files["index.html"];
    assert!(page.contains("&lt;b&gt;note&lt;/b&gt; mark-ada") && !page.contains("<b>note"), "the note is text");
    assert!(page.contains("test.waits"), "what waited to be sealed is in the copy");
}

/// Columns whose ids lead to nothing that has a name: to rows of the copy itself, or to nobody in particular.
const NAMELESS: [&str; 12] = [
    "user_id",
    "session_id",
    "order_id",
    "scim_user_id",
    "actor_id",
    "acting_for_id",
    "target_id",
    "request_id",
    "credential_id",
    "external_id",
    "payment_intent_id",
    "created_by_id",
];

#[tokio::test]
async fn what_has_a_name_is_called_by_it_on_the_page() {
    let world = World::new().await;
    let (_, files) = copy(&world, world.ada).await;
    let page = &files["index.html"];
    let mut seen = BTreeSet::new();
    for (file, text) in files.iter().filter(|(name, _)| name.starts_with("json/")) {
        let file_of: Value = serde_json::from_str(text).unwrap();
        for row in file_of["rows"].as_array().unwrap() {
            for (column, value) in row.as_object().unwrap() {
                let Some(id) =
                    value.as_str().filter(|_| column.ends_with("_id") && !NAMELESS.contains(&column.as_str()))
                else {
                    continue;
                };
                assert!(page.contains(&format!(" ({id})</td>")), "{file}: {column} {id} has no name beside it");
                seen.insert(column.clone());
            }
        }
    }
    for (column, name) in [
        ("course_id", "Title ("),
        ("organization_id", "Acme ("),
        ("lesson_id", "L ("),
        ("team_id", "T ("),
        ("connection_id", "N ("),
        ("group_id", "N ("),
        ("enrollment_id", "Title ("),
        ("order_line_id", "T ("),
    ] {
        assert!(seen.contains(column) && page.contains(&format!("<td>{name}")), "{column}");
    }
}

#[tokio::test]
async fn its_person_alone_fetches_it_for_a_week_and_that_is_told() {
    let world = World::new().await;
    let (id, _) = copy(&world, world.ada).await;
    assert_eq!(
        world.number("select count(*) from audit_inbox where action = 'user.export_fetched' and address is null").await,
        1
    );
    let stranger = open_export(&world.db, &world.actor(world.bob), id).await.unwrap_err();
    assert_eq!(told(stranger), Error::NotFound);
    let nobody = open_export(&world.db, &guildhall_kernel::Actor::Anonymous, id).await.unwrap_err();
    assert_eq!(told(nobody), Error::SignInRequired);
    let mails = world.mails().await;
    assert!(
        matches!(&mails[..], [Mail::ExportReady { link_path, .. }] if link_path == "/account/privacy"),
        "{mails:?}"
    );
    assert!(overview(&world.db, &world.actor(world.ada)).await.unwrap().export.unwrap().ready.is_some());

    world.db.clock().advance(TimeDelta::days(7));
    assert_eq!(told(open_export(&world.db, &world.actor(world.ada), id).await.unwrap_err()), Error::NotFound);
    assert_eq!(overview(&world.db, &world.actor(world.ada)).await.unwrap().export, None);
    let key = Path::from(format!("exports/{id}.zip"));
    world.files.head(&key).await.unwrap();
    run_retention(&world.db, &world.files, true).await.unwrap();
    world.files.head(&key).await.unwrap();
    run_retention(&world.db, &world.files, false).await.unwrap();
    assert!(matches!(world.files.head(&key).await, Err(object_store::Error::NotFound { .. })));
    assert_eq!(world.number("select count(*) from person_exports").await, 0);
}

#[tokio::test]
async fn one_is_made_at_a_time_and_once_a_day() {
    let world = World::new().await;
    let actor = world.actor(world.ada);
    ask_export(&world.db, &actor).await.unwrap();
    world.db.clock().advance(TimeDelta::days(2));
    assert!(
        matches!(told(ask_export(&world.db, &actor).await.unwrap_err()), Error::Conflict { .. }),
        "one is being made"
    );
    let jobs = world.take::<PrepareExport>().await;
    for _ in 0..2 {
        jobs::run_export(&world.db, &world.files, &jobs[0]).await.unwrap();
    }
    assert_eq!(world.mails().await.len(), 1, "run twice, it is made once");
    ask_export(&world.db, &actor).await.unwrap();
    jobs::run_export(&world.db, &world.files, &world.take::<PrepareExport>().await[0]).await.unwrap();
    assert!(matches!(told(ask_export(&world.db, &actor).await.unwrap_err()), Error::Conflict { .. }), "one a day");
}
