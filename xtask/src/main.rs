//! `cargo xtask`: everything around the code, in one place that needs nothing but cargo.
//!
//! Errors are sentences for a person: they name what failed, why it was needed and what to do.

mod bench;
mod build;
mod check;
mod database;
mod interrupt;
mod lock;
mod postgres;
mod process;
mod report;
mod run;
mod schema;
mod setup;
mod sqlx;
mod stack;
mod terminal;
mod test;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

/// The result of anything here.
pub(crate) type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "cargo xtask COMMAND

  run     set up, build, and run the site with its database and sandbox
            --port N     the site's port (3000); the sandbox takes the next one
            --dev        a debug build
            --no-seed    leave an empty database empty
            --no-build   run what was built before
            --fresh      throw the local data away first (asks; --yes answers)
  test    set up, then every check and test; the last line counts them
  setup   install what is missing
  check   format, lints and house rules
  bench   [NAME] the benchmarks
  db      start the private database in the background (--stop stops it)
  sqlx    refresh the committed query data in .sqlx (--check only compares)
  schema  refresh migrations/schema.sql (--check only compares)";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if interrupt::requested() => {
            terminal::say("\nStopped.");
            ExitCode::from(130)
        }
        // The report has said everything already.
        Err(error) if error.is_empty() => ExitCode::FAILURE,
        Err(error) => {
            terminal::close();
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Outcome {
    interrupt::listen()?;
    let mut arguments = Arguments(std::env::args().skip(1).collect());
    let command = arguments.positional().unwrap_or_default();
    let mut ws = Workspace::find()?;
    match command.as_str() {
        "run" => run::command(&mut ws, arguments),
        "test" => test::command(&mut ws, arguments),
        "setup" => setup::command(&mut ws, arguments),
        "check" => check::command(&mut ws, arguments),
        "bench" => bench::command(&mut ws, arguments),
        "sqlx" => sqlx::command(&ws, arguments),
        "schema" => schema::command(&ws, arguments),
        "db" => database::command(&ws, arguments),
        "" | "help" | "--help" | "-h" => {
            terminal::say(USAGE);
            Ok(())
        }
        other => Err(format!("there is no `cargo xtask {other}`\n\n{USAGE}")),
    }
}

/// The command line's remaining words.
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    /// Whether the flag was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    /// The value of `--name VALUE` or `--name=VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Outcome<Option<String>> {
        let Some(place) = self.0.iter().position(|word| word == name || word.starts_with(&format!("{name}="))) else {
            return Ok(None);
        };
        let word = self.0.remove(place);
        if let Some((_, value)) = word.split_once('=') {
            return Ok(Some(value.to_owned()));
        }
        if place < self.0.len() { Ok(Some(self.0.remove(place))) } else { Err(format!("{name} needs a value")) }
    }

    /// The next word that is not an option.
    pub(crate) fn positional(&mut self) -> Option<String> {
        let place = self.0.iter().position(|word| !word.starts_with('-') || word == "--help" || word == "-h")?;
        Some(self.0.remove(place))
    }

    /// Everything must have been understood.
    pub(crate) fn finish(self) -> Outcome {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(format!("`{word}` is not understood\n\n{USAGE}")),
        }
    }
}
