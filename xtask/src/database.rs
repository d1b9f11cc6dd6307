//! `cargo xtask db`: just the private database, in the background, and the environment to use it.

use crate::postgres::{self, Cluster, Purpose};
use crate::terminal::say;
use crate::workspace::{Workspace, write};
use crate::{Arguments, Outcome};

pub(crate) fn command(ws: &Workspace, mut arguments: Arguments) -> Outcome {
    let stop = arguments.flag("--stop");
    arguments.finish()?;
    if stop {
        let stopped = postgres::stop(ws)?;
        say(if stopped { "The private database has stopped." } else { "The private database was not running." });
        return Ok(());
    }
    let mut cluster = Cluster::start(ws, Purpose::Development)?;
    cluster.keep()?;
    let exports = format!(
        "export DATABASE_URL={}\nexport DATABASE_OWNER_URL={}\nexport TEST_DATABASE_URL={}\n",
        cluster.url("guildhall_app", "guildhall"),
        cluster.url("guildhall_owner", "guildhall"),
        cluster.url("postgres", "postgres"),
    );
    write(&ws.local().join("env.sh"), &exports)?;
    say(exports.trim_end());
    say("# also in .local/env.sh; migrate and seed connect as the owner:");
    say("#   DATABASE_URL=$DATABASE_OWNER_URL cargo run -p guildhall -- migrate");
    Ok(())
}
