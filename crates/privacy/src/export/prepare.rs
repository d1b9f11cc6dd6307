//! Making a copy.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::mail::{Mail, SendMail};
use guildhall_types::UserId;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use serde_json::{Value, json};

use super::{ACTOR, archive, location, page, storage};
use crate::{Area, PARTS, Part, jobs::PrepareExport, policy, store};

/// A part of a copy, with the person's rows.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) part: &'static Part,
    pub(super) rows: Vec<Value>,
}

/// Makes the copy, puts it into the file store and sends the mail. Run again after a failure it begins anew, over the same file.
///
/// # Errors
/// When the database or the file store does not answer.
pub(crate) async fn run_prepare(db: &Db, files: &dyn ObjectStore, job: &PrepareExport) -> OpResult<()> {
    // What waits to be put into the audit trail belongs to the copy.
    guildhall_audit::jobs::seal(db).await?;
    let mut tx = db.begin(&ACTOR).await?;
    let Some(user) = store::lock_unready(&mut tx, job.export).await? else {
        return Ok(());
    };
    let Some(person) = store::lock_person(&mut tx, user).await? else {
        return Ok(());
    };
    let now = db.clock().now();
    let sections = gather(&mut tx, user).await?;
    let rows: Vec<&Value> = sections.iter().flat_map(|section| &section.rows).collect();
    let names = store::parts::names(&mut tx, &rows).await?;
    let zip = write(&sections, &names, &person.name, now)?;
    let size = i64::try_from(zip.len()).unwrap_or(i64::MAX);
    files.put(&location(job.export), PutPayload::from(zip)).await.map_err(storage)?;
    let until = now + policy::COPY_FOR;
    store::mark_ready(&mut tx, job.export, now, until, size).await?;
    let mail = Mail::ExportReady { name: person.name, link_path: "/account/privacy".to_owned(), until };
    let mail = SendMail { key: format!("export-ready:{}", job.export), user: Some(user), to: person.email, mail };
    enqueue(&mut tx, &mail, JobOptions::default()).await?;
    let event = Event::new("user.export_made", "person_export", job.export).acting_for(Party::Person(user));
    guildhall_audit::record(&mut tx, &ACTOR, event.after(json!({ "bytes": size }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Everything that a copy holds, in the order in which it is read.
async fn gather(tx: &mut Tx, user: UserId) -> OpResult<Vec<Section>> {
    let mut sections = Vec::with_capacity(PARTS.len());
    for area in Area::ALL {
        for part in PARTS.iter().filter(|part| part.area == area) {
            if let Some(rows) = store::parts::rows(tx, part, user).await? {
                sections.push(Section { part, rows });
            }
        }
    }
    Ok(sections)
}

/// The file: a page to read, and beside it the same as JSON, a file for each part.
fn write(sections: &[Section], names: &BTreeMap<String, String>, name: &str, now: DateTime<Utc>) -> OpResult<Vec<u8>> {
    let mut entries = vec![("index.html".to_owned(), page::html(sections, names, name, now).into_bytes())];
    for section in sections {
        let file = json!({ "title": section.part.title, "table": section.part.table, "rows": section.rows });
        let text = serde_json::to_vec_pretty(&file).map_err(anyhow::Error::from)?;
        entries.push((format!("json/{}.json", page::slug(section.part.title)), text));
    }
    Ok(archive::zip(&entries, now)?)
}
