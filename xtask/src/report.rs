//! Counts what passed and what failed, goes on after a failure, and sums up at the end.

use crate::terminal::{Step, close, say};
use crate::{Outcome, interrupt, process};

#[derive(Default)]
pub(crate) struct Report {
    passed: usize,
    failures: Vec<Failure>,
}

struct Failure {
    name: String,
    why: String,
}

impl Report {
    /// Runs one check, which counts as one; what it answers is handed on when it passed.
    pub(crate) fn check<T>(&mut self, name: &str, check: impl FnOnce() -> Outcome<T>) -> Option<T> {
        if interrupt::requested() {
            return None;
        }
        let step = Step::begin(name);
        match check() {
            Ok(value) => {
                step.done("passed");
                self.passed += 1;
                Some(value)
            }
            Err(why) => {
                step.done("FAILED");
                say(indented(&why));
                self.fail(name, &why);
                None
            }
        }
    }

    /// Adds what another program counted.
    pub(crate) fn add_passed(&mut self, count: usize) {
        self.passed += count;
    }

    pub(crate) fn fail(&mut self, name: &str, why: &str) {
        self.failures.push(Failure { name: name.to_owned(), why: why.to_owned() });
    }

    /// Prints what failed and, as the last line, the counts. An error when anything failed.
    pub(crate) fn finish(self) -> Outcome {
        close();
        interrupt::check()?;
        if !self.failures.is_empty() {
            say("\nWhat failed (each told in full above):");
            for failure in &self.failures {
                say(format!("\n- {}\n{}", failure.name, indented(&process::tail(&failure.why, 12))));
            }
        }
        let line = format!("\n{} passed, {} failed", self.passed, self.failures.len());
        if self.failures.is_empty() {
            say(line);
            return Ok(());
        }
        // The counts must be the last line whichever of the two streams is read.
        say(line);
        Err(String::new())
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
