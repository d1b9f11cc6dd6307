//! `cargo xtask sqlx`: the committed answers of the database about every checked query (`.sqlx`), so that building needs
//! no database. `test` checks that they are those of the migrations and the queries.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::postgres::{Cluster, Purpose};
use crate::terminal::Step;
use crate::workspace::Workspace;
use crate::{Arguments, Outcome, build, schema};

pub(crate) fn command(ws: &Workspace, mut arguments: Arguments) -> Outcome {
    let only_check = arguments.flag("--check");
    arguments.finish()?;
    let cluster = Cluster::start(ws, Purpose::Tests)?;
    let step = Step::begin("Asking the database about every query");
    if only_check {
        check(ws, &cluster)?;
        step.done("`.sqlx` is up to date");
        return Ok(());
    }
    let folder = ws.root.join(".sqlx");
    let committed = read_folder(&folder);
    let (compiled, fresh) = prepare(ws, &cluster)?;
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    // Where something did not compile, a query that was not seen may still be there.
    for stale in committed.keys().filter(|name| compiled.is_ok() && !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(stale)).map_err(failed)?;
    }
    for (name, text) in fresh.iter().filter(|(name, text)| committed.get(*name) != Some(text)) {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    step.done(&format!("`.sqlx` describes {} queries", fresh.len()));
    compiled
}

/// Compares what is committed with what the database says now.
pub(crate) fn check(ws: &Workspace, cluster: &Cluster) -> Outcome {
    let (compiled, fresh) = prepare(ws, cluster)?;
    compiled?;
    let committed = read_folder(&ws.root.join(".sqlx"));
    let mut differences = Vec::new();
    for (name, text) in &fresh {
        match committed.get(name) {
            None => differences.push(format!(".sqlx/{name}:1: is missing: {}", query_of(text))),
            Some(other) if other != text => {
                differences.push(format!(".sqlx/{name}:1: is out of date: {}", query_of(text)));
            }
            Some(_) => {}
        }
    }
    for (name, text) in committed.iter().filter(|(name, _)| !fresh.contains_key(*name)) {
        differences.push(format!(".sqlx/{name}:1: belongs to no query any more: {}", query_of(text)));
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n`cargo xtask sqlx` refreshes them", differences.join("\n")))
}

fn query_of(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let query = value.get("query").and_then(serde_json::Value::as_str).unwrap_or("?");
    query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

fn read_folder(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
    let queries = named.filter(|(name, _)| name.starts_with("query-") && name.ends_with(".json"));
    queries.filter_map(|(name, path)| Some((name, fs::read_to_string(path).ok()?))).collect()
}

/// Compiles every query against a freshly migrated database; answers how that went, and the descriptions by file name.
fn prepare(ws: &Workspace, cluster: &Cluster) -> Outcome<(Outcome, BTreeMap<String, String>)> {
    let database = "guildhall_sqlx";
    schema::migrated(ws, cluster, database)?;
    let folder = ws.target.join("xtask/sqlx");
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    // Cargo does not know that the macros look at the environment: their files must seem to have changed.
    let _touched = Touched::all(ws)?;
    let mut cargo = ws.cargo(&["check", "--workspace", "--exclude", "frontend", "--all-targets", "--keep-going"]);
    cargo.env("DATABASE_URL", cluster.url("postgres", database));
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &folder);
    let compiled = build::spoken_or_logged(ws, &mut cargo, "sqlx");
    Ok((compiled, read_folder(&folder)))
}

/// Files made to look new, for a while: their old times come back, so that other builds stay as they are.
struct Touched(Vec<Touch>);

struct Touch {
    path: PathBuf,
    before: SystemTime,
    /// The time it was given. A file with another one was edited meanwhile, and is as new as it says.
    since: SystemTime,
}

impl Touched {
    fn all(ws: &Workspace) -> Outcome<Self> {
        let mut touched = Self(Vec::new());
        for file in ws.files()?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
            let path = ws.root.join(file);
            let text = fs::read_to_string(&path).unwrap_or_default();
            if !["query!(", "query_as!(", "query_scalar!(", "query_file"].iter().any(|start| text.contains(start)) {
                continue;
            }
            let failed = |error: std::io::Error| format!("cannot touch {}: {error}", path.display());
            let before = fs::metadata(&path).and_then(|data| data.modified()).map_err(failed)?;
            let since = SystemTime::now();
            set_time(&path, since).map_err(failed)?;
            touched.0.push(Touch { path, before, since });
        }
        Ok(touched)
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        for Touch { path, before, since } in &self.0 {
            if fs::metadata(path).and_then(|data| data.modified()).is_ok_and(|now| now == *since) {
                let _ = set_time(path, *before);
            }
        }
    }
}

fn set_time(path: &Path, time: SystemTime) -> std::io::Result<()> {
    File::options().append(true).open(path)?.set_times(FileTimes::new().set_modified(time))
}
