//! Packages of the distribution, through `apt-get`.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Found;
use crate::terminal::say;
use crate::workspace::{Workspace, find_program, is_root};
use crate::{Outcome, postgres, process};

pub(super) fn for_run(ws: &mut Workspace) -> Outcome<Found> {
    let mut missing = Vec::new();
    if find_program("cc").is_none() {
        missing.push("build-essential");
    }
    if postgres::find_server(None).is_none() {
        missing.push("postgresql");
    }
    let why = "the C compiler builds parts of the cryptography, PostgreSQL keeps everything the site knows";
    if missing.is_empty() { Ok(Found::There) } else { install(ws, &missing, why) }
}

pub(super) fn for_test(ws: &mut Workspace) -> Outcome<Found> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if find_program("redis-server").is_none() {
        missing.push("redis-server");
    }
    let why = "the browser tests drive Chromium, the tests of shared limits start a Redis of their own";
    if missing.is_empty() { Ok(Found::There) } else { install(ws, &missing, why) }
}

/// The browser that the tests drive.
pub(crate) fn chromium() -> Option<std::path::PathBuf> {
    find_program("chromium").or_else(|| find_program("chromium-browser"))
}

/// Installs packages, refreshing the package lists first.
pub(super) fn install(ws: &Workspace, packages: &[&str], why: &str) -> Outcome<Found> {
    let names = packages.join(" ");
    let by_hand = format!("{}apt-get install {names}", if is_root() { "" } else { "sudo " });
    let explain =
        |error: String| format!("{names} could not be installed; {why}. Install by hand with `{by_hand}`\n{error}");
    if find_program("apt-get").is_none() {
        return Err(format!("{names} is missing and there is no apt-get here; {why}. Install it in your system's way"));
    }
    say(format!("      {by_hand}"));
    refresh(ws).map_err(explain)?;
    let mut command = as_root("apt-get");
    command.args(["install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]).args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    process::logged(&mut command, &ws.log("apt-install"), None).map_err(explain)?;
    Ok(Found::Installed(format!("installed {names}")))
}

/// Brings the package lists up to date, once.
pub(super) fn refresh(ws: &Workspace) -> Outcome {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let mut command = as_root("apt-get");
    command.args(["update", "-o", "DPkg::Lock::Timeout=120"]);
    process::logged(&mut command, &ws.log("apt-update"), None)
}

/// The newest package whose name is the prefix and a number (`lld-22`).
pub(super) fn newest(prefix: &str) -> Option<String> {
    let names = process::capture(Command::new("apt-cache").args(["pkgnames", prefix])).ok()?;
    let numbered = names.lines().filter_map(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
    numbered.max().map(|number| format!("{prefix}{number}"))
}

/// A command that runs as the superuser: as it is when we are, else through `sudo`, which must not ask.
pub(super) fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "--preserve-env=DEBIAN_FRONTEND", program]);
    command
}
