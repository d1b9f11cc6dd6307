//! The state file: one JSON document, replaced whole, so that a crash leaves the old one or the new one.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use crate::data::Data;

/// Reads the state. A missing file is an empty state; a damaged one is put aside, because a stand-in that refuses to
/// start helps nobody.
pub fn load(path: &Path) -> anyhow::Result<Data> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Data::default()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read the state file {}", path.display()));
        }
    };
    match serde_json::from_str::<Data>(&text) {
        Ok(mut data) => {
            data.forget_unfinished();
            Ok(data)
        }
        Err(error) => {
            let aside = path.with_extension("damaged");
            tracing::warn!(%error, aside = %aside.display(), "the state file is damaged: put aside, starting empty");
            fs::rename(path, &aside).with_context(|| format!("cannot put {} aside", path.display()))?;
            Ok(Data::default())
        }
    }
}

/// Writes `text` beside `path` and renames it into place.
pub fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    let beside = path.with_extension("new");
    write(&beside, text).with_context(|| format!("cannot write the state file {}", beside.display()))?;
    fs::rename(&beside, path).with_context(|| format!("cannot replace the state file {}", path.display()))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // The outbox holds sign-in links: nobody else on the machine should read them.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
