//! Statements made from [`RULES`](crate::RULES), as in [`super::parts`]: constants and one parameter, all of them run by a test.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};

use super::Result;
use crate::{Deed, Rule};

/// How many rows a rule would take.
pub(crate) async fn count(tx: &mut PgConnection, rule: &Rule, before: DateTime<Utc>) -> Result<u64> {
    let statement = format!("select count(*) from {} t where {}", rule.table, rule.over);
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement)).bind(before).fetch_one(tx).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Takes at most `most` rows; how many it took.
pub(crate) async fn take(tx: &mut PgConnection, rule: &Rule, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let (table, over) = (rule.table, rule.over);
    let batch = format!("with batch as (select t.ctid from {table} t where {over} limit $2)");
    let statement = match rule.deed {
        Deed::Deletes => format!("{batch} delete from {table} t using batch where t.ctid = batch.ctid"),
        Deed::Anonymises(columns) => {
            format!("{batch} update {table} t set {columns} from batch where t.ctid = batch.ctid")
        }
    };
    Ok(sqlx::query(AssertSqlSafe(statement)).bind(before).bind(most).execute(tx).await?.rows_affected())
}
