//! `cargo xtask run`: from nothing to a running site, in the foreground.

use std::fs;
use std::io::Write as _;

use crate::build::{self, Built, Profile};
use crate::postgres::{self, Cluster, Purpose};
use crate::setup::{self, Scope};
use crate::stack::{Plan, Seed, Stack};
use crate::terminal::{Step, close, say};
use crate::workspace::Workspace;
use crate::{Arguments, Outcome, interrupt, lock};

struct Options {
    port: u16,
    profile: Profile,
    seed: bool,
    build: bool,
    fresh: bool,
    yes: bool,
}

impl Options {
    fn parse(mut arguments: Arguments) -> Outcome<Self> {
        let port = match arguments.value("--port")? {
            None => 3000,
            Some(text) => match text.parse() {
                Ok(port) if (1..u16::MAX).contains(&port) => port,
                _ => return Err(format!("--port {text}: a number from 1 to 65534 is expected")),
            },
        };
        let options = Self {
            port,
            profile: if arguments.flag("--dev") { Profile::Debug } else { Profile::Release },
            seed: !arguments.flag("--no-seed"),
            build: !arguments.flag("--no-build"),
            fresh: arguments.flag("--fresh"),
            yes: arguments.flag("--yes"),
        };
        arguments.finish()?;
        Ok(options)
    }
}

pub(crate) fn command(ws: &mut Workspace, arguments: Arguments) -> Outcome {
    let options = Options::parse(arguments)?;
    let _only = lock::site(ws)?;
    if options.fresh {
        discard(ws, options.yes)?;
    }
    let built = if options.build {
        setup::everything(ws, Scope::Run)?;
        build::site(ws, options.profile)?
    } else {
        Built::at(ws, options.profile)
    };
    if !built.exists() {
        return Err("nothing is built yet: run once without --no-build".to_owned());
    }
    let step = Step::begin("Starting the private PostgreSQL");
    let mut cluster = Cluster::start(ws, Purpose::Development)?;
    cluster.adopt();
    step.done(&format!("on port {}", cluster.port));
    let plan = Plan {
        built,
        port: options.port,
        folder: ws.local(),
        database: "guildhall",
        seed: if options.seed { Seed::Demo } else { Seed::Nothing },
        logs: None,
        rate_limits: true,
        trusted_proxies: "",
    };
    let mut stack = Stack::start(ws, &plan, cluster)?;
    welcome(&options);
    stack.watch()?;
    say("\nStopping the site, the sandbox and the database.");
    Ok(())
}

fn welcome(options: &Options) {
    let port = options.port;
    say(format!("\nGuildhall is ready at http://localhost:{port}"));
    if options.seed {
        say("\n  Demo accounts, all with the password guildhall-demo-2026:");
        for (role, address) in [
            ("a learner", "learner"),
            ("a training provider", "provider"),
            ("an enterprise", "enterprise"),
            ("the platform's admin", "admin"),
        ] {
            say(format!("    {:<32} {role}", format!("{address}@demo.guildhall.test")));
        }
    }
    say(format!("\n  Mail that the site has sent: http://localhost:{port}/sandbox/outbox"));
    say("  A card that pays: 4242 4242 4242 4242, any later date, any code\n\n  Ctrl-C stops everything.\n");
}

fn discard(ws: &Workspace, yes: bool) -> Outcome {
    if !yes && !confirmed()? {
        interrupt::check()?;
        return Err("nothing was thrown away".to_owned());
    }
    let step = Step::begin("Throwing the local data away");
    postgres::discard(ws)?;
    // What is no data, or belongs to a test that runs beside us. The database keeps its address.
    let kept = ["run.lock", "log", "env.sh", "postgres.port", "postgres.kept"];
    for entry in fs::read_dir(ws.local()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if kept.iter().any(|kept| name == *kept) || name.to_string_lossy().starts_with("postgres-test") {
            continue;
        }
        let path = entry.path();
        let removed =
            if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    }
    step.done("gone");
    Ok(())
}

fn confirmed() -> Outcome<bool> {
    close();
    let mut out = std::io::stdout();
    let _ = write!(out, "This deletes the local database, uploaded files and the sandbox's mail. Go on? [y/N] ");
    let _ = out.flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| format!("cannot read the answer: {error}"))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
