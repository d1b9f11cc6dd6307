//! A copy of everything about a person: asked for by them, made by a job, fetched by them and nobody else, gone after a week.

mod archive;
mod page;
mod prepare;

use chrono::{DateTime, Utc};
use guildhall_audit::Event;
use guildhall_db::{Db, JobOptions, OpError, OpResult, enqueue};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{Error, ExportId};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};

pub(crate) use page::label;
pub(crate) use prepare::run_prepare;

use crate::{jobs::PrepareExport, policy, store};

const ACTOR: Actor = Actor::System("export-person");

/// Where a copy lies in the file store. The id is random enough that nobody guesses it, and the store is not public anyway.
fn location(id: ExportId) -> Path {
    Path::from(format!("exports/{id}.zip"))
}

/// Asks for a copy; a job makes it, and a mail tells when it can be fetched.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when one is being made, or was asked for within a day.
pub async fn ask_export(db: &Db, actor: &Actor) -> OpResult<()> {
    let user = actor.myself(Action::ExportPerson)?;
    let now = db.clock().now();
    let mut tx = db.begin(actor).await?;
    let last = store::last_export(&mut tx, user.id).await?;
    if !policy::may_ask_again(last.map(|last| last.asked_at), now) {
        return Err(
            Error::conflict("You asked for a copy less than a day ago. You can have another one tomorrow.").into()
        );
    }
    let id: ExportId = db.id();
    if !store::insert_export(&mut tx, id, user.id, now).await? {
        return Err(Error::conflict("Your copy is being made. We send you an email when it is ready.").into());
    }
    enqueue(&mut tx, &PrepareExport { export: id }, JobOptions::default()).await?;
    guildhall_audit::record(&mut tx, actor, Event::new("user.export_asked", "user", user.id)).await?;
    tx.commit().await?;
    Ok(())
}

/// A copy that its person may have now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenExport {
    /// What the file is called on their disk.
    pub name: String,
    /// Its key in the file store.
    pub key: String,
}

/// Opens a copy for the person whose it is, which is an event.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] for another's, and for one that is not ready or too old.
pub async fn open_export(db: &Db, actor: &Actor, id: ExportId) -> OpResult<OpenExport> {
    let user = actor.myself(Action::ExportPerson)?;
    let now = db.clock().now();
    let mut tx = db.begin(&ACTOR).await?;
    let until = store::export_until(&mut tx, id, user.id).await?.filter(|until| policy::may_fetch(*until, now));
    if until.is_none() {
        return Err(Error::NotFound.into());
    }
    store::mark_fetched(&mut tx, id, now).await?;
    guildhall_audit::record(&mut tx, actor, Event::new("user.export_fetched", "person_export", id)).await?;
    tx.commit().await?;
    Ok(OpenExport { name: format!("guildhall-{}.zip", now.format("%Y-%m-%d")), key: location(id).to_string() })
}

/// How many copies are too old, or were never made.
pub(crate) async fn count_expired(db: &Db, now: DateTime<Utc>) -> OpResult<u64> {
    let mut tx = db.begin(&ACTOR).await?;
    Ok(store::count_expired_exports(&mut tx, now).await?)
}

/// Deletes copies that are too old, and those that were never made, whose file may lie there none the less: the files first, so
/// that what is left by a failure is found again. How many.
pub(crate) async fn purge(db: &Db, files: &dyn ObjectStore, now: DateTime<Utc>) -> OpResult<u64> {
    let mut deleted = 0;
    loop {
        let mut tx = db.begin(&ACTOR).await?;
        let ids = store::lock_expired_exports(&mut tx, now).await?;
        if ids.is_empty() {
            return Ok(deleted);
        }
        delete_files(files, &ids).await?;
        deleted += store::delete_exports(&mut tx, &ids).await?;
        tx.commit().await?;
    }
}

/// Deletes the files of copies; one that is not there is as good as deleted.
pub(crate) async fn delete_files(files: &dyn ObjectStore, ids: &[ExportId]) -> OpResult<()> {
    for id in ids {
        match files.delete(&location(*id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(storage(error)),
        }
    }
    Ok(())
}

fn storage(error: object_store::Error) -> OpError {
    OpError::Other(anyhow::Error::from(error).context("the file store does not answer"))
}
