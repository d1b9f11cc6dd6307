//! The site's settings stand twice: in `Cargo.toml` for cargo-leptos, in `Leptos.toml` for the running server. What both
//! name must agree.

use serde_json::Value;

use super::Violation;
use crate::workspace::{Workspace, read};
use crate::{Outcome, process};

/// Settings that differ on purpose: where the site lies is told to the running server, which need not run in the clone.
const RUN_TIME_ONLY: [&str; 2] = ["env", "hash-file"];

pub(super) fn violations(ws: &Workspace) -> Outcome<Vec<Violation>> {
    let text = process::capture(&mut ws.cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let build = metadata.pointer("/metadata/leptos/0").ok_or("Cargo.toml has no [[workspace.metadata.leptos]]")?;
    Ok(compare(build, &read(&ws.root.join("Leptos.toml"))?))
}

fn compare(build: &Value, run: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut object = |line: usize, what: String| found.push(Violation { file: "Leptos.toml".to_owned(), line, what });
    for (place, line) in run.lines().enumerate() {
        let Some((name, value)) = line.split_once('=').filter(|_| !line.trim_start().starts_with('#')) else {
            continue;
        };
        let (name, value) = (name.trim(), value.split(" #").next().unwrap_or_default().trim());
        if RUN_TIME_ONLY.contains(&name) {
            continue;
        }
        match build.get(name) {
            None => object(place + 1, format!("`{name}` is not set in Cargo.toml's [[workspace.metadata.leptos]]")),
            Some(other) => {
                let other = other.to_string();
                if other != value {
                    object(place + 1, format!("`{name}` is {value} here and {other} in Cargo.toml"));
                }
            }
        }
    }
    for name in ["output-name", "site-pkg-dir", "hash-files"] {
        if build.get(name).is_some() && !run.lines().any(|line| line.split('=').next().map(str::trim) == Some(name)) {
            object(1, format!("`{name}` is set in Cargo.toml and missing here"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_and_an_agreement_is_not() {
        let build = serde_json::json!({ "output-name": "guildhall", "hash-files": true, "reload-port": 3030 });
        assert!(compare(&build, "[[x]]\noutput-name = \"guildhall\"\nhash-files = true # like there\n").is_empty());
        let found = compare(&build, "output-name = \"other\"\nhash-files = true\nenv = \"DEV\"\n");
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|violation| violation.line == 1));
        assert_eq!(compare(&build, "output-name = \"guildhall\"\n").len(), 1);
    }
}
