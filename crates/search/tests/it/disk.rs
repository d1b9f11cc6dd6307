//! Kills, damage and new versions: what is on the disk is whole, or is begun anew.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use guildhall_search::{Change, CourseDocument, SearchError, SearchIndex};
use guildhall_types::{CourseId, search::CatalogQuery};
use proptest::prelude::*;
use uuid::Uuid;

use crate::{
    sample::Sample,
    searching::{ask, course},
};

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let unique = format!("{name}-{}-{:?}", std::process::id(), thread::current().id()).replace(['(', ')'], "");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// The files of the index in use.
    fn files(&self) -> Vec<PathBuf> {
        let current = fs::read_to_string(self.0.join("current")).unwrap();
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.0.join(current)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.push(self.0.join("current"));
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn put(course: CourseDocument) -> Change {
    Change::Put(Box::new(course))
}

fn everything(index: &SearchIndex) -> u64 {
    index.search(&CatalogQuery::default()).unwrap().total
}

#[test]
fn an_index_is_there_again_after_a_restart() {
    let folder = Folder::new("restart");
    let index = SearchIndex::open(&folder.0).unwrap();
    assert_eq!((index.cursor(), index.count()), (None, 0));
    index.rebuild(Sample::new(1, 50).take(50).map(Ok), 5, |_| ()).unwrap();
    index.apply(&[put(course(1, "Alpha", ""))], 7).unwrap();
    drop(index);
    let index = SearchIndex::open(&folder.0).unwrap();
    assert_eq!((index.cursor(), index.count(), ask(&index, "alpha").total), (Some(7), 51, 1));
    // And goes on from there.
    index.apply(&[Change::Remove(CourseId(Uuid::from_u128(1)))], 8).unwrap();
    assert_eq!((index.cursor(), index.count()), (Some(8), 50));
    let builds =
        fs::read_dir(&folder.0).unwrap().filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_dir()).count();
    assert_eq!(builds, 1, "old builds are thrown away");
}

#[test]
fn a_rebuild_that_fails_leaves_the_old_index() {
    let folder = Folder::new("failing");
    let index = SearchIndex::open(&folder.0).unwrap();
    index.apply(&[put(course(1, "Alpha", ""))], 3).unwrap();
    let courses = [Ok(course(2, "Beta", "")), Err(SearchError::Stopped), Ok(course(3, "Gamma", ""))];
    assert!(matches!(index.rebuild(courses, 9, |_| ()), Err(SearchError::Stopped)));
    assert_eq!((index.cursor(), ask(&index, "alpha").total, index.count()), (Some(3), 1, 1));
    index.apply(&[put(course(2, "Beta", ""))], 4).unwrap();
    drop(index);
    assert_eq!(SearchIndex::open(&folder.0).unwrap().count(), 2);
}

#[test]
fn an_index_of_another_version_is_begun_anew() {
    let folder = Folder::new("version");
    SearchIndex::open(&folder.0).unwrap().apply(&[put(course(1, "Alpha", ""))], 3).unwrap();
    let meta = folder.files().into_iter().find(|file| file.ends_with("meta.json")).unwrap();
    let text = fs::read_to_string(&meta).unwrap();
    assert!(text.contains("\\\"version\\\":1"), "{text}");
    fs::write(&meta, text.replace("\\\"version\\\":1", "\\\"version\\\":0")).unwrap();
    let index = SearchIndex::open(&folder.0).unwrap();
    assert_eq!((index.cursor(), index.count()), (None, 0));
    index.rebuild([Ok(course(2, "Beta", ""))], 4, |_| ()).unwrap();
    assert_eq!((index.cursor(), ask(&index, "beta").total), (Some(4), 1));
}

#[test]
fn several_processes_may_share_a_folder() {
    let folder = Folder::new("shared");
    let (writer, reader) = (SearchIndex::open(&folder.0).unwrap(), SearchIndex::open(&folder.0).unwrap());
    writer.apply(&[put(course(1, "Alpha", ""))], 3).unwrap();
    assert!(matches!(reader.apply(&[put(course(1, "Alpha", ""))], 3), Err(SearchError::Busy)));
    assert_eq!(reader.cursor(), None);
    assert!(!reader.refresh().unwrap());
    assert_eq!((reader.cursor(), reader.count()), (Some(3), 1));
    // A new build by one is found by the other.
    reader.rebuild([Ok(course(2, "Beta", "")), Ok(course(3, "Gamma", ""))], 9, |_| ()).unwrap();
    assert_eq!(ask(&writer, "alpha").total, 1);
    assert!(writer.refresh().unwrap());
    assert_eq!((writer.cursor(), writer.count(), ask(&writer, "alpha").total), (Some(9), 2, 0));
    writer.apply(&[put(course(4, "Delta", ""))], 10).unwrap();
    assert_eq!(ask(&writer, "delta").total, 1);
}

/// An index with deletions and more than one segment.
static WHOLE: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new("whole");
    let index = SearchIndex::open(&folder.0).unwrap();
    let courses: Vec<CourseDocument> = Sample::new(5, 40).take(40).collect();
    for (cursor, part) in (1..).zip(courses.chunks(20)) {
        index.apply(&part.iter().cloned().map(put).collect::<Vec<_>>(), cursor).unwrap();
    }
    index.apply(&[Change::Remove(courses[3].id), Change::Remove(courses[30].id)], 9).unwrap();
    folder
});

/// What befalls a file.
#[derive(Clone, Debug)]
enum Damage {
    Gone,
    Cut(f64),
    Garbled(f64, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Gone),
        prop_oneof![Just(0.0), 0.0..1.0].prop_map(Damage::Cut),
        (0.0..1.0, prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(place, bytes)| Damage::Garbled(place, bytes)),
    ]
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a file"
)]
fn spoil(file: &Path, damage: &Damage) {
    let mut bytes = fs::read(file).unwrap();
    let at = |share: f64, length: usize| (share * length as f64) as usize;
    match damage {
        Damage::Gone => return fs::remove_file(file).unwrap(),
        Damage::Cut(share) => bytes.truncate(at(*share, bytes.len())),
        Damage::Garbled(share, new) => {
            let place = at(*share, bytes.len());
            for (old, new) in bytes.iter_mut().skip(place).zip(new) {
                *old = *new;
            }
        }
    }
    fs::write(file, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_index_is_begun_anew(file in any::<prop::sample::Index>(), damage in damage()) {
        let folder = Folder::new("damaged");
        copy(&WHOLE.0, &folder.0);
        let files = folder.files();
        let file = file.get(&files);
        spoil(file, &damage);
        let index = SearchIndex::open(&folder.0).unwrap();
        if index.cursor().is_some() {
            // What was damaged holds nothing of the index (a lock), or the damage changed nothing.
            prop_assert_eq!((index.cursor(), index.count(), everything(&index)), (Some(9), 38, 38), "{}", file.display());
            prop_assert!(ask(&index, "learning").total > 0);
        } else {
            prop_assert_eq!((index.count(), everything(&index)), (0, 0));
            index.rebuild(Sample::new(5, 40).take(40).map(Ok), 10, |_| ()).unwrap();
            prop_assert_eq!(index.count(), 40);
        }
        index.apply(&[put(course(1, "Alpha", ""))], 11).unwrap();
        prop_assert_eq!(ask(&index, "alpha").total, 1);
        drop(index);
        prop_assert_eq!(SearchIndex::open(&folder.0).unwrap().cursor(), Some(11));
    }
}

const FOLDER: &str = "GUILDHALL_TEST_INDEX";

/// Not a test of its own: what [`a_kill_leaves_index_and_cursor_together`] kills. After cursor n there are n courses.
#[test]
fn writes_until_it_is_killed() {
    let Ok(path) = env::var(FOLDER) else { return };
    let index = SearchIndex::open(Path::new(&path)).unwrap();
    let mut cursor = index.cursor().unwrap_or(0);
    loop {
        cursor += 1;
        let number = u128::from(cursor);
        let mut changes = vec![put(course(number, "Alpha", "")), put(course(number + 1, "Beta", ""))];
        if cursor.is_multiple_of(3) {
            // Built anew now and then.
            let courses = (1..=number).map(|number| Ok(course(number, "Alpha", "")));
            index.rebuild(courses, cursor, |_| ()).unwrap();
            continue;
        }
        changes.push(Change::Remove(CourseId(Uuid::from_u128(number + 1))));
        index.apply(&changes, cursor).unwrap();
    }
}

#[test]
fn a_kill_leaves_index_and_cursor_together() {
    let folder = Folder::new("killed");
    let mut last = 0;
    for round in 0..8_u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "disk::writes_until_it_is_killed"])
            .env(FOLDER, &folder.0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !folder.0.join("current").exists() && started.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(150 + round * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        let index = SearchIndex::open(&folder.0).unwrap();
        let cursor = index.cursor().unwrap_or(0);
        assert_eq!((index.count(), ask(&index, "alpha").total, ask(&index, "beta").total), (cursor, cursor, 0));
        assert!(cursor >= last, "nothing that was committed is lost");
        last = cursor;
    }
    assert!(last > 0, "it did write");
}
