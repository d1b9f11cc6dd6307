//! Statements made from [`PARTS`](crate::PARTS): table, condition and columns are constants of this program, never input; the
//! person is a parameter. They are not checked when compiled, so a test runs every one of them (`tests/it/`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::Result;
use crate::{Erase, Export, Part};

/// The person's rows of a part, as a copy holds them; nothing when a copy leaves the part out.
pub(crate) async fn rows(tx: &mut PgConnection, part: &Part, user: UserId) -> Result<Option<Vec<Value>>> {
    let Export::Rows { but } = part.export else {
        return Ok(None);
    };
    let but: Vec<String> = but.iter().map(|(column, _)| (*column).to_owned()).collect();
    let statement = format!("select to_jsonb(t) - $2::text[] from {} t where {} order by t.ctid", part.table, part.of);
    let rows = sqlx::query_scalar(AssertSqlSafe(statement)).bind(user.0).bind(but).fetch_all(tx).await?;
    Ok(Some(rows))
}

/// Columns that hold another row's id, and the statement that tells its name: id and name of those whose ids are $1. What a
/// person's own rows lead to has a name that they have seen: their courses, organisations, teams.
pub(crate) const NAMED: &[(&[&str], &str)] = &[
    (&["course_id", "target_id"], "select id, title from courses where id = any ($1)"),
    (
        &["organization_id", "provider_id", "acting_for_id", "target_id"],
        "select id, name from organizations where id = any ($1)",
    ),
    (&["lesson_id", "last_lesson_id"], "select id, title from lessons where id = any ($1)"),
    (&["team_id", "target_id"], "select id, name from teams where id = any ($1)"),
    (&["connection_id"], "select id, name from sso_connections where id = any ($1)"),
    (&["group_id"], "select id, display_name from scim_groups where id = any ($1)"),
    (
        &["enrollment_id"],
        "select e.id, c.title from enrollments e join courses c on c.id = e.course_id where e.id = any ($1)",
    ),
    (&["order_line_id"], "select id, title from order_lines where id = any ($1)"),
];

/// The names of what these rows lead to, by id.
pub(crate) async fn names(tx: &mut PgConnection, rows: &[&Value]) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for (columns, statement) in NAMED {
        let values = rows.iter().flat_map(|row| columns.iter().filter_map(|column| row.get(*column)?.as_str()));
        let mut ids: Vec<Uuid> = values.filter_map(|value| value.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            continue;
        }
        let found: Vec<(Uuid, String)> = sqlx::query_as(*statement).bind(ids).fetch_all(&mut *tx).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.to_string(), name)));
    }
    Ok(names)
}

/// Does with the person's rows of a part what erasing does; how many rows.
pub(crate) async fn erase(tx: &mut PgConnection, part: &Part, user: UserId, now: DateTime<Utc>) -> Result<u64> {
    // Every statement has both parameters.
    let condition = format!("{} and $2::timestamptz is not null", part.of);
    let statement = match part.erase {
        Erase::Keep(_) => return Ok(0),
        Erase::Delete => format!("delete from {} t where {condition}", part.table),
        Erase::Set(columns) => format!("update {} t set {columns} where {condition}", part.table),
    };
    Ok(sqlx::query(AssertSqlSafe(statement)).bind(user.0).bind(now).execute(tx).await?.rows_affected())
}

/// Jobs that wait to do something for a person: mails to them above all. Those that run just now are left to end. How many.
pub(crate) async fn drop_jobs(tx: &mut PgConnection, user: UserId, email: &str) -> Result<u64> {
    let done = sqlx::query(
        "delete from graphile_worker._private_jobs
         where locked_at is null and (payload ->> 'user' = $1::text or payload ->> 'to' = $2 or payload ->> 'email' = $2)",
    )
    .bind(user.0)
    .bind(email)
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// A column and its comment.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Comment {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) comment: String,
}

/// Every column of the site's own tables that has a comment, in the order in which it stands in its table.
pub(crate) async fn comments(connection: &mut PgConnection) -> Result<Vec<Comment>> {
    sqlx::query_as(
        r#"select c.relname::text as "table", a.attname::text as "column", d.description as "comment"
           from pg_description d
           join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
           join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and not a.attisdropped
           where d.objsubid > 0 and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           order by c.relname, a.attnum"#,
    )
    .fetch_all(connection)
    .await
}
