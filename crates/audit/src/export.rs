//! The trail as a file, for platform admins: streamed, so that its size costs no memory.

use bytes::Bytes;
use futures::{Stream, stream};
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use serde_json::{Value, json};

use crate::{
    Event, Filter, Row, jobs, record,
    search::{admin_only, find},
};

/// Rows read at once.
const BATCH: i64 = 1_000;

/// How a file of events is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With a header; for spreadsheets.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// `csv` or `jsonl`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }
}

const COLUMNS: [&str; 18] = [
    "seq",
    "id",
    "occurred_at",
    "filed_at",
    "actor_role",
    "actor_id",
    "actor_name",
    "acting_for_kind",
    "acting_for_id",
    "action",
    "target_kind",
    "target_id",
    "before",
    "after",
    "address",
    "request_id",
    "previous_hash",
    "hash",
];

/// The events that the filter lets through, newest first, in pieces. That they were taken is told before the first piece goes out.
///
/// # Errors
/// [`Error::SignInRequired`](guildhall_types::Error), `Forbidden` for everybody but platform admins. A piece fails when the database
/// does.
pub async fn export(
    db: &Db,
    actor: &Actor,
    filter: Filter,
    format: Format,
) -> OpResult<impl Stream<Item = OpResult<Bytes>> + Send + 'static> {
    admin_only(actor)?;
    jobs::seal(db).await?;
    let mut tx = db.begin(actor).await?;
    let told = json!({ "filter": filter.told(), "format": format.extension() });
    record(&mut tx, actor, Event::new("audit.exported", "audit", "trail").after(told)).await?;
    tx.commit().await?;
    let head = match format {
        Format::Csv => Some(Bytes::from(format!("{}\n", COLUMNS.join(",")))),
        Format::JsonLines => None,
    };
    let work = Work { db: db.clone().pinned(), actor: actor.clone(), filter, format, before: None, head, done: false };
    Ok(stream::try_unfold(work, next))
}

struct Work {
    db: Db,
    actor: Actor,
    filter: Filter,
    format: Format,
    before: Option<i64>,
    head: Option<Bytes>,
    done: bool,
}

async fn next(mut work: Work) -> OpResult<Option<(Bytes, Work)>> {
    if let Some(head) = work.head.take() {
        return Ok(Some((head, work)));
    }
    if work.done {
        return Ok(None);
    }
    let mut tx = work.db.begin(&work.actor).await?;
    let found = find(&mut tx, &work.filter, work.before, BATCH).await?;
    tx.commit().await?;
    let Some(last) = found.last() else { return Ok(None) };
    work.before = Some(last.row.seq);
    work.done = i64::try_from(found.len()).is_ok_and(|length| length < BATCH);
    let rows = found.iter().map(|found| &found.row);
    let piece = match work.format {
        Format::Csv => csv_lines(rows)?,
        Format::JsonLines => rows.map(|row| format!("{}\n", json_line(row))).collect::<String>().into(),
    };
    Ok(Some((piece, work)))
}

fn texts(row: &Row) -> [String; 18] {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        row.seq.to_string(),
        row.id.to_string(),
        time(row.occurred_at),
        time(row.filed_at),
        row.actor_role.clone(),
        id(row.actor_id),
        text(&row.actor_name),
        text(&row.acting_for_kind),
        id(row.acting_for_id),
        row.action.clone(),
        row.target_kind.clone(),
        row.target_id.clone(),
        text(&row.before),
        text(&row.after),
        text(&row.address),
        text(&row.request_id),
        hex::encode(&row.previous_hash),
        hex::encode(&row.hash),
    ]
}

/// To the microsecond, as it was hashed.
fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn csv_lines<'a>(rows: impl Iterator<Item = &'a Row>) -> OpResult<Bytes> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(texts(row).iter().map(|text| harmless(text))).map_err(anyhow::Error::from)?;
    }
    Ok(writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?.into())
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// What changed stands in it as JSON, not as text.
fn json_line(row: &Row) -> Value {
    let mut line = serde_json::Map::new();
    for (name, text) in COLUMNS.into_iter().zip(texts(row)) {
        line.insert(name.to_owned(), if text.is_empty() { Value::Null } else { Value::from(text) });
    }
    let parsed = |text: &Option<String>| -> Value {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
    };
    line.insert("seq".to_owned(), row.seq.into());
    line.insert("before".to_owned(), parsed(&row.before));
    line.insert("after".to_owned(), parsed(&row.after));
    line.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chain::tests::any_row;

    #[test]
    fn a_formula_is_no_formula() {
        assert_eq!(harmless("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(harmless("user.signed_in"), "user.signed_in");
    }

    proptest! {
        #[test]
        fn any_row_is_one_line_of_json_and_one_record_of_csv(row in any_row()) {
            prop_assert!(!json_line(&row).to_string().contains('\n'));
            let csv = csv_lines(std::iter::once(&row)).unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&csv[..]);
            let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(records.len(), 1);
            prop_assert_eq!(records[0].len(), COLUMNS.len());
            prop_assert_eq!(&records[0][9], harmless(&row.action));
        }
    }
}
