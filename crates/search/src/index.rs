//! The index as the rest of the program sees it.

use std::{collections::HashMap, fmt, num::NonZero, path::Path, sync::Arc, thread::available_parallelism};

use guildhall_types::{
    CourseId,
    search::{CatalogQuery, SearchAnswer, Suggestion},
};
use parking_lot::{Mutex, RwLock};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy,
    indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy},
};

use crate::{
    disk::{self, Commit, Home},
    document::{Change, CourseDocument},
    error::SearchError,
    schema::Fields,
    search,
    snapshot::{Memory, Snapshot},
    suggest,
};

/// What one thread may gather before it writes a part of the index, in bytes: little for the steps after the database, much
/// for a full build.
const STEP_MEMORY: usize = 16_000_000;
const BUILD_MEMORY: usize = 100_000_000;
/// Courses between two calls of the progress callback.
const PROGRESS_EVERY: u64 = 500;

/// The search index. Cheap to clone; searching never waits for writing.
#[derive(Clone)]
pub struct SearchIndex(Arc<Inner>);

struct Inner {
    fields: Fields,
    /// `None`: in memory alone.
    home: Option<Home>,
    now: RwLock<Arc<Snapshot>>,
    cursor: RwLock<Option<u64>>,
    /// The changes at the cursor's edge that are in already: see [`crate::catch_up`].
    edge: Mutex<HashMap<CourseId, i64>>,
    build: Mutex<Build>,
}

/// The build of the index in use.
struct Build {
    /// The name of its folder.
    name: Option<String>,
    index: Index,
    reader: IndexReader,
    writer: Option<IndexWriter>,
    memory: Memory,
    /// The last commit that was looked at.
    seen: u64,
}

impl Build {
    fn new(name: Option<String>, index: Index) -> Result<Self, SearchError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { name, index, reader, writer: None, memory: Memory::default(), seen: 0 })
    }

    fn snapshot(&mut self, fields: &Fields) -> Result<Arc<Snapshot>, SearchError> {
        self.seen = self.index.load_metas()?.opstamp;
        self.reader.reload()?;
        Snapshot::read(self.reader.searcher(), fields, &mut self.memory).map(Arc::new)
    }

    /// Applies the changes and commits them with the cursor.
    fn apply(&mut self, fields: &Fields, changes: &[Change], cursor: u64) -> Result<(), SearchError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let writer = self.index.writer_with_options(options(1, STEP_MEMORY))?;
                let mut merging = LogMergePolicy::default();
                // A course that changes leaves its old document behind: a part with too many of them is written anew.
                merging.set_del_docs_ratio_before_merge(0.2);
                writer.set_merge_policy(Box::new(merging));
                none.insert(writer)
            }
        };
        for change in changes {
            match change {
                Change::Put(course) => {
                    writer.delete_term(fields.id_term(course.id));
                    writer.add_document(fields.document(course))?;
                }
                Change::Remove(course) => {
                    writer.delete_term(fields.id_term(*course));
                }
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&Commit::new(Some(cursor)).payload());
        commit.commit()?;
        Ok(())
    }
}

impl SearchIndex {
    /// Opens the index in a folder, making the folder when it is missing. An index that is damaged or of another version is
    /// thrown away and begun anew: then [`SearchIndex::cursor`] is `None`, and it wants a [`crate::reindex`].
    ///
    /// # Errors
    /// When the folder can't be written, or another process is making a new build there.
    pub fn open(path: &Path) -> Result<Self, SearchError> {
        let fields = Fields::new();
        let home = Home::open(path)?;
        let (build, cursor) = open_build(&home, &fields)?;
        Self::with(fields, Some(home), build, cursor)
    }

    /// An index that lives as long as the program.
    ///
    /// # Errors
    /// None that is known.
    pub fn in_memory() -> Result<Self, SearchError> {
        let fields = Fields::new();
        let build = Build::new(None, disk::create(None, &fields)?)?;
        Self::with(fields, None, build, None)
    }

    fn with(fields: Fields, home: Option<Home>, mut build: Build, cursor: Option<u64>) -> Result<Self, SearchError> {
        let now = RwLock::new(build.snapshot(&fields)?);
        Ok(Self(Arc::new(Inner {
            fields,
            home,
            now,
            cursor: RwLock::new(cursor),
            edge: Mutex::default(),
            build: Mutex::new(build),
        })))
    }

    fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.now.read())
    }

    /// How far the index follows the database; `None`: it holds nothing that can be relied on.
    #[must_use]
    pub fn cursor(&self) -> Option<u64> {
        *self.0.cursor.read()
    }

    /// Courses in the index.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.now().count()
    }

    /// Answers a question. Takes milliseconds at most, all of them computing.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn search(&self, query: &CatalogQuery) -> Result<SearchAnswer, SearchError> {
        search::answer(&self.now(), &self.0.fields, query)
    }

    /// What somebody may be typing. Empty when the index can't be read: nobody misses it.
    #[must_use]
    pub fn suggest(&self, prefix: &str, limit: usize) -> Vec<Suggestion> {
        suggest::suggest(&self.now(), &self.0.fields, prefix, limit).unwrap_or_else(|error| {
            tracing::error!(%error, "no suggestions");
            Vec::new()
        })
    }

    /// Applies changes and moves the cursor, both or none, whenever the program is killed. Waits for the disk.
    ///
    /// # Errors
    /// [`SearchError::Busy`] when another process writes this index; else when the index can't be written.
    pub fn apply(&self, changes: &[Change], cursor: u64) -> Result<(), SearchError> {
        let mut build = self.0.build.lock();
        if let Err(error) = build.apply(&self.0.fields, changes, cursor) {
            // The next try begins from the last commit.
            build.writer = None;
            return Err(error);
        }
        let snapshot = build.snapshot(&self.0.fields)?;
        *self.0.now.write() = snapshot;
        *self.0.cursor.write() = Some(cursor);
        Ok(())
    }

    /// Moves the cursor in memory alone, when the database moved on and no course changed: the next commit writes it.
    pub fn advance(&self, cursor: u64) {
        *self.0.cursor.write() = Some(cursor);
    }

    /// Which of the changes are not in yet.
    pub(crate) fn news(&self, changes: &[(CourseId, i64)]) -> Vec<CourseId> {
        let edge = self.0.edge.lock();
        changes.iter().filter(|(course, change)| edge.get(course) != Some(change)).map(|(course, _)| *course).collect()
    }

    /// Notes that these are in.
    pub(crate) fn note(&self, changes: Vec<(CourseId, i64)>) {
        *self.0.edge.lock() = changes.into_iter().collect();
    }

    /// Builds the index anew from all courses, beside the old one, and takes it into use at the end. `progress` is told how
    /// many courses are done. Waits for the disk.
    ///
    /// # Errors
    /// [`SearchError::Busy`] when another build is being made; the first error among the courses; when the index can't be
    /// written. The old one then stays.
    pub fn rebuild(
        &self,
        courses: impl IntoIterator<Item = Result<CourseDocument, SearchError>>,
        cursor: u64,
        mut progress: impl FnMut(u64),
    ) -> Result<(), SearchError> {
        let fields = &self.0.fields;
        let lock = self.0.home.as_ref().map(Home::lock).transpose()?;
        let name = self.0.home.as_ref().zip(lock.as_ref()).map(|(home, lock)| home.begin(lock)).transpose()?;
        let path = self.0.home.as_ref().zip(name.as_ref()).map(|(home, name)| home.path(name));
        let index = disk::create(path.as_deref(), fields)?;
        let threads = available_parallelism().map_or(1, NonZero::get).min(4);
        let mut writer: IndexWriter = index.writer_with_options(options(threads, BUILD_MEMORY))?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let mut done: u64 = 0;
        for course in courses {
            writer.add_document(fields.document(&course?))?;
            done += 1;
            if done.is_multiple_of(PROGRESS_EVERY) {
                progress(done);
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&Commit::new(Some(cursor)).payload());
        commit.commit()?;
        drop(writer);
        progress(done);
        let mut new = Build::new(name.clone(), index)?;
        let snapshot = new.snapshot(fields)?;
        let mut build = self.0.build.lock();
        if let (Some(home), Some(name), Some(lock)) = (&self.0.home, &name, &lock) {
            home.put_to_use(name, lock)?;
        }
        *build = new;
        *self.0.now.write() = snapshot;
        *self.0.cursor.write() = Some(cursor);
        Ok(())
    }

    /// Takes over what another process wrote: a new build, or more commits. True when a new build was found.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn refresh(&self) -> Result<bool, SearchError> {
        let Some(home) = &self.0.home else { return Ok(false) };
        let mut build = self.0.build.lock();
        let is_new = home.current() != build.name;
        let mut cursor = self.cursor();
        if is_new {
            (*build, cursor) = open_build(home, &self.0.fields)?;
        } else if build.writer.is_none() && build.index.load_metas()?.opstamp != build.seen {
            // This process does not write: the commit is another's.
            cursor = Commit::read(&build.index).and_then(|commit| commit.cursor).max(cursor);
        } else {
            return Ok(false);
        }
        let snapshot = build.snapshot(&self.0.fields)?;
        *self.0.now.write() = snapshot;
        *self.0.cursor.write() = cursor;
        Ok(is_new)
    }
}

fn options(threads: usize, memory: usize) -> IndexWriterOptions {
    IndexWriterOptions::builder()
        .num_worker_threads(threads)
        .memory_budget_per_thread(memory)
        .num_merge_threads(1)
        .build()
}

fn open_build(home: &Home, fields: &Fields) -> Result<(Build, Option<u64>), SearchError> {
    if let Some(name) = home.current() {
        match disk::open(&home.path(&name), fields) {
            Ok((index, commit)) => return Ok((Build::new(Some(name), index)?, commit.cursor)),
            Err(reason) => tracing::warn!(reason, "the search index is begun anew"),
        }
    }
    let broken = home.current();
    let lock = home.wait()?;
    if home.current() != broken {
        // Another process was quicker.
        drop(lock);
        return open_build(home, fields);
    }
    let name = home.begin(&lock)?;
    let index = disk::create(Some(&home.path(&name)), fields)?;
    let mut writer: IndexWriter = index.writer_with_options(options(1, STEP_MEMORY))?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&Commit::new(None).payload());
    commit.commit()?;
    drop(writer);
    home.put_to_use(&name, &lock)?;
    Ok((Build::new(Some(name), index)?, None))
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex")
            .field("cursor", &self.cursor())
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}
