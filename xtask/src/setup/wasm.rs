//! Rust's standard library for `wasm32-unknown-unknown`.
//!
//! `rustup target add` is the usual way. Where rustup's download host cannot be reached, Debian's own current Rust
//! (`rustc-web`, kept up to date for browsers) takes its place: its archive has the library's source with the vendored
//! crates, which is built once and put where the compiler looks for it. Every cargo that is started from here then uses
//! that toolchain, for two compilers would build everything twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Found, debian};
use crate::terminal::say;
use crate::workspace::{Workspace, find_program, write};
use crate::{Outcome, process};

const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's Rust.
const DEBIAN: &str = "debian-web";

pub(super) fn target(ws: &mut Workspace) -> Outcome<Found> {
    if has_library(ws, None) {
        return Ok(Found::There);
    }
    if has_library(ws, Some(DEBIAN)) {
        use_debian(ws)?;
        return Ok(Found::There);
    }
    if find_program("rustup").is_none() {
        return Err(format!(
            "Rust's standard library for {TARGET} is missing: the browser's half of the site is compiled to it. \
             Without rustup it cannot be added from here; install rustup (https://rustup.rs) and run this again"
        ));
    }
    say(format!("      rustup target add {TARGET}"));
    let mut add = ws.command("rustup");
    add.args(["target", "add", TARGET]);
    match process::logged(&mut add, &ws.log("rustup"), Some(Duration::from_secs(60))) {
        Ok(()) if has_library(ws, None) => return Ok(Found::Installed("added by rustup".to_owned())),
        Ok(()) => say("      rustup added it elsewhere; taking Debian's Rust instead"),
        Err(error) => {
            crate::interrupt::check()?;
            say(format!("      rustup could not ({}); taking Debian's Rust instead", first_line(&error)));
        }
    }
    from_debian(ws).map_err(|error| {
        format!(
            "Rust's standard library for {TARGET} could not be installed: the browser's half of the site is compiled to \
             it. Install it by hand with `rustup target add {TARGET}`\n{error}"
        )
    })?;
    Ok(Found::Installed("built from Debian's sources".to_owned()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

/// A command with a toolchain other than the workspace's.
fn rustc(ws: &Workspace, toolchain: Option<&str>) -> std::process::Command {
    let mut rustc = ws.command("rustc");
    if let Some(toolchain) = toolchain {
        rustc.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    rustc
}

fn library_folder(ws: &Workspace, toolchain: Option<&str>) -> Option<PathBuf> {
    let sysroot = process::capture(rustc(ws, toolchain).args(["--print", "sysroot"])).ok()?;
    Some(PathBuf::from(sysroot).join("lib/rustlib").join(TARGET).join("lib"))
}

fn has_library(ws: &Workspace, toolchain: Option<&str>) -> bool {
    library_folder(ws, toolchain).and_then(|folder| fs::read_dir(folder).ok()).is_some_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

/// Debian's Rust under rustup's name for it, installed when missing.
pub(super) fn debian_toolchain(ws: &Workspace) -> Outcome<&'static str> {
    if process::succeeds(rustc(ws, Some(DEBIAN)).arg("--version")) {
        return Ok(DEBIAN);
    }
    if find_program("apt-get").is_none() {
        return Err("there is no apt-get here to take Debian's Rust with".to_owned());
    }
    debian::refresh(ws)?;
    let linker = debian::newest("lld-").ok_or("the package archive has no lld, the linker for WebAssembly")?;
    let packages = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", &linker];
    debian::install(ws, &packages, "they are Debian's Rust, which can be taught to compile for the browser")?;
    process::capture(ws.command("rustup").args(["toolchain", "link", DEBIAN, "/usr"]))?;
    Ok(DEBIAN)
}

fn from_debian(ws: &mut Workspace) -> Outcome {
    debian_toolchain(ws)?;
    let built = build_library(ws)?;
    let folder = library_folder(ws, Some(DEBIAN)).ok_or("Debian's rustc does not say where its libraries are")?;
    process::capture(debian::as_root("mkdir").arg("-p").arg(&folder))?;
    // What an interrupted copy has left would be a second library beside the first.
    let stale = library_files(&folder).unwrap_or_default();
    process::capture(debian::as_root("rm").arg("-f").args(&stale))?;
    process::capture(debian::as_root("cp").args(&built).arg(&folder))?;
    if !has_library(ws, Some(DEBIAN)) {
        return Err(format!("the built library was copied to {} but is not found there", folder.display()));
    }
    use_debian(ws)
}

/// Builds an empty crate with the standard library from source; answers the library's files.
fn build_library(ws: &Workspace) -> Outcome<Vec<PathBuf>> {
    say("      building the standard library from source, about a minute");
    let scratch = ws.target.join("wasm-std");
    write(
        &scratch.join("Cargo.toml"),
        "[package]\nname = \"std-build\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    write(&scratch.join("src/lib.rs"), "")?;
    let mut cargo =
        ws.cargo(&["build", "--release", "--target", TARGET, "-Z", "build-std=std,panic_abort,proc_macro,test"]);
    cargo.current_dir(&scratch).env("RUSTUP_TOOLCHAIN", DEBIAN).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_TARGET_DIR", scratch.join("target")).env("RUSTFLAGS", "");
    process::logged(&mut cargo, &ws.log("wasm-std"), None)?;
    let files = library_files(&scratch.join("target").join(TARGET).join("release/deps"))?;
    if files.is_empty() { Err("building the standard library left no files".to_owned()) } else { Ok(files) }
}

fn library_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (name.ends_with(".rlib") || name.ends_with(".rmeta")) && !name.starts_with("libstd_build-")
    });
    Ok(files.collect())
}

/// From here on every cargo is Debian's, and a cargo that is typed in the clone as well.
fn use_debian(ws: &mut Workspace) -> Outcome {
    let mut active = ws.command("rustup");
    active.args(["show", "active-toolchain"]).env_remove("RUSTUP_TOOLCHAIN");
    let already = process::capture(&mut active).is_ok_and(|name| name.starts_with(DEBIAN));
    if !already {
        let root = ws.root.clone();
        process::capture(ws.command("rustup").args(["override", "set", DEBIAN, "--path"]).arg(root))?;
        say(format!("      rustup uses `{DEBIAN}` in this clone from now on"));
    }
    ws.use_toolchain(DEBIAN);
    Ok(())
}
