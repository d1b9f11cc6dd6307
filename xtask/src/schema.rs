//! `cargo xtask schema`: the schema that all migrations together make, as a file that reviews can read. `test` checks that
//! it is the one of the migrations.

use std::fs;

use crate::postgres::{Cluster, Purpose};
use crate::terminal::say;
use crate::workspace::{Workspace, read, write};
use crate::{Arguments, Outcome, process};

const SNAPSHOT: &str = "migrations/schema.sql";

pub(crate) fn command(ws: &Workspace, mut arguments: Arguments) -> Outcome {
    let only_check = arguments.flag("--check");
    arguments.finish()?;
    let cluster = Cluster::start(ws, Purpose::Tests)?;
    if only_check {
        check(ws, &cluster)?;
        say(format!("{SNAPSHOT} is what the migrations make."));
        return Ok(());
    }
    write(&ws.root.join(SNAPSHOT), &dump(ws, &cluster)?)?;
    say(format!("Wrote {SNAPSHOT}."));
    Ok(())
}

/// Compares the committed snapshot with a freshly migrated database.
pub(crate) fn check(ws: &Workspace, cluster: &Cluster) -> Outcome {
    let committed =
        read(&ws.root.join(SNAPSHOT)).map_err(|error| format!("{error}; `cargo xtask schema` writes it"))?;
    let fresh = dump(ws, cluster)?;
    if committed == fresh {
        return Ok(());
    }
    if committed.lines().next() != fresh.lines().next() {
        say(format!("      {SNAPSHOT} was written by another version of PostgreSQL and cannot be compared here"));
        return Ok(());
    }
    let place = committed.lines().zip(fresh.lines()).position(|(committed, fresh)| committed != fresh);
    let line = place.unwrap_or_else(|| committed.lines().count().min(fresh.lines().count()));
    Err(format!(
        "{SNAPSHOT}:{}: not what the migrations make. There:    {}\nfrom the migrations: {}\n`cargo xtask schema` refreshes it",
        line + 1,
        committed.lines().nth(line).unwrap_or("(end)"),
        fresh.lines().nth(line).unwrap_or("(end)")
    ))
}

/// An empty database with every migration applied, in order, by the owner's role.
pub(crate) fn migrated(ws: &Workspace, cluster: &Cluster, database: &str) -> Outcome {
    cluster.recreate(database)?;
    let folder = ws.root.join("migrations");
    let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut migrations: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    migrations.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(|first: char| first.is_ascii_digit()) && name.ends_with(".sql") && !name.ends_with(".down.sql")
    });
    migrations.sort();
    for migration in migrations {
        let mut psql = cluster.client("guildhall_owner", database);
        process::capture(psql.arg("--single-transaction").arg("-f").arg(&migration))?;
    }
    Ok(())
}

fn dump(ws: &Workspace, cluster: &Cluster) -> Outcome<String> {
    let database = "guildhall_schema";
    migrated(ws, cluster, database)?;
    let mut pg_dump = cluster.tool("pg_dump");
    pg_dump.args(["--schema-only", "--no-owner", "--no-tablespaces", "--schema=public"]);
    let text = process::capture(pg_dump.arg("-d").arg(cluster.url("postgres", database)))?;
    let version = cluster.sql("postgres", "select current_setting('server_version_num')::int / 10000")?;
    Ok(format!(
        "-- The schema that the migrations make, by PostgreSQL {version}. Written by `cargo xtask schema`: change it there.\n\n{}",
        cleaned(&text)
    ))
}

/// A dump without what changes from one run or version to the next.
fn cleaned(dump: &str) -> String {
    let noise = ["--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict"];
    let mut text = String::new();
    let mut blank = true;
    for line in dump.lines() {
        // A function's body may have comments; the dump's own begin at the margin, as these do.
        if noise.iter().any(|noise| line.starts_with(noise)) || (blank && line.trim().is_empty()) {
            continue;
        }
        blank = line.trim().is_empty();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn a_dump_loses_its_noise() {
        let dump = "--\n-- Dumped by pg_dump version 15.18\n--\n\n\\restrict abc\nSET lock_timeout = 0;\n\nCREATE TABLE a (\n    b int\n);\n\n\n-- Name: x\n\nCREATE TABLE c ();\n";
        assert_eq!(cleaned(dump), "CREATE TABLE a (\n    b int\n);\n\nCREATE TABLE c ();\n");
    }
}
