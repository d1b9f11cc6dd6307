//! Where things are: the clone, the target directory (which CI keeps elsewhere), and `.local/` for everything that
//! belongs to this machine alone.

use std::env;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, process};

#[derive(Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// The rustup toolchain for every cargo that is started from here, where the active one is not to be used.
    toolchain: Option<String>,
}

impl Workspace {
    /// The workspace that this program was built from.
    pub(crate) fn find() -> Outcome<Self> {
        let crate_folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let start = crate_folder.or_else(|| env::current_dir().ok()).ok_or("cannot tell the working directory")?;
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file() && folder.join(".cargo/config.toml").is_file())
            .ok_or("run this inside the clone, as `cargo xtask`")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
            Some(folder) => env::current_dir().map_err(|error| error.to_string())?.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target, toolchain: None })
    }

    #[cfg(test)]
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { target: root.join("target"), root, toolchain: None }
    }

    pub(crate) fn use_toolchain(&mut self, name: &str) {
        self.toolchain = Some(name.to_owned());
    }

    /// This machine's own files: databases, logs, the sandbox's state.
    pub(crate) fn local(&self) -> PathBuf {
        self.root.join(".local")
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.local().join("log").join(format!("{name}.log"))
    }

    /// A short name for this clone, for what must lie outside of it.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.root.hash(&mut hasher);
        format!("{:012x}", hasher.finish() & 0xffff_ffff_ffff)
    }

    /// A command in the clone's root, with the npm tools and the chosen toolchain.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.path());
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        // Ours were set by the cargo that started this program, for this program.
        for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// Tailwind and wasm-opt come from `style/node_modules`, cargo-leptos and wasm-bindgen from cargo's own folder.
    fn path(&self) -> OsString {
        let cargo_home = env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
        let first = [Some(self.root.join("style/node_modules/.bin")), cargo_home.map(|home| home.join("bin"))];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let all = first.into_iter().flatten().chain(env::split_paths(&inherited));
        env::join_paths(all).unwrap_or(inherited)
    }

    /// The files that belong to the project: known to git or not ignored by it. Sorted.
    pub(crate) fn files(&self) -> Outcome<Vec<PathBuf>> {
        let mut git = self.command("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
        let listed = process::capture(&mut git)?;
        let mut files: Vec<PathBuf> = listed.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        Ok(files)
    }
}

/// Whether this process is the superuser.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// Where a program is, as the shell would find it.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

pub(crate) fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file with the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}
