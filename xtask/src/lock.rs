//! Locks between several `cargo xtask` of one clone. The kernel lets go of them when a process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::time::Duration;

use crate::terminal::say;
use crate::workspace::Workspace;
use crate::{Outcome, interrupt};

/// The named lock, or nothing when somebody else holds it.
pub(crate) fn take(ws: &Workspace, name: &str) -> Outcome<Option<File>> {
    let path = ws.local().join(format!("{name}.lock"));
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    fs::create_dir_all(ws.local()).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The named lock, as soon as nobody else holds it.
pub(crate) fn wait(ws: &Workspace, name: &str, what: &str) -> Outcome<File> {
    let mut told = false;
    loop {
        if let Some(file) = take(ws, name)? {
            return Ok(file);
        }
        if !told {
            say(format!("      waiting for another `cargo xtask` to finish with {what}"));
            told = true;
        }
        interrupt::check()?;
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The site's ports, database and sandbox are for one at a time; a benchmark wants the machine for itself anyway.
pub(crate) fn site(ws: &Workspace) -> Outcome<File> {
    take(ws, "run")?.ok_or_else(|| {
        "`cargo xtask run` is already running in this clone; stop it with Ctrl-C first, or use a second clone"
            .to_owned()
    })
}
