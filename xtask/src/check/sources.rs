//! House rules that are read from the sources line by line. Each names the file and the line, and what to do instead.

use std::path::PathBuf;

use super::Violation;
use crate::Outcome;
use crate::workspace::Workspace;

/// A text file of the project.
pub(crate) struct Source {
    /// From the clone's root, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Test code, which may do what the product may not.
    fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| matches!(part, "tests" | "benches" | "end2end" | "testing" | "tests.rs" | "testing.rs"))
    }

    fn object(&self, line: usize, what: impl Into<String>) -> Violation {
        Violation { file: self.path.clone(), line, what: what.into() }
    }

    /// Numbered lines of code: without comments, and without a test module at the file's end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let product = self.text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        product.map(|(place, line)| (place + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

type Rule = fn(&Workspace, &[Source]) -> Vec<Violation>;

pub(super) const RULES: [(&str, Rule); 8] = [
    ("SQL lives in store.rs", sql_in_store),
    ("server functions have a fixed endpoint", endpoints),
    ("no `allow`, but `expect` with a reason", no_allow),
    ("no path of one machine", no_machine_paths),
    ("no download hosts in lock files", no_hosts),
    ("no file past 500 lines", no_long_files),
    ("no raw colours in components", no_raw_colours),
    ("nothing left to do in the code", nothing_left_to_do),
];

pub(super) fn read_all(ws: &Workspace) -> Outcome<Vec<Source>> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(ws.root.join(&path)).ok()?;
        Some(Source { path: path.to_string_lossy().into_owned(), text })
    };
    Ok(ws.files()?.into_iter().filter_map(read).collect())
}

fn product_code(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.is_rust() && !source.is_test() && !source.path.starts_with("xtask/"))
}

fn sql_in_store(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let is_store = |path: &str| {
        path.ends_with("/store.rs")
            || path.contains("/store/")
            || path.starts_with("crates/db/")
            || path.contains("/bench")
            || path.contains("/examples/")
    };
    let mut found = Vec::new();
    for source in product_code(sources).filter(|source| !is_store(&source.path)) {
        for (number, line) in source.code().filter(|(_, line)| has_sql(line)) {
            found.push(source.object(number, format!("SQL belongs in the crate's store.rs: `{}`", line.trim())));
        }
    }
    found
}

fn has_sql(line: &str) -> bool {
    let starts = [
        "query!(",
        "query_as!(",
        "query_scalar!(",
        "query_file!(",
        "sqlx::query",
        "sqlx::raw_sql",
        "QueryBuilder::new(",
    ];
    starts.iter().any(|start| line.contains(start))
}

fn endpoints(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in product_code(sources) {
        let code: Vec<(usize, &str)> = source.code().collect();
        for (place, (number, line)) in code.iter().enumerate() {
            if !is_server_attribute(line) {
                continue;
            }
            let attribute: String = code.iter().skip(place).take(12).flat_map(|(_, line)| [*line, "\n"]).collect();
            let attribute = attribute.split_once(']').map_or(attribute.as_str(), |(inside, _)| inside);
            if !attribute.contains("endpoint") {
                found.push(source.object(
                    *number,
                    "a server function needs `endpoint = \"...\"`: its default path changes with the folder",
                ));
            }
        }
    }
    found
}

fn is_server_attribute(line: &str) -> bool {
    let line = line.trim_start();
    // An argument's own attributes look alike.
    if line.starts_with("#[server(default") {
        return false;
    }
    line.starts_with("#[server(") || line.starts_with("#[server]") || line.starts_with("#[leptos::server")
}

fn no_allow(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    // Put together, so that this file does not find itself.
    let bare = [concat!("#[", "allow("), concat!("#![", "allow(")];
    for source in sources.iter().filter(|source| source.is_rust()) {
        for (place, line) in
            source.text.lines().enumerate().filter(|(_, line)| bare.iter().any(|bare| line.contains(bare)))
        {
            found.push(
                source.object(place + 1, format!("say `#[expect(.., reason = \"..\")]` instead: `{}`", line.trim())),
            );
        }
    }
    found
}

fn no_machine_paths(ws: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let mut places =
        vec![concat!("/", "root/").to_owned(), concat!("/", "Users/").to_owned(), concat!("/", "home/").to_owned()];
    // A clone right under `/` has too common a name to look for.
    if ws.root.components().count() > 2 {
        places.push(format!("{}/", ws.root.display()));
    }
    let mut found = Vec::new();
    for source in sources {
        for (place, line) in source.text.lines().enumerate() {
            let hit = places.iter().find(|path| {
                line.match_indices(path.as_str()).any(|(at, _)| {
                    let before = line.get(..at).and_then(|start| start.chars().next_back());
                    before.is_none_or(|before| !before.is_alphanumeric() && !"/.-_}*".contains(before))
                })
            });
            if let Some(path) = hit {
                found.push(source.object(place + 1, format!("`{path}` is a folder of one machine")));
            }
        }
    }
    found
}

fn no_hosts(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        for (place, line) in source.text.lines().enumerate() {
            let bad = match name {
                "package-lock.json" => line.contains("\"resolved\":") && line.contains("://"),
                ".npmrc" => line.trim_start().starts_with("registry") || line.contains("://"),
                "Cargo.lock" => {
                    line.starts_with("source = ")
                        && !line.contains("registry+https://github.com/rust-lang/crates.io-index")
                }
                "config.toml" if source.path == ".cargo/config.toml" => {
                    line.starts_with("[source") || line.starts_with("[registr")
                }
                _ => false,
            };
            if bad {
                found.push(
                    source.object(place + 1, format!("names where one machine downloads from: `{}`", line.trim())),
                );
            }
        }
    }
    found
}

fn no_long_files(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let is_code =
        |source: &&Source| [".rs", ".ts", ".js"].iter().any(|end| source.path.ends_with(end)) && !source.is_test();
    let is_generated = |source: &Source| source.text.lines().take(3).any(|line| line.contains("@generated"));
    let mut found = Vec::new();
    for source in sources.iter().filter(is_code).filter(|source| !is_generated(source)) {
        let lines = source.text.lines().count();
        if lines > 500 {
            found.push(source.object(lines, format!("{lines} lines: this wants to be two files")));
        }
    }
    found
}

fn no_raw_colours(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    // The sandbox stands for other people's pages, mail knows no style sheet, and covers are drawn from palettes.
    let exempt = ["crates/sandbox/", "crates/notifications/", "cover", "palette"];
    let mut found = Vec::new();
    for source in product_code(sources).filter(|source| !exempt.iter().any(|part| source.path.contains(part))) {
        for (number, line) in source.code() {
            if let Some(colour) = hex_colour(line) {
                found.push(source.object(number, format!("`{colour}`: name a colour of style/ instead")));
            }
        }
    }
    found
}

/// `#abc`, `#aabbcc` or `#aabbccdd` in a string; neither an HTML entity nor a fragment that goes on.
fn hex_colour(line: &str) -> Option<&str> {
    line.match_indices('#').find_map(|(at, _)| {
        let before = line.get(..at)?.chars().next_back()?;
        let rest = line.get(at + 1..)?;
        let length = rest.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(rest.len());
        let after = rest.get(length..).and_then(|after| after.chars().next());
        let ends = after.is_none_or(|after| !after.is_alphanumeric() && after != '-' && after != '_');
        let begins = matches!(before, '"' | '\'' | ' ' | ':' | '(' | ',' | '=' | '[');
        (begins && ends && matches!(length, 3 | 6 | 8)).then(|| line.get(at..=at + length)).flatten()
    })
}

fn nothing_left_to_do(_: &Workspace, sources: &[Source]) -> Vec<Violation> {
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let skipped =
        [concat!("#[", "ignore"), concat!("test.", "skip("), concat!("test.", "only("), concat!("test.", "fixme(")];
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| [".rs", ".ts", ".js"].iter().any(|end| source.path.ends_with(end))) {
        for (place, line) in source.text.lines().enumerate() {
            if notes.iter().chain(&skipped).any(|note| line.contains(note)) {
                found.push(source.object(place + 1, format!("finish it or take it out: `{}`", line.trim())));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn colours_are_told_from_other_hashes() {
        assert_eq!(hex_colour("fill=\"#0B5D46\""), Some("#0B5D46"));
        assert_eq!(hex_colour("color: #abc;"), Some("#abc"));
        assert_eq!(hex_colour("href=\"#added-later\""), None);
        assert_eq!(hex_colour("&#039;"), None);
        assert_eq!(hex_colour("href=\"#facade-1\""), None);
    }

    #[test]
    fn sql_outside_of_a_store_is_found_with_its_line() {
        let text = "//! sqlx::query in a comment\nfn f() {\n    sqlx::query!(\"select 1\");\n}\n";
        let sources = [source("crates/catalog/src/ops.rs", text), source("crates/catalog/src/store.rs", text)];
        let found = sql_in_store(&workspace(), &sources);
        assert_eq!(
            found.iter().map(|found| (found.file.as_str(), found.line)).collect::<Vec<_>>(),
            [("crates/catalog/src/ops.rs", 3)]
        );
    }

    #[test]
    fn a_server_function_without_an_endpoint_is_found() {
        let text = "#[server(\n    name = A,\n    endpoint = \"a\",\n)]\nfn a() {}\n#[server(name = B)]\nfn endpoint(#[server(default)] b: u8) {}\n";
        let found = endpoints(&workspace(), &[source("app/areas/x/src/api.rs", text)]);
        assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn lock_files_name_no_hosts() {
        let bad = source("style/package-lock.json", "\"resolved\": \"https://mirror.example/x.tgz\",\n");
        let good = source("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n");
        assert_eq!(no_hosts(&workspace(), &[bad, good]).len(), 1);
    }

    #[test]
    fn machine_paths_are_told_from_parts_of_others() {
        let bad = source("docs/a.md", concat!("see ", "/", "home/alice/x"));
        let good = source("docs/b.md", concat!("app", "/", "home/page.rs"));
        assert_eq!(no_machine_paths(&workspace(), &[bad, good]).len(), 1);
    }

    fn workspace() -> Workspace {
        Workspace::at("/clone".into())
    }
}
