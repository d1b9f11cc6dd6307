//! The index's folder. Each full build lies in a folder of its own, and the file `current` names the one in use, so that a
//! new build takes the place of an old one in a single rename. What is damaged is found before anything of it is used.

use std::{
    fs::{self, File, TryLockError},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    Index,
    directory::MmapDirectory,
    index::{SegmentComponent, SegmentMeta},
};

use crate::{
    error::SearchError,
    number::number,
    schema::{Fields, VERSION},
};

/// Shorter files can't even have their checksum.
const FILE_MIN: u64 = 8;

/// What goes with each commit, so that index and cursor are one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Commit {
    version: u32,
    pub(crate) cursor: Option<u64>,
    check: u64,
}

impl Commit {
    pub(crate) fn new(cursor: Option<u64>) -> Self {
        Self { version: VERSION, cursor, check: check(cursor) }
    }

    /// What the index says of itself; `None` when it is of another version or says nothing sensible.
    pub(crate) fn read(index: &Index) -> Option<Self> {
        let payload = index.load_metas().ok()?.payload?;
        let commit: Self = serde_json::from_str(&payload).ok()?;
        (commit.version == VERSION && commit.check == check(commit.cursor)).then_some(commit)
    }

    pub(crate) fn payload(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Betrays a slip in what no checksum of the index covers.
fn check(cursor: Option<u64>) -> u64 {
    let mut hash = DefaultHasher::new();
    (VERSION, cursor).hash(&mut hash);
    // JSON readers keep 53 bits.
    hash.finish() >> 11
}

/// The folder with all builds.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

/// Held while a build is made or thrown away; let go when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct BuildLock {
    _file: File,
}

impl Home {
    pub(crate) fn open(path: &Path) -> Result<Self, SearchError> {
        fs::create_dir_all(path)?;
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn lock(&self) -> Result<BuildLock, SearchError> {
        let file = File::create(self.0.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(BuildLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(SearchError::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// As [`Home::lock`], once others are done.
    pub(crate) fn wait(&self) -> Result<BuildLock, SearchError> {
        let file = File::create(self.0.join("lock"))?;
        file.lock()?;
        Ok(BuildLock { _file: file })
    }

    pub(crate) fn path(&self, build: &str) -> PathBuf {
        self.0.join(build)
    }

    /// The build in use.
    pub(crate) fn current(&self) -> Option<String> {
        let name = fs::read_to_string(self.0.join("current")).ok()?;
        (number_of(&name).is_some() && self.path(&name).is_dir()).then_some(name)
    }

    /// A new folder for a build.
    pub(crate) fn begin(&self, _lock: &BuildLock) -> Result<String, SearchError> {
        let last = self.builds()?.iter().filter_map(|name| number_of(name)).max().unwrap_or(0);
        let name = format!("build-{:08}", last + 1);
        fs::create_dir(self.path(&name))?;
        Ok(name)
    }

    /// Puts a build to use and throws away all others.
    pub(crate) fn put_to_use(&self, build: &str, _lock: &BuildLock) -> Result<(), SearchError> {
        let new = self.0.join("current.new");
        let mut file = File::create(&new)?;
        file.write_all(build.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, self.0.join("current"))?;
        File::open(&self.0)?.sync_all()?;
        for old in self.builds()?.iter().filter(|name| *name != build) {
            // Whoever still reads it keeps the files open.
            if let Err(error) = fs::remove_dir_all(self.path(old)) {
                tracing::warn!(build = %old, %error, "an old search index can't be removed");
            }
        }
        Ok(())
    }

    fn builds(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            if let Ok(name) = entry?.file_name().into_string()
                && number_of(&name).is_some()
            {
                names.push(name);
            }
        }
        Ok(names)
    }
}

fn number_of(build: &str) -> Option<u32> {
    build.strip_prefix("build-").filter(|digits| digits.len() == 8)?.parse().ok()
}

/// Opens a build that is whole and of this version.
///
/// # Errors
/// Why it can't be used.
pub(crate) fn open(path: &Path, fields: &Fields) -> Result<(Index, Commit), String> {
    let directory = MmapDirectory::open(path).map_err(|error| error.to_string())?;
    let mut index = Index::open(directory).map_err(|error| error.to_string())?;
    if index.schema() != fields.schema {
        return Err("it has other fields".to_owned());
    }
    let commit = Commit::read(&index).ok_or_else(|| "it is of another version".to_owned())?;
    for segment in index.searchable_segment_metas().map_err(|error| error.to_string())? {
        check_files(path, &index, &segment)?;
    }
    index.set_tokenizers(Fields::tokenizers());
    let reader = index
        .reader_builder()
        .reload_policy(tantivy::ReloadPolicy::Manual)
        .try_into()
        .map_err(|error| error.to_string())?;
    check_sizes(&reader, fields)?;
    Ok((index, commit))
}

fn check_files(path: &Path, index: &Index, segment: &SegmentMeta) -> Result<(), String> {
    use SegmentComponent::{Delete, FastFields, FieldNorms, Positions, Postings, Store, Terms};
    let deletes = segment.delete_opstamp().map(|_| Delete);
    for component in [Postings, Positions, FastFields, FieldNorms, Terms, Store].into_iter().chain(deletes) {
        let file = segment.relative_path(component);
        let length = fs::metadata(path.join(&file)).map_or(0, |data| data.len());
        if length < FILE_MIN || !matches!(index.directory().validate_checksum(&file), Ok(true)) {
            return Err(format!("{} is damaged", file.display()));
        }
    }
    Ok(())
}

/// The list of segments has no checksum: what it says of their sizes must be what they are.
fn check_sizes(reader: &tantivy::IndexReader, fields: &Fields) -> Result<(), String> {
    for segment in reader.searcher().segment_readers() {
        let rows =
            segment.fieldnorms_readers().get_field(fields.title).ok().flatten().map(|lengths| lengths.num_docs());
        let alive = segment.alive_bitset().map_or(segment.max_doc(), |alive| number(alive.num_alive_docs()));
        if rows != Some(segment.max_doc()) || alive != segment.num_docs() {
            return Err("a segment is not as large as it should be".to_owned());
        }
    }
    Ok(())
}

/// A new, empty index.
pub(crate) fn create(path: Option<&Path>, fields: &Fields) -> Result<Index, SearchError> {
    let builder = Index::builder().schema(fields.schema.clone()).tokenizers(Fields::tokenizers());
    let index = match path {
        Some(path) => builder.create_in_dir(path)?,
        None => builder.create_in_ram()?,
    };
    Ok(index)
}
