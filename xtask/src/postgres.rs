//! A private PostgreSQL in `.local/`: one cluster for development, one that is thrown away for tests. It listens on a
//! free port of the loopback interface and trusts whoever can reach that. PostgreSQL refuses to run as root: then the
//! cluster belongs to the system's `postgres` user, and lies where that user can get to.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::{Workspace, find_program, is_root, read, write};
use crate::{Outcome, lock, process};

/// What a cluster is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Development,
    /// Thrown away before each use, and careless about power cuts.
    Tests,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Development => "postgres",
            Self::Tests => "postgres-test",
        }
    }
}

/// A running cluster. Dropping it stops the server, unless it was running before.
pub(crate) struct Cluster {
    ws: Workspace,
    purpose: Purpose,
    programs: PathBuf,
    /// What `.local/postgres` resolves to.
    home: PathBuf,
    pub(crate) port: u16,
    keep: bool,
    /// Held while a test cluster is in use: the next one throws it away.
    _only: Option<File>,
}

impl Cluster {
    /// Starts the cluster, making it first where there is none, with the owner's role and an empty database.
    pub(crate) fn start(ws: &Workspace, purpose: Purpose) -> Outcome<Self> {
        let link = ws.local().join(purpose.name());
        let programs = programs(&link)?;
        let only =
            if purpose == Purpose::Tests { Some(lock::wait(ws, purpose.name(), "the test database")?) } else { None };
        let mut cluster =
            Self { ws: ws.clone(), purpose, programs, home: PathBuf::new(), port: 0, keep: false, _only: only };
        if purpose == Purpose::Tests {
            cluster.home = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
            cluster.throw_away()?;
        }
        cluster.home = home(ws, purpose)?;
        if cluster.data().join("PG_VERSION").is_file() {
            cluster.check_version()?;
        } else {
            cluster.initialise()?;
        }
        if let Some(port) = cluster.running_port() {
            cluster.port = port;
            cluster.keep = true;
        } else {
            cluster.launch()?;
        }
        cluster.prepare()?;
        Ok(cluster)
    }

    /// Leaves the server running when this process ends.
    pub(crate) fn keep(&mut self) -> Outcome {
        self.keep = true;
        write(&self.kept(), "Started by `cargo xtask db`; `cargo xtask db --stop` stops it.\n")
    }

    /// Takes over a server that a killed run has left: it stops with us, unless it is to be kept.
    pub(crate) fn adopt(&mut self) {
        self.keep = false;
    }

    fn kept(&self) -> PathBuf {
        self.ws.local().join(format!("{}.kept", self.purpose.name()))
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    fn server_log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// A URL of this cluster for a role and a database.
    pub(crate) fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database that belongs to the owner's role, replacing one of that name.
    pub(crate) fn recreate(&self, database: &str) -> Outcome {
        self.sql("postgres", &format!("drop database if exists {database} with (force)"))?;
        self.sql("postgres", &format!("create database {database} owner guildhall_owner"))?;
        Ok(())
    }

    /// Runs one statement as the superuser and answers its rows, unaligned.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> Outcome<String> {
        process::capture(self.client("postgres", database).args(["-Atc", statement]))
    }

    /// `psql`, stopping at the first error.
    pub(crate) fn client(&self, role: &str, database: &str) -> Command {
        let mut psql = self.tool("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(role, database)]);
        psql
    }

    /// One of PostgreSQL's client programs, which need not run as the server's user.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let beside = self.programs.join(name);
        let mut command = Command::new(if beside.is_file() { beside } else { PathBuf::from(name) });
        command.env("PGTZ", "UTC").env_remove("PGHOST").env_remove("PGPORT").env_remove("PGUSER");
        command
    }

    /// One of the server's programs, as the server's user.
    fn server_tool(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = as_server_user(&program);
        command.current_dir("/").env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command
    }

    fn check_version(&self) -> Outcome {
        let made_by = read(&self.data().join("PG_VERSION"))?;
        let version = process::capture(self.server_tool("postgres").arg("--version"))?;
        let ours = version.split_whitespace().nth(2).and_then(|version| version.split('.').next()).unwrap_or_default();
        if made_by.trim() == ours {
            return Ok(());
        }
        Err(format!(
            "the data in {} belongs to PostgreSQL {}, but {ours} is installed. Install postgresql-{}, or throw the \
             local data away with `cargo xtask run --fresh`",
            self.home.display(),
            made_by.trim(),
            made_by.trim()
        ))
    }

    fn initialise(&self) -> Outcome {
        let mut initdb = self.server_tool("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.arg("--pgdata").arg(self.data());
        if self.purpose == Purpose::Tests {
            initdb.arg("--no-sync");
        }
        process::capture(&mut initdb)?;
        Ok(())
    }

    /// The port of a server that runs on our data and answers; a lock file left by a crash is removed.
    fn running_port(&self) -> Option<u16> {
        let lock = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&lock).ok()?;
        let mut lines = text.lines();
        let process: u32 = lines.next()?.trim().parse().ok()?;
        let port: u16 = lines.nth(2)?.trim().parse().ok()?;
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        if name.trim() != "postgres" {
            let _ = fs::remove_file(&lock);
            return None;
        }
        let ready = |port: u16| {
            let mut ask = self.tool("pg_isready");
            process::succeeds(ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]))
        };
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(10) {
            if ready(port) {
                return Some(port);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }

    fn launch(&mut self) -> Outcome {
        let record = self.ws.local().join(format!("{}.port", self.purpose.name()));
        let recorded = fs::read_to_string(&record).ok().and_then(|text| text.trim().parse().ok());
        self.port = match recorded.filter(|port| is_free(*port)) {
            Some(port) => port,
            None => free_port()?,
        };
        write(&record, &format!("{}\n", self.port))?;
        self.configure()?;
        let mut start = self.server_tool("pg_ctl");
        start.args(["start", "--silent", "--wait", "--timeout=60", "--pgdata"]).arg(self.data());
        start.arg("--log").arg(self.server_log());
        // The server inherits what pg_ctl has open: a captured pipe would never end.
        process::logged(&mut start, &self.ws.log(self.purpose.name()), Some(Duration::from_secs(90))).map_err(|error| {
            let said = fs::read_to_string(self.server_log()).unwrap_or_default();
            format!("PostgreSQL does not start: {error}\n{}", process::tail(&said, 12))
        })
    }

    fn configure(&self) -> Outcome {
        let sockets = self.home.display().to_string();
        // A socket's path may have 107 bytes; without one TCP remains.
        let sockets = if sockets.len() < 80 { sockets } else { String::new() };
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{sockets}'\nmax_connections = 200\n\
             shared_buffers = 256MB\nwork_mem = 8MB\nmax_wal_size = 1GB\nrandom_page_cost = 1.1\njit = off\n\
             timezone = 'UTC'\nlog_timezone = 'UTC'\n",
            self.port
        );
        if self.purpose == Purpose::Tests {
            settings.push_str("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n");
        }
        let data = self.data();
        fs::write(data.join("guildhall.conf"), settings)
            .map_err(|error| format!("cannot configure PostgreSQL: {error}"))?;
        let main = data.join("postgresql.conf");
        let text = read(&main)?;
        let include = "include 'guildhall.conf'";
        if text.contains(include) { Ok(()) } else { write(&main, &format!("{text}\n{include}\n")) }?;
        if is_root() { give_to_postgres(&[&data.join("guildhall.conf"), &main]) } else { Ok(()) }
    }

    /// The owner's role and its database. The application's role is made by `guildhall migrate`.
    fn prepare(&self) -> Outcome {
        let missing = self.sql(
            "postgres",
            "select (not exists (select from pg_roles where rolname = 'guildhall_owner'))::int, \
             (not exists (select from pg_database where datname = 'guildhall'))::int",
        )?;
        if missing.starts_with('1') {
            self.sql("postgres", "create role guildhall_owner login createrole")?;
        }
        if missing.ends_with('1') {
            self.sql("postgres", "create database guildhall owner guildhall_owner")?;
        }
        Ok(())
    }

    fn stop(&self) -> Outcome {
        if self.data().join("postmaster.pid").is_file() {
            let mut stop = self.server_tool("pg_ctl");
            stop.args(["stop", "--silent", "--mode=fast", "--timeout=30", "--pgdata"]).arg(self.data());
            process::capture(&mut stop)?;
        }
        Ok(())
    }

    fn throw_away(&self) -> Outcome {
        if !self.home.exists() {
            return Ok(());
        }
        let _ = self.running_port();
        self.stop()?;
        let gone = fs::remove_dir_all(&self.home);
        let _ = fs::remove_file(self.ws.local().join(self.purpose.name()));
        gone.map_err(|error| format!("cannot remove {}: {error}", self.home.display()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Somebody may have asked to keep it meanwhile.
        if !self.keep && !self.kept().is_file() {
            let _ = self.stop();
        }
    }
}

/// Stops the development server if it runs.
pub(crate) fn stop(ws: &Workspace) -> Outcome<bool> {
    let Some(cluster) = existing(ws)? else { return Ok(false) };
    let running = cluster.running_port().is_some();
    let _ = fs::remove_file(cluster.kept());
    cluster.stop()?;
    Ok(running)
}

/// Throws the development data away.
pub(crate) fn discard(ws: &Workspace) -> Outcome {
    existing(ws)?.map_or(Ok(()), |cluster| cluster.throw_away())
}

fn existing(ws: &Workspace) -> Outcome<Option<Cluster>> {
    let purpose = Purpose::Development;
    let link = ws.local().join(purpose.name());
    let Ok(home) = fs::canonicalize(&link) else { return Ok(None) };
    Ok(Some(Cluster { ws: ws.clone(), purpose, programs: programs(&link)?, home, port: 0, keep: true, _only: None }))
}

/// Where the server's programs are: of the version that made the data if there is any, else of the newest.
fn programs(link: &Path) -> Outcome<PathBuf> {
    let wanted = fs::read_to_string(link.join("data/PG_VERSION")).ok().and_then(|text| text.trim().parse().ok());
    find_server(wanted).ok_or_else(|| {
        "PostgreSQL's server is not installed; the site keeps everything in it. Install it with \
         `apt-get install postgresql`"
            .to_owned()
    })
}

/// The folder with `initdb` and `postgres`. Debian keeps one for each major version, outside of PATH.
pub(crate) fn find_server(wanted: Option<u32>) -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse().ok();
        let folder = entry.path().join("bin");
        if let Some(version) = version.filter(|_| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        {
            found.push((version, folder));
        }
    }
    found.sort();
    let matching = found.iter().find(|(version, _)| Some(*version) == wanted);
    if let Some((_, folder)) = matching.or(found.last()) {
        return Some(folder.clone());
    }
    let initdb = fs::canonicalize(find_program("initdb")?).ok()?;
    let folder = initdb.parent()?.to_path_buf();
    folder.join("postgres").is_file().then_some(folder)
}

/// The cluster's folder, made when missing: in `.local/`, or, where the `postgres` user cannot get there (a clone under
/// `/root`, say), under `/var/lib` with a link to it in `.local/`.
fn home(ws: &Workspace, purpose: Purpose) -> Outcome<PathBuf> {
    let link = ws.local().join(purpose.name());
    let failed = |error: std::io::Error| format!("cannot make {}: {error}", link.display());
    if let Ok(home) = fs::canonicalize(&link) {
        return Ok(home);
    }
    let _ = fs::remove_file(&link);
    fs::create_dir_all(&link).map_err(failed)?;
    if !is_root() {
        return Ok(link);
    }
    give_to_postgres(&[&link])?;
    if process::succeeds(as_server_user(Path::new("test")).current_dir("/").arg("-w").arg(&link)) {
        return Ok(link);
    }
    fs::remove_dir(&link).map_err(failed)?;
    let elsewhere = PathBuf::from("/var/lib").join(format!("guildhall-{}", ws.fingerprint())).join(purpose.name());
    fs::create_dir_all(&elsewhere).map_err(failed)?;
    give_to_postgres(&[&elsewhere])?;
    std::os::unix::fs::symlink(&elsewhere, &link).map_err(failed)?;
    Ok(elsewhere)
}

fn give_to_postgres(paths: &[&Path]) -> Outcome {
    process::capture(Command::new("chown").arg("postgres:postgres").args(paths)).map(drop).map_err(|error| {
        format!("PostgreSQL refuses to run as root, and its files cannot be given to the user `postgres`: {error}")
    })
}

/// A command that runs as `postgres` when we are root, and as ourselves otherwise.
fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

pub(crate) fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on the loopback interface: {error}"))
}
