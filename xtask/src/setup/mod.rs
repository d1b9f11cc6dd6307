//! Installs what is missing and nothing else: each step first looks whether there is anything to do, which takes
//! milliseconds. A failure names the tool, why it is needed and the command that installs it.

mod debian;
mod tools;
mod wasm;

pub(crate) use debian::chromium;
pub(crate) use tools::formatter;

use crate::terminal::{Steps, say};
use crate::workspace::Workspace;
use crate::{Arguments, Outcome};

/// How much is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// To build and run the site.
    Run,
    /// That, and what the checks and the browser tests need.
    Test,
}

/// What a step found.
pub(crate) enum Found {
    /// Nothing was to be done.
    There,
    /// It was missing and is there now; the text says what.
    Installed(String),
}

type Step = (&'static str, fn(&mut Workspace) -> Outcome<Found>);

const FOR_RUN: [Step; 6] = [
    ("Debian packages: a C compiler, PostgreSQL", debian::for_run),
    ("Node.js, for the styles", tools::node),
    ("Rust's standard library for WebAssembly", wasm::target),
    ("cargo-leptos, which builds server and browser side together", tools::cargo_leptos),
    ("wasm-bindgen, in the version of Cargo.lock", tools::wasm_bindgen),
    ("npm packages in style/: Tailwind CSS, wasm-opt", tools::npm_style),
];

const FOR_TEST: [Step; 3] = [
    ("clippy and rustfmt, for the checks", tools::lints),
    ("Debian packages: Chromium and Redis, for the tests", debian::for_test),
    ("npm packages in end2end/: Playwright, axe", tools::npm_end2end),
];

pub(crate) fn command(ws: &mut Workspace, arguments: Arguments) -> Outcome {
    arguments.finish()?;
    everything(ws, Scope::Test)?;
    say("Everything is in place: `cargo xtask run` shows the site, `cargo xtask test` tests it.");
    Ok(())
}

/// Sets up what the scope needs. The workspace then uses a toolchain that can build for the browser.
pub(crate) fn everything(ws: &mut Workspace, scope: Scope) -> Outcome {
    let also: &[Step] = if scope == Scope::Test { &FOR_TEST } else { &[] };
    let mut steps = Steps::new(FOR_RUN.len() + also.len());
    for (what, action) in FOR_RUN.iter().chain(also) {
        let step = steps.next(what);
        match action(ws)? {
            Found::There => step.done("there"),
            Found::Installed(how) => step.done(&how),
        }
    }
    Ok(())
}
