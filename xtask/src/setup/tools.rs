//! Tools that are installed by cargo, rustup and npm.

use std::fs;
use std::process::Command;

use super::Found;
use crate::terminal::say;
use crate::workspace::{Workspace, find_program, read};
use crate::{Outcome, process};

const CARGO_LEPTOS: &str = "0.3.11";
const NODE: u32 = 20;

pub(super) fn node(_: &mut Workspace) -> Outcome<Found> {
    let advice = format!(
        "Node.js {NODE} or newer with npm is needed: Tailwind CSS builds the styles and Playwright the browser tests with \
         it. Install it from your system or from https://nodejs.org (Debian 13: `apt-get install nodejs npm`)"
    );
    let version = process::capture(Command::new("node").arg("--version")).map_err(|_| advice.clone())?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE) {
        return Err(format!("{advice}\nhere is {version}"));
    }
    if find_program("npm").is_none() { Err(advice) } else { Ok(Found::There) }
}

pub(super) fn cargo_leptos(ws: &mut Workspace) -> Outcome<Found> {
    let version = process::capture(ws.command("cargo-leptos").args(["leptos", "--version"])).unwrap_or_default();
    if is_recent(&version) {
        return Ok(Found::There);
    }
    // Its own downloads of tools are left out: they come from npm and cargo, pinned by lock files.
    cargo_install(ws, "cargo-leptos", CARGO_LEPTOS, &["--features", "no_downloads"])
}

/// 0.3.11 or a later 0.3.
fn is_recent(version: &str) -> bool {
    let number = version.split_whitespace().last().unwrap_or_default();
    let patch = number.strip_prefix("0.3.").and_then(|patch| patch.parse::<u32>().ok());
    let least = CARGO_LEPTOS.rsplit('.').next().and_then(|patch| patch.parse::<u32>().ok());
    patch.is_some() && patch >= least
}

pub(super) fn wasm_bindgen(ws: &mut Workspace) -> Outcome<Found> {
    let lock = read(&ws.root.join("Cargo.lock"))?;
    let wanted = locked_version(&lock, "wasm-bindgen").ok_or("Cargo.lock does not name wasm-bindgen")?;
    let version = process::capture(ws.command("wasm-bindgen").arg("--version")).unwrap_or_default();
    if version.split_whitespace().nth(1) == Some(wanted) {
        return Ok(Found::There);
    }
    cargo_install(ws, "wasm-bindgen-cli", wanted, &[])
}

/// The version of a package in a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("\nname = \"{package}\"\n")))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(line.trim_matches('"'))
}

/// `cargo install`, tuned for a quick build rather than a quick tool: a fifth of the time.
///
/// Some lock files name versions that not every registry has: then without. Some tools want a newer compiler than the
/// site's: then another of rustup's builds them, at last Debian's.
fn cargo_install(ws: &Workspace, name: &str, version: &str, options: &[&str]) -> Outcome<Found> {
    let by_hand = format!("cargo install {name} --version {version} {}", options.join(" "));
    say(format!("      {} (some minutes, once)", by_hand.trim_end()));
    let attempt = |toolchain: Option<&str>, locked: bool| {
        let mut cargo = ws.cargo(&["install", name, "--version", version, "--force"]);
        cargo.args(options).args(locked.then_some("--locked"));
        if let Some(toolchain) = toolchain {
            say(format!("      once more with the toolchain {toolchain}"));
            cargo.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        // Half of a build that was stopped is worth keeping for the next attempt.
        cargo.current_dir("/").env("CARGO_TARGET_DIR", ws.target.join("tools")).env("RUSTFLAGS", "");
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        process::logged(&mut cargo, &ws.log(name), None)
    };
    let mut compilers: Vec<Option<String>> = vec![None];
    compilers.extend(newer_toolchains(ws).into_iter().map(Some));
    let mut last = String::new();
    for locked in [true, false] {
        for compiler in &compilers {
            crate::interrupt::check()?;
            match attempt(compiler.as_deref(), locked) {
                Ok(()) => return installed(ws, name, version),
                Err(error) => last = error,
            }
            if !wants_newer_compiler(&last) {
                break;
            }
        }
    }
    crate::interrupt::check()?;
    if wants_newer_compiler(&last)
        && let Ok(debian) = super::wasm::debian_toolchain(ws)
    {
        match attempt(Some(debian), true) {
            Ok(()) => return installed(ws, name, version),
            Err(error) => last = error,
        }
    }
    Err(format!("{name} could not be installed, and the site cannot be built without it. By hand: `{by_hand}`\n{last}"))
}

fn wants_newer_compiler(error: &str) -> bool {
    error.contains("requires rustc")
}

fn installed(ws: &Workspace, name: &str, version: &str) -> Outcome<Found> {
    let _ = fs::remove_dir_all(ws.target.join("tools"));
    Ok(Found::Installed(format!("installed {name} {version}")))
}

/// Toolchains of rustup that are newer than the active one, newest first.
fn newer_toolchains(ws: &Workspace) -> Vec<String> {
    let version = |toolchain: Option<&str>| {
        let mut rustc = ws.command("rustc");
        if let Some(toolchain) = toolchain {
            rustc.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        minor_version(&process::capture(rustc.arg("--version")).unwrap_or_default())
    };
    let active = version(None);
    let listed = process::capture(ws.command("rustup").args(["toolchain", "list", "--quiet"])).unwrap_or_default();
    let mut newer: Vec<(Option<u32>, String)> = listed
        .lines()
        .map(|name| (version(Some(name)), name.to_owned()))
        .filter(|(minor, _)| *minor > active)
        .collect();
    newer.sort();
    newer.into_iter().rev().map(|(_, name)| name).collect()
}

/// 95 in `rustc 1.95.0 (...)`.
fn minor_version(said: &str) -> Option<u32> {
    said.split_whitespace().nth(1)?.split('.').nth(1)?.parse().ok()
}

pub(super) fn lints(ws: &mut Workspace) -> Outcome<Found> {
    let mut installed = Vec::new();
    if !process::succeeds(&mut ws.cargo(&["clippy", "--version"])) {
        add_component(ws, "clippy", "`cargo xtask check` lints with it")?;
        installed.push("clippy");
    }
    if formatter(ws).is_none() {
        add_component(ws, "rustfmt", "`cargo xtask check` holds the code to its format")?;
        installed.push("rustfmt");
    }
    Ok(if installed.is_empty() {
        Found::There
    } else {
        Found::Installed(format!("installed {}", installed.join(", ")))
    })
}

fn add_component(ws: &Workspace, name: &str, why: &str) -> Outcome {
    let command = format!("rustup component add {name}");
    let advice = |error| format!("{name} is missing; {why}. Install it with `{command}`\n{error}");
    process::capture(ws.command("rustup").args(["component", "add", name])).map(drop).map_err(advice)
}

/// `cargo fmt`, of the stable toolchain where it has one, so that everybody's format is the same; else of the active one.
pub(crate) fn formatter(ws: &Workspace) -> Option<Command> {
    let stable = || {
        let mut command = ws.cargo(&["fmt"]);
        command.env("RUSTUP_TOOLCHAIN", "stable");
        command
    };
    let active = || ws.cargo(&["fmt"]);
    if process::succeeds(stable().arg("--version")) {
        return Some(stable());
    }
    process::succeeds(active().arg("--version")).then(active)
}

pub(super) fn npm_style(ws: &mut Workspace) -> Outcome<Found> {
    npm(ws, "style", "Tailwind CSS builds the styles and wasm-opt makes the WASM small")
}

pub(super) fn npm_end2end(ws: &mut Workspace) -> Outcome<Found> {
    npm(ws, "end2end", "Playwright and axe test the site in a browser")
}

/// `npm ci` where the lock file is newer than what was installed from it.
fn npm(ws: &Workspace, folder: &str, why: &str) -> Outcome<Found> {
    let place = ws.root.join(folder);
    let lock = place.join("package-lock.json");
    let changed = |path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let Some(wanted) = changed(lock) else {
        return Ok(Found::Installed(format!("{folder}/package-lock.json does not exist: nothing to install")));
    };
    if changed(place.join("node_modules/.package-lock.json")).is_some_and(|installed| installed >= wanted) {
        return Ok(Found::There);
    }
    let mut npm = ws.command("npm");
    npm.args(["ci", "--no-fund", "--no-audit", "--ignore-scripts"]).current_dir(&place);
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::logged(&mut npm, &ws.log(&format!("npm-{folder}")), None).map_err(|error| {
        format!("npm packages could not be installed; {why}. By hand: `npm --prefix {folder} ci`\n{error}")
    })?;
    Ok(Found::Installed("installed".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_lock_file() {
        let lock = "\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "serde"), None);
    }

    #[test]
    fn compilers_are_compared_by_their_minor_version() {
        assert_eq!(minor_version("rustc 1.95.0 (59807616e 2026-04-14)"), Some(95));
        assert_eq!(minor_version("rustc 1.97.0-nightly (e50aa6fba 2026-05-19)"), Some(97));
        assert_eq!(minor_version(""), None);
    }

    #[test]
    fn cargo_leptos_of_the_same_line_is_recent_enough() {
        assert!(is_recent("cargo-leptos 0.3.11"));
        assert!(is_recent("cargo-leptos 0.3.12"));
        assert!(!is_recent("cargo-leptos 0.3.9"));
        assert!(!is_recent("cargo-leptos 0.2.40"));
        assert!(!is_recent(""));
    }
}
