//! Building the site: the server, the sandbox and what the browser loads. A stamp of everything that goes in lets an
//! unchanged build be skipped without asking cargo.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::terminal::{Step, say};
use crate::workspace::{Workspace, write};
use crate::{Outcome, process};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// What a build leaves.
#[derive(Clone)]
pub(crate) struct Built {
    pub(crate) profile: Profile,
    pub(crate) server: PathBuf,
    pub(crate) sandbox: PathBuf,
    pub(crate) site: PathBuf,
}

impl Built {
    /// Where a build's products are. Release and debug have a site each, so that going from one to the other builds
    /// nothing; the debug one is also that of `cargo leptos watch`.
    pub(crate) fn at(ws: &Workspace, profile: Profile) -> Self {
        let programs = ws.target.join(profile.folder());
        let site = if profile == Profile::Release { "site-release" } else { "site" };
        Self {
            profile,
            server: programs.join("guildhall"),
            sandbox: programs.join("guildhall-sandbox"),
            site: ws.target.join(site),
        }
    }

    fn hashes(&self) -> PathBuf {
        self.server.with_file_name("hash.txt")
    }

    pub(crate) fn exists(&self) -> bool {
        self.server.is_file() && self.sandbox.is_file() && self.site.join("pkg").is_dir()
    }
}

/// Builds server, sandbox and site, unless nothing has changed since.
pub(crate) fn site(ws: &Workspace, profile: Profile) -> Outcome<Built> {
    let built = Built::at(ws, profile);
    let stamp = Stamp::of(ws, &built, "whole");
    let step = Step::begin(&format!("Building the site ({})", profile.folder()));
    if stamp.is_fresh()? {
        step.done("nothing has changed");
        return Ok(built);
    }
    if profile == Profile::Release && !built.exists() {
        say("      the first release build takes a good ten minutes on two cores; later ones much less");
    }
    let mut cargo = leptos(ws, &built);
    cargo.args(["--bin-cargo-args=--package=guildhall-sandbox", "--bin-cargo-args=--bin=guildhall-sandbox"]);
    spoken_or_logged(ws, &mut cargo, "build-site")?;
    stamp.set()?;
    step.done("built");
    Ok(built)
}

/// Builds only what the browser loads, for a server that the tests have built.
pub(crate) fn browser_side(ws: &Workspace) -> Outcome<Built> {
    let built = Built::at(ws, Profile::Debug);
    let stamp = Stamp::of(ws, &built, "browser");
    if !stamp.is_fresh()? {
        let mut cargo = leptos(ws, &built);
        cargo.arg("--frontend-only");
        spoken_or_logged(ws, &mut cargo, "build-browser")?;
        stamp.set()?;
    }
    Ok(built)
}

fn leptos(ws: &Workspace, built: &Built) -> Command {
    let mut cargo = ws.cargo(&["leptos", "build"]);
    cargo.env("LEPTOS_SITE_ROOT", &built.site);
    if built.profile == Profile::Release {
        cargo.args(["--release", "--precompress"]);
    }
    cargo
}

/// On a terminal cargo shows its progress itself; elsewhere the log is kept and a line now and then says how far it is.
pub(crate) fn spoken_or_logged(ws: &Workspace, command: &mut Command, name: &str) -> Outcome {
    if std::io::stdout().is_terminal() { process::run(command) } else { process::logged(command, &ws.log(name), None) }
}

/// What went into a build and what came out, as one number in a file.
struct Stamp<'a> {
    ws: &'a Workspace,
    built: &'a Built,
    file: PathBuf,
}

/// What a build reads.
const SOURCES: [&str; 10] =
    ["app", "crates", "frontend", "server", "style", "public", "migrations", ".sqlx", ".cargo", "docs"];
const SOURCE_FILES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "Leptos.toml", "rust-toolchain.toml"];

impl<'a> Stamp<'a> {
    fn of(ws: &'a Workspace, built: &'a Built, name: &str) -> Self {
        let file = ws.target.join("xtask").join(format!("{}-{name}.stamp", built.profile.folder()));
        Self { ws, built, file }
    }

    fn is_fresh(&self) -> Outcome<bool> {
        let recorded = fs::read_to_string(&self.file).unwrap_or_default();
        Ok(self.built.exists() && recorded == self.number()?)
    }

    fn set(&self) -> Outcome {
        write(&self.file, &self.number()?)
    }

    fn number(&self) -> Outcome<String> {
        let mut hasher = DefaultHasher::new();
        self.ws.root.hash(&mut hasher);
        for file in self.ws.files()? {
            let listed = SOURCE_FILES.iter().any(|name| file == Path::new(name));
            if listed || SOURCES.iter().any(|folder| file.starts_with(folder)) {
                hash_file(&self.ws.root.join(&file), &mut hasher);
            }
        }
        // Somebody else's build (`cargo leptos watch`, say) leaves other products.
        for product in [&self.built.server, &self.built.sandbox, &self.built.hashes(), &self.built.site.join("pkg")] {
            hash_file(product, &mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

fn hash_file(path: &Path, hasher: &mut DefaultHasher) {
    path.hash(hasher);
    if let Ok(data) = fs::metadata(path) {
        data.len().hash(hasher);
        data.modified().ok().hash(hasher);
    }
}
