//! `cargo xtask test`: every check and every test, counted together. A failing step does not keep the others from
//! telling what they know.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::build;
use crate::postgres::{Cluster, Purpose};
use crate::report::Report;
use crate::setup::{self, Scope};
use crate::stack::{self, Plan, Seed, Stack};
use crate::terminal::{Step, say};
use crate::workspace::{Workspace, read};
use crate::{Arguments, Outcome, check, process, schema, sqlx};

pub(crate) fn command(ws: &mut Workspace, arguments: Arguments) -> Outcome {
    arguments.finish()?;
    let mut report = Report::default();
    if let Err(error) = setup::everything(ws, Scope::Test) {
        report.fail("Setting up", &error);
        return report.finish();
    }
    check::everything(ws, &mut report);
    if let Some(cluster) = report.check("A throw-away PostgreSQL starts", || Cluster::start(ws, Purpose::Tests)) {
        report.check("migrations/schema.sql is what the migrations make", || schema::check(ws, &cluster));
        report.check(".sqlx describes the queries as they are", || sqlx::check(ws, &cluster));
        rust_tests(ws, &cluster, &mut report);
        if ws.root.join("end2end/package.json").is_file() {
            browser_tests(ws, cluster, &mut report);
        } else {
            say("There are no browser tests: end2end/package.json does not exist.");
        }
    }
    report.finish()
}

const ALL_BUT_BROWSER: [&str; 3] = ["--workspace", "--exclude", "frontend"];

/// Unit, database and HTTP tests.
fn rust_tests(ws: &Workspace, cluster: &Cluster, report: &mut Report) {
    let built = report.check("The tests compile", || {
        let mut cargo = ws.cargo(&["build", "--all-targets"]);
        build::spoken_or_logged(ws, cargo.args(ALL_BUT_BROWSER), "build-tests")
    });
    if built.is_none() {
        return;
    }
    let nextest = process::succeeds(&mut ws.cargo(&["nextest", "--version"]));
    let mut cargo = if nextest {
        ws.cargo(&["nextest", "run", "--no-fail-fast", "--color=never", "--status-level=slow", "--show-progress=none"])
    } else {
        ws.cargo(&["test", "--no-fail-fast", "--quiet", "--color=never"])
    };
    cargo.args(ALL_BUT_BROWSER).env("TEST_DATABASE_URL", cluster.url("postgres", "postgres"));
    say(format!("Rust tests: {}", process::typed(&cargo)));
    let step = Step::begin("Rust tests");
    match process::echoed(&mut cargo) {
        Ok((succeeded, said)) => {
            let counts = if nextest { nextest_counts(&said) } else { libtest_counts(&said) };
            step.done(&format!("{} passed, {} failed", counts.passed, counts.failed.len()));
            if !succeeded && counts.failed.is_empty() {
                report.fail("Rust tests", &process::tail(&said, 40));
            }
            add(report, "Rust", &counts);
        }
        Err(error) => report.fail("Rust tests", &error),
    }
}

/// The site in a real browser, on a database of its own with the demo in it.
fn browser_tests(ws: &Workspace, cluster: Cluster, report: &mut Report) {
    let Some(built) = report.check("The browser's side builds", || build::browser_side(ws)) else { return };
    let folder = ws.target.join("end2end");
    let stack = report.check("The site starts with the demo", || {
        let _ = fs::remove_dir_all(&folder);
        let port = stack::free_pair()?;
        let plan = Plan {
            built,
            port,
            folder: folder.clone(),
            database: "guildhall",
            seed: Seed::Demo,
            logs: Some(folder.clone()),
            rate_limits: true,
            trusted_proxies: "127.0.0.0/8, ::1",
        };
        Ok((Stack::start(ws, &plan, cluster)?, port))
    });
    let Some((mut stack, port)) = stack else { return };
    let results = folder.join("results.json");
    let mut playwright = playwright(ws, port, &results);
    let step = Step::begin("Browser tests");
    match process::echoed(&mut playwright) {
        Ok((succeeded, said)) => {
            let counts = read(&results).and_then(|text| playwright_counts(&text)).unwrap_or_default();
            step.done(&format!("{} passed, {} failed", counts.passed, counts.failed.len()));
            if !succeeded && counts.failed.is_empty() {
                report.fail("Browser tests", &process::tail(&said, 40));
            }
            add(report, "Browser", &counts);
        }
        Err(error) => report.fail("Browser tests", &error),
    }
    report.check("The site still runs after the browser tests", || stack.check());
    report.check("The site has not panicked", || no_panic(&folder.join("server.log")));
}

fn playwright(ws: &Workspace, port: u16, results: &Path) -> Command {
    let mut command = ws.command("npx");
    command.args(["--no-install", "playwright", "test", "--reporter=list,json"]);
    command.current_dir(ws.root.join("end2end"));
    command.env("BASE_URL", format!("http://localhost:{port}"));
    command.env("SANDBOX_URL", format!("http://127.0.0.1:{}", port + 1));
    command.env("PLAYWRIGHT_JSON_OUTPUT_NAME", results).env("CI", "1").env("FORCE_COLOR", "0");
    if let Some(chromium) = setup::chromium() {
        command.env("CHROMIUM", chromium);
    }
    command
}

fn no_panic(log: &Path) -> Outcome {
    let text = read(log)?;
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("panicked at")).collect();
    if lines.is_empty() { Ok(()) } else { Err(lines.join("\n")) }
}

fn add(report: &mut Report, kind: &str, counts: &Counts) {
    report.add_passed(counts.passed);
    for failed in &counts.failed {
        report.fail(&format!("{kind} test: {failed}"), "its output stands above");
    }
}

/// What a test runner counted, with the names of what failed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: Vec<String>,
}

/// cargo's own runner: a `test result` line for each program, and the names under `failures:`.
fn libtest_counts(said: &str) -> Counts {
    let mut counts = Counts::default();
    let mut listing = false;
    for line in said.lines() {
        if let Some(result) = line.strip_prefix("test result: ") {
            listing = false;
            counts.passed += number_before(result, " passed");
        } else if line == "failures:" {
            listing = true;
        } else if listing && line.starts_with("    ") && !line.trim().contains(' ') {
            let name = line.trim().to_owned();
            if !counts.failed.contains(&name) {
                counts.failed.push(name);
            }
        }
    }
    counts
}

/// nextest: one summary, then a line for each test that failed.
fn nextest_counts(said: &str) -> Counts {
    let mut counts = Counts::default();
    let mut summed_up = false;
    for line in said.lines().map(str::trim) {
        if line.starts_with("Summary [") {
            summed_up = true;
            counts.passed = number_before(line, " passed");
        } else if summed_up && let Some((mark, name)) = line.split_once(']') {
            let mark = mark.split_whitespace().next().unwrap_or_default();
            if matches!(mark, "FAIL" | "TIMEOUT" | "ABORT" | "SIGABRT" | "SIGSEGV" | "LEAK-FAIL" | "TRY") {
                counts.failed.push(name.trim().to_owned());
            }
        }
    }
    counts
}

fn number_before(text: &str, word: &str) -> usize {
    let Some((before, _)) = text.split_once(word) else { return 0 };
    before
        .rsplit(|character: char| !character.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

/// Playwright's JSON report: suites in suites, specs with an `ok`.
fn playwright_counts(text: &str) -> Outcome<Counts> {
    let report: Value = serde_json::from_str(text).map_err(|error| format!("Playwright's report: {error}"))?;
    let mut counts = Counts::default();
    let mut waiting: Vec<(&Value, String)> = vec![(&report, String::new())];
    while let Some((suite, path)) = waiting.pop() {
        let list = |key| suite.get(key).and_then(Value::as_array).into_iter().flatten();
        for inner in list("suites") {
            let title = inner.get("title").and_then(Value::as_str).unwrap_or_default();
            waiting.push((inner, if path.is_empty() { title.to_owned() } else { format!("{path} > {title}") }));
        }
        for spec in list("specs") {
            let title = spec.get("title").and_then(Value::as_str).unwrap_or_default();
            for test in spec.get("tests").and_then(Value::as_array).into_iter().flatten() {
                let project = test.get("projectName").and_then(Value::as_str).unwrap_or_default();
                match test.get("status").and_then(Value::as_str) {
                    Some("expected") => counts.passed += 1,
                    Some("skipped") => {}
                    _ => counts.failed.push(format!("{path} > {title} ({project})")),
                }
            }
        }
    }
    for error in report.get("errors").and_then(Value::as_array).into_iter().flatten() {
        counts.failed.push(error.get("message").and_then(Value::as_str).unwrap_or("an error").to_owned());
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtest_is_counted() {
        let said = "running 3 tests\n.F.\nfailures:\n\n---- a::b stdout ----\nboom\n\nfailures:\n    a::b\n\ntest result: FAILED. 2 passed; 1 failed; 0 ignored\ntest result: ok. 5 passed; 0 failed\n";
        assert_eq!(libtest_counts(said), Counts { passed: 7, failed: vec!["a::b".to_owned()] });
    }

    #[test]
    fn nextest_is_counted() {
        let said = "        FAIL [   0.004s] (1/3) money a::b\n------------\n     Summary [   0.012s] 3 tests run: 2 passed, 1 failed, 0 skipped\n        FAIL [   0.004s] (1/3) money a::b\n";
        assert_eq!(nextest_counts(said), Counts { passed: 2, failed: vec!["(1/3) money a::b".to_owned()] });
    }

    #[test]
    fn playwright_is_counted() -> Outcome {
        let text = r#"{"suites":[{"title":"pay.spec.ts","specs":[{"title":"pays","tests":[{"projectName":"js","status":"expected"},{"projectName":"no js","status":"unexpected"}]}],"suites":[{"title":"inner","specs":[{"title":"skips","tests":[{"status":"skipped"}]}]}]}],"errors":[]}"#;
        let expected = Counts { passed: 1, failed: vec!["pay.spec.ts > pays (no js)".to_owned()] };
        assert_eq!(playwright_counts(text)?, expected);
        Ok(())
    }
}
