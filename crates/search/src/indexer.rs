//! How the index follows the database.
//!
//! Every change of what the index holds of a course notes its transaction in `course_changes`. Each look takes over the courses
//! whose transaction is not below the cursor, and moves the cursor to the oldest transaction that may still be under way. So
//! a change that commits late is seen by the next look, and one that was seen already is seen again, which does no harm.

use std::{collections::HashSet, time::Duration};

use guildhall_db::Db;
use guildhall_kernel::Actor;
use guildhall_types::CourseId;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    SearchIndex,
    document::{Change, CourseDocument},
    error::SearchError,
    store,
};

const ACTOR: Actor = Actor::System("search index");
/// Courses that are read at once.
const CHUNK: usize = 500;

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Courses put in or changed.
    pub put: u64,
    /// Courses taken out, or that were never in.
    pub removed: u64,
    /// How far the index follows the database now.
    pub cursor: u64,
    /// Whether the whole index was built anew.
    pub rebuilt: bool,
}

/// Takes over what changed since the last look; builds the index when it holds nothing to go on from.
///
/// # Errors
/// When the database can't be read or the index can't be written; a later look makes up for it.
pub async fn catch_up(db: &Db, index: &SearchIndex) -> Result<Progress, SearchError> {
    let others = index.clone();
    blocking(move || others.refresh()).await?;
    let mut tx = db.begin(&ACTOR).await?;
    let horizon = store::horizon(&mut tx).await?;
    let Some(since) = index.cursor().filter(|cursor| *cursor <= horizon) else {
        // Nothing there yet, or the database is another one.
        drop(tx);
        return quietly(reindex(db, index, |_, _| {}).await, index);
    };
    let changed = store::changed_since(&mut tx, since).await?;
    let news = index.news(&changed);
    let mut progress = Progress { cursor: horizon, ..Progress::default() };
    if news.is_empty() {
        index.advance(horizon);
        return Ok(progress);
    }
    let mut changes = Vec::with_capacity(news.len());
    for chunk in news.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|course| course.0).collect();
        let documents = store::documents(&mut tx, &ids).await?;
        let published: HashSet<CourseId> = documents.iter().map(|document| document.id).collect();
        changes.extend(chunk.iter().filter(|course| !published.contains(course)).map(|course| Change::Remove(*course)));
        changes.extend(documents.into_iter().map(|document| Change::Put(Box::new(document))));
    }
    drop(tx);
    for change in &changes {
        match change {
            Change::Put(_) => progress.put += 1,
            Change::Remove(_) => progress.removed += 1,
        }
    }
    let writer = index.clone();
    let applied = blocking(move || writer.apply(&changes, horizon)).await;
    if applied.is_ok() {
        index.note(changed);
    }
    quietly(applied.map(|()| progress), index)
}

/// Another process of this node is at work on the same index: then this one reads what that one writes.
fn quietly(result: Result<Progress, SearchError>, index: &SearchIndex) -> Result<Progress, SearchError> {
    match result {
        Err(SearchError::Busy) => Ok(Progress { cursor: index.cursor().unwrap_or(0), ..Progress::default() }),
        result => result,
    }
}

/// Builds the index anew from all published courses. `progress` is told how many are done, and of how many.
///
/// # Errors
/// [`SearchError::Busy`] while another process does so; when the database can't be read or the index can't be written. The old
/// index then stays.
pub async fn reindex(
    db: &Db,
    index: &SearchIndex,
    mut progress: impl FnMut(u64, u64) + Send + 'static,
) -> Result<Progress, SearchError> {
    let mut tx = db.begin(&ACTOR).await?;
    // First: what changes while the courses are read is looked at again afterwards.
    let horizon = store::horizon(&mut tx).await?;
    let total = store::count(&mut tx).await?;
    drop(tx);
    let (send, mut receive) = mpsc::channel::<Result<CourseDocument, SearchError>>(CHUNK * 2);
    let writer = index.clone();
    let writing = blocking(move || {
        let courses = std::iter::from_fn(|| receive.blocking_recv());
        writer.rebuild(courses, horizon, |done| progress(done, total.max(done)))
    });
    let (written, ()) = tokio::join!(writing, read_all(db, send));
    written?;
    index.note(Vec::new());
    Ok(Progress { put: index.count(), removed: 0, cursor: horizon, rebuilt: true })
}

/// Sends every published course, or the error that ended the reading.
async fn read_all(db: &Db, send: mpsc::Sender<Result<CourseDocument, SearchError>>) {
    let mut after = Uuid::nil();
    loop {
        match read_some(db, after).await {
            Ok((documents, Some(last))) => {
                after = last;
                for document in documents {
                    if send.send(Ok(document)).await.is_err() {
                        return;
                    }
                }
            }
            Ok((_, None)) => return,
            Err(error) => {
                // The other end may be gone; then it has its own error.
                let _ = send.send(Err(error)).await;
                return;
            }
        }
    }
}

async fn read_some(db: &Db, after: Uuid) -> Result<(Vec<CourseDocument>, Option<Uuid>), SearchError> {
    let mut tx = db.begin(&ACTOR).await?;
    let ids = store::ids_after(&mut tx, after, i64::try_from(CHUNK).unwrap_or(i64::MAX)).await?;
    let documents = store::documents(&mut tx, &ids).await?;
    Ok((documents, ids.last().copied()))
}

/// Follows the database until it is dropped: a look each `every`. The index is this node's own copy, so each node follows for
/// itself.
pub async fn follow(db: Db, index: SearchIndex, every: Duration) {
    let mut failing = false;
    loop {
        match catch_up(&db, &index).await {
            Ok(progress) => {
                if failing || progress.rebuilt {
                    tracing::info!(
                        courses = index.count(),
                        cursor = progress.cursor,
                        rebuilt = progress.rebuilt,
                        "the search index follows"
                    );
                }
                failing = false;
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "the search index can't follow the database");
                }
                failing = true;
            }
        }
        tokio::time::sleep(every).await;
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| SearchError::Stopped)?
}
