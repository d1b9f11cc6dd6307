//! The running site: database, sandbox and server, started in order, watched together, stopped in the reverse order.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::build::{Built, Profile};
use crate::postgres::{self, Cluster};
use crate::process::Background;
use crate::terminal::Step;
use crate::workspace::Workspace;
use crate::{Outcome, interrupt, process};

/// What an empty database is filled with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seed {
    Nothing,
    Demo,
    /// A year of the market: 400 courses, 10,000 learners, 15,000 enrollments.
    Year,
}

impl Seed {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Demo => &["seed", "--if-empty"],
            Self::Year => &["seed", "--if-empty", "--year"],
        }
    }
}

/// How a site is to run.
pub(crate) struct Plan {
    pub(crate) built: Built,
    /// The site's port; the sandbox has the next one.
    pub(crate) port: u16,
    /// Where uploaded files, the search index and the sandbox's state are kept.
    pub(crate) folder: PathBuf,
    pub(crate) database: &'static str,
    pub(crate) seed: Seed,
    /// Where the programs' output goes; without it the server's is shown.
    pub(crate) logs: Option<PathBuf>,
    pub(crate) rate_limits: bool,
    /// Whose word is taken on where a request comes from: the browser tests come from many addresses.
    pub(crate) trusted_proxies: &'static str,
}

/// A running site. The fields are dropped, and so stopped, in this order.
pub(crate) struct Stack {
    server: Background,
    sandbox: Background,
    _cluster: Cluster,
}

impl Stack {
    /// Migrates, seeds, and starts the programs; answers once the site is ready.
    pub(crate) fn start(ws: &Workspace, plan: &Plan, cluster: Cluster) -> Outcome<Self> {
        free(plan.port)?;
        free(plan.port + 1)?;
        let environment = environment(plan, &cluster);
        let owner = cluster.url("guildhall_owner", plan.database);
        let program = |path: &PathBuf| {
            let mut command = Command::new(path);
            command.current_dir(&ws.root).envs(environment.iter().map(|(name, value)| (name, value)));
            command
        };
        let step = Step::begin("Migrating the database");
        process::capture(program(&plan.built.server).arg("migrate").env("DATABASE_URL", &owner))?;
        step.done("done");
        if plan.seed != Seed::Nothing {
            let step = Step::begin("Seeding the demo, if the database is empty");
            let mut seed = program(&plan.built.server);
            let log = ws.log("seed");
            process::logged(seed.args(plan.seed.arguments()).env("DATABASE_URL", &owner), &log, None)?;
            step.done("done");
        }
        let step = Step::begin("Starting the sandbox and the site");
        let logs = plan.logs.clone().unwrap_or_else(|| ws.local().join("log"));
        let mut sandbox =
            Background::start("sandbox", &sandbox(plan, program(&plan.built.sandbox)), Some(logs.join("sandbox.log")))?;
        let server_log = plan.logs.as_ref().map(|logs| logs.join("server.log"));
        let mut server = Background::start("site", program(&plan.built.server).arg("serve"), server_log)?;
        wait_until_answers(&mut sandbox, plan.port + 1, "/sandbox", false)?;
        wait_until_answers(&mut server, plan.port, "/health/ready", true)?;
        step.done("ready");
        Ok(Self { server, sandbox, _cluster: cluster })
    }

    /// The server's process, for measuring.
    pub(crate) fn server_id(&self) -> u32 {
        self.server.id()
    }

    /// An error once one of the programs has ended.
    pub(crate) fn check(&mut self) -> Outcome {
        self.server.check()?;
        self.sandbox.check()
    }

    /// Keeps everything running until a stop is requested; one program's end is everybody's.
    pub(crate) fn watch(&mut self) -> Outcome {
        while !interrupt::requested() {
            self.check()?;
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

fn free(port: u16) -> Outcome {
    if postgres::is_free(port) {
        return Ok(());
    }
    Err(format!(
        "port {port} is in use. Stop what is listening there, or choose another with `--port N` (N and N+1 must be free)"
    ))
}

/// A port that is free together with the next one.
pub(crate) fn free_pair() -> Outcome<u16> {
    for _ in 0..50 {
        let port = postgres::free_port()?;
        if port < u16::MAX && postgres::is_free(port + 1) {
            return Ok(port);
        }
    }
    Err("no two neighbouring ports are free on the loopback interface".to_owned())
}

fn sandbox(plan: &Plan, mut command: Command) -> Command {
    let port = plan.port;
    command.arg("--addr").arg(format!("127.0.0.1:{}", port + 1));
    // The site hands the sandbox's pages on, so that a browser sees one origin.
    command.arg("--base-url").arg(format!("http://localhost:{port}"));
    command.arg("--webhook-url").arg(format!("http://127.0.0.1:{port}/webhooks/stripe"));
    command.arg("--state").arg(plan.folder.join("sandbox.json"));
    command
}

fn environment(plan: &Plan, cluster: &Cluster) -> Vec<(&'static str, String)> {
    let port = plan.port;
    let sandbox = format!("http://127.0.0.1:{}", port + 1);
    let release = plan.built.profile == Profile::Release;
    vec![
        ("DATABASE_URL", cluster.url("guildhall_app", plan.database)),
        ("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}")),
        ("LEPTOS_SITE_ROOT", plan.built.site.display().to_string()),
        ("LEPTOS_SITE_PKG_DIR", "pkg".to_owned()),
        ("LEPTOS_OUTPUT_NAME", "guildhall".to_owned()),
        ("LEPTOS_HASH_FILES", "true".to_owned()),
        ("LEPTOS_ENV", if release { "PROD" } else { "DEV" }.to_owned()),
        ("GUILDHALL_BASE_URL", format!("http://localhost:{port}")),
        ("GUILDHALL_FILES", format!("file:{}", plan.folder.join("files").display())),
        ("GUILDHALL_INDEX", plan.folder.join("index").display().to_string()),
        ("GUILDHALL_RATE_LIMITS", if plan.rate_limits { "on" } else { "off" }.to_owned()),
        ("GUILDHALL_TRUSTED_PROXIES", plan.trusted_proxies.to_owned()),
        ("STRIPE_API_BASE", sandbox.clone()),
        ("SENDGRID_API_BASE", sandbox),
    ]
}

/// Waits for an answer; `must_succeed` asks for the status 200.
fn wait_until_answers(program: &mut Background, port: u16, path: &str, must_succeed: bool) -> Outcome {
    let since = Instant::now();
    let mut last = String::new();
    while since.elapsed() < Duration::from_secs(120) {
        program.check()?;
        interrupt::check()?;
        match get(port, path) {
            Ok(answer) if !must_succeed || answer.starts_with("HTTP/1.1 200") => return Ok(()),
            Ok(answer) => last = answer,
            Err(error) => last = error.to_string(),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("port {port} did not become ready within two minutes. It last said:\n{}", process::tail(&last, 12)))
}

/// A plain HTTP request to this machine, for the readiness probe.
fn get(port: u16, path: &str) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    Ok(answer)
}
