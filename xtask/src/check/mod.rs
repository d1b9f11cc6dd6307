//! `cargo xtask check`: format, lints and the house rules, in under two minutes when warm.

mod dependencies;
mod settings;
mod sources;

use std::fmt;

use crate::report::Report;
use crate::setup::{self, Scope};
use crate::workspace::Workspace;
use crate::{Arguments, Outcome, build, process};

/// A broken rule, and where.
pub(crate) struct Violation {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// All violations as one error, a line each.
fn verdict(violations: &[Violation]) -> Outcome {
    if violations.is_empty() {
        return Ok(());
    }
    Err(violations.iter().map(Violation::to_string).collect::<Vec<_>>().join("\n"))
}

pub(crate) fn command(ws: &mut Workspace, arguments: Arguments) -> Outcome {
    arguments.finish()?;
    setup::everything(ws, Scope::Test)?;
    let mut report = Report::default();
    everything(ws, &mut report);
    report.finish()
}

/// Every quick check, each counting as one.
pub(crate) fn everything(ws: &Workspace, report: &mut Report) {
    report.check("Format", || format(ws));
    house_rules(ws, report);
    if ws.root.join("end2end/tsconfig.json").is_file() {
        report.check("Types of the browser tests", || {
            let mut tsc = ws.command("npx");
            tsc.args(["--no-install", "tsc", "--noEmit"]).current_dir(ws.root.join("end2end"));
            process::logged(&mut tsc, &ws.log("tsc"), None)
        });
    }
    report.check("Lints: server side", || {
        clippy(ws, &["--workspace", "--exclude", "frontend", "--all-targets"], "clippy-server")
    });
    report.check("Lints: browser side", || {
        clippy(ws, &["--package", "frontend", "--target", "wasm32-unknown-unknown"], "clippy-browser")
    });
}

fn house_rules(ws: &Workspace, report: &mut Report) {
    report.check("House rule: who may know whom", || verdict(&dependencies::violations(ws)?));
    let Some(files) = report.check("House rules: reading the sources", || sources::read_all(ws)) else { return };
    for (name, rule) in sources::RULES {
        report.check(&format!("House rule: {name}"), || verdict(&rule(ws, &files)));
    }
    report.check("House rule: Leptos.toml and Cargo.toml agree", || verdict(&settings::violations(ws)?));
}

fn format(ws: &Workspace) -> Outcome {
    let mut fmt = setup::formatter(ws).ok_or("rustfmt is missing: `rustup component add rustfmt`")?;
    let command = fmt.args(["--all", "--check"]);
    process::capture(command.arg("--").args(["--color", "never", "-l"]))
        .map(drop)
        .map_err(|error| format!("{error}\n`cargo fmt --all` mends it"))
}

fn clippy(ws: &Workspace, packages: &[&str], log: &str) -> Outcome {
    let mut cargo = ws.cargo(&["clippy"]);
    cargo.args(packages).args(["--keep-going", "--", "-D", "warnings"]);
    build::spoken_or_logged(ws, &mut cargo, log)
}
