//! `cargo xtask bench [NAME]`: the release build, measured. `pages` asks a seeded site, `search` the index alone, `tokens` the
//! sessions' keys and refreshes; all of them unless one is named. Tables are printed, and JSON is left in `target/bench`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::{self, Profile};
use crate::postgres::{Cluster, Purpose};
use crate::setup::{self, Scope};
use crate::stack::{self, Plan, Seed, Stack};
use crate::terminal::say;
use crate::workspace::Workspace;
use crate::{Arguments, Outcome, lock, process};

const DATABASE: &str = "guildhall_bench";
const NAMES: [&str; 3] = ["pages", "search", "tokens"];

pub(crate) fn command(ws: &mut Workspace, mut arguments: Arguments) -> Outcome {
    let name = arguments.positional();
    arguments.finish()?;
    if let Some(name) = &name
        && !NAMES.contains(&name.as_str())
    {
        return Err(format!("there is no benchmark {name}; there are: {}", NAMES.join(", ")));
    }
    let wanted = |one: &str| name.as_deref().is_none_or(|name| name == one);
    let _only = lock::site(ws)?;
    setup::everything(ws, Scope::Run)?;
    let folder = ws.target.join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    if wanted("pages") {
        pages(ws, &folder)?;
    }
    if wanted("search") {
        let program = example(ws, "guildhall-search", "search_bench")?;
        process::run(ws.command(&program.display().to_string()).env("BENCH_OUTPUT", &folder))?;
    }
    if wanted("tokens") {
        let program = example(ws, "guildhall-identity", "tokens")?;
        let cluster = Cluster::start(ws, Purpose::Development)?;
        let mut command = ws.command(&program.display().to_string());
        command.env("BENCH_OUTPUT", &folder).env("TEST_DATABASE_URL", cluster.url("postgres", "postgres"));
        process::run(&mut command)?;
    }
    say(format!("The figures as JSON are in {}.", folder.display()));
    Ok(())
}

/// Builds an example in release, and says where it lies.
fn example(ws: &Workspace, package: &str, name: &str) -> Outcome<PathBuf> {
    say(format!("Building {name} ..."));
    let mut cargo = ws.cargo(&["build", "--release", "--package", package, "--example", name]);
    build::spoken_or_logged(ws, &mut cargo, "build-bench")?;
    Ok(ws.target.join("release/examples").join(name))
}

/// The site on a database of its own, asked by `guildhall-bench`.
fn pages(ws: &mut Workspace, folder: &Path) -> Outcome {
    let built = build::site(ws, Profile::Release)?;
    let mut cargo = ws.cargo(&["build", "--release", "--package", "guildhall-bench"]);
    build::spoken_or_logged(ws, &mut cargo, "build-bench")?;

    let cluster = Cluster::start(ws, Purpose::Development)?;
    cluster.recreate(DATABASE)?;
    let (owner, app) = (cluster.url("guildhall_owner", DATABASE), cluster.url("guildhall_app", DATABASE));
    let port = stack::free_pair()?;
    let plan = Plan {
        built,
        port,
        folder: folder.join("site"),
        database: DATABASE,
        seed: Seed::Year,
        logs: Some(folder.join("log")),
        rate_limits: false,
        trusted_proxies: "",
    };
    let _ = fs::remove_dir_all(&plan.folder);
    let mut stack = Stack::start(ws, &plan, cluster)?;
    let mut bench = ws.command(&ws.target.join("release/guildhall-bench").display().to_string());
    bench.env("BENCH_OUTPUT", folder).env("BASE_URL", format!("http://127.0.0.1:{port}"));
    bench.env("DATABASE_URL", app).env("DATABASE_OWNER_URL", owner);
    bench.env("BENCH_SERVER_PID", stack.server_id().to_string());
    process::run(&mut bench)?;
    stack.check()
}
