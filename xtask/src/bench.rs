//! `cargo xtask bench`: the release build on a database of its own, measured by `guildhall-bench`.

use std::fs;

use crate::build::{self, Profile};
use crate::postgres::{Cluster, Purpose};
use crate::setup::{self, Scope};
use crate::stack::{self, Plan, Stack};
use crate::terminal::say;
use crate::workspace::Workspace;
use crate::{Arguments, Outcome, lock, process};

const DATABASE: &str = "guildhall_bench";

pub(crate) fn command(ws: &mut Workspace, mut arguments: Arguments) -> Outcome {
    let name = arguments.positional();
    arguments.finish()?;
    let _only = lock::site(ws)?;
    setup::everything(ws, Scope::Run)?;
    let built = build::site(ws, Profile::Release)?;
    let mut cargo = ws.cargo(&["build", "--release", "--package", "guildhall-bench"]);
    build::spoken_or_logged(ws, &mut cargo, "build-bench")?;

    let cluster = Cluster::start(ws, Purpose::Development)?;
    cluster.recreate(DATABASE)?;
    let (owner, app) = (cluster.url("guildhall_owner", DATABASE), cluster.url("guildhall_app", DATABASE));
    let folder = ws.target.join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let port = stack::free_pair()?;
    let plan = Plan {
        built,
        port,
        folder: folder.join("site"),
        database: DATABASE,
        seed: true,
        logs: Some(folder.join("log")),
        rate_limits: false,
        trusted_proxies: "",
    };
    let _ = fs::remove_dir_all(&plan.folder);
    let mut stack = Stack::start(ws, &plan, cluster)?;
    let mut bench = ws.command(&ws.target.join("release/guildhall-bench").display().to_string());
    bench.args(name).env("BENCH_OUTPUT", &folder).env("BASE_URL", format!("http://127.0.0.1:{port}"));
    bench.env("DATABASE_URL", app).env("DATABASE_OWNER_URL", owner);
    bench.env("BENCH_SERVER_PID", stack.server_id().to_string());
    process::run(&mut bench)?;
    stack.check()?;
    say(format!("The figures as JSON are in {}.", folder.display()));
    Ok(())
}
