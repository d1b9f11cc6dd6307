//! The command line.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use guildhall_catalog::{Format, ImportOptions};
use guildhall_kernel::Actor;
use tracing_subscriber::EnvFilter;

use crate::{
    config::{Config, LogFormat, log_format},
    doctor, downloads, index,
    keys::{self, KeysCommand},
    seed, serve,
    state::{self, AppState},
    worker,
};

/// Guildhall: a marketplace for AI training.
#[derive(Debug, Parser)]
#[command(name = "guildhall", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves the site; runs jobs too.
    Serve {
        /// Leaves the jobs to `guildhall worker` processes.
        #[arg(long)]
        no_worker: bool,
    },
    /// Runs jobs only.
    Worker,
    /// Brings the database to this program's schema. DATABASE_URL names its owner.
    Migrate,
    /// Fills an empty database with the demo.
    Seed {
        /// The whole first year: 400 courses, 10,000 learners.
        #[arg(long)]
        year: bool,
        /// Does nothing, and succeeds, when the database holds anything.
        #[arg(long)]
        if_empty: bool,
    },
    /// Puts courses from a CSV or JSON file into the catalogue.
    Import {
        file: PathBuf,
        /// One bad row keeps everything out.
        #[arg(long)]
        all_or_nothing: bool,
        /// Publishes new courses at once; else they are drafts.
        #[arg(long)]
        publish: bool,
    },
    /// Builds the search index anew.
    Reindex,
    /// Lets the people of an organisation sign in by password again, when its own sign-in is out of order and nobody of it
    /// can get in to say so.
    ReleaseSignOn {
        /// The organisation, as its address names it.
        slug: String,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Deletes and anonymises what is kept no longer, as the daily job does.
    Retention {
        /// Only counts it.
        #[arg(long)]
        dry_run: bool,
    },
    /// The keys that sign access tokens.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Checks the configuration and every connection, and says how to mend what is wrong.
    Doctor,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walks the whole chain, names what was changed, removed or inserted, and fails if anything was.
    Verify,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    start_log();
    match command {
        Command::Serve { no_worker } => serve::serve(AppState::connect(Config::from_env()?).await?, !no_worker).await?,
        Command::Worker => worker::run(AppState::connect(Config::from_env()?).await?).await?,
        Command::Migrate => {
            let config = Config::from_env()?;
            guildhall_db::migrate(&config.database_url).await?;
            say("The database is at this program's schema.");
        }
        Command::Seed { year, if_empty } => return seed::run(&Config::from_env()?, year, if_empty).await,
        Command::Import { file, all_or_nothing, publish } => return import(file, all_or_nothing, publish).await,
        Command::Reindex => index::reindex(&Config::from_env()?).await?,
        Command::ReleaseSignOn { slug } => {
            let db = state::connect_db(&Config::from_env()?).await?;
            let released = guildhall_federation::connections::release(&db, &slug).await?;
            say(&format!("{released} connections are no longer the only way in. They stay switched on."));
        }
        Command::Audit { command: AuditCommand::Verify } => return audit_verify().await,
        Command::Retention { dry_run } => return retention(dry_run).await,
        Command::Keys { command } => keys::run(&command).await?,
        Command::Doctor => return doctor::run().await,
    }
    Ok(ExitCode::SUCCESS)
}

fn start_log() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tantivy=warn,graphile_worker=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log_format() {
        LogFormat::Text => log.compact().init(),
        LogFormat::Json => log.json().init(),
    }
}

/// A line for whoever typed the command.
#[expect(clippy::print_stdout, reason = "the answer to a command")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

async fn audit_verify() -> anyhow::Result<ExitCode> {
    let config = Config::from_env()?;
    let db = state::connect_db(&config).await?;
    let files = config.files.open()?;
    let mut told = 0;
    let report = guildhall_audit::verify(&db, &*files, |done, all| {
        if done - told >= 50_000 || done == all {
            say(&format!("{done} of {all} events checked"));
            told = done;
        }
    })
    .await?;
    db.close().await;
    for fault in &report.faults {
        say(&format!("FAULT: {fault}"));
    }
    if report.more > 0 {
        say(&format!("and {} more", report.more));
    }
    if report.is_whole() {
        let (first, last) = (report.first, report.last);
        say(&format!("The audit trail is whole: events {first} to {last}, {} anchors.", report.anchors));
        return Ok(ExitCode::SUCCESS);
    }
    say(
        "The audit trail was tampered with. Keep this database and the file store as they are, and restore a copy elsewhere to compare.",
    );
    Ok(ExitCode::FAILURE)
}

async fn retention(dry_run: bool) -> anyhow::Result<ExitCode> {
    let config = Config::from_env()?;
    let db = state::connect_db(&config).await?;
    let files = config.files.open()?;
    let report = guildhall_privacy::run_retention(&db, &*files, dry_run).await?;
    db.close().await;
    for line in &report.lines {
        let what = match &line.fault {
            Some(fault) => format!("FAILED: {fault}"),
            None if dry_run => format!("{} to go", line.found),
            None => format!("{} gone", line.taken),
        };
        say(&format!("{:<45} {:<32} {what}", line.name, line.table));
    }
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn import(file: PathBuf, all_or_nothing: bool, publish: bool) -> anyhow::Result<ExitCode> {
    let config = Config::from_env()?;
    let format = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        _ => anyhow::bail!("{}: the name must end in .csv or .json", file.display()),
    };
    let bytes = std::fs::read(&file).with_context(|| format!("{} can't be read", file.display()))?;
    let files = config.files.open()?;
    let db = state::connect_db(&config).await?;
    let options = ImportOptions { all_or_nothing, publish, provider: None };
    let report = guildhall_catalog::import(&db, &Actor::System("import"), format, &bytes, &options).await?;
    downloads::store(&*files, &report.files).await?;
    for error in &report.errors {
        let column = if error.column.is_empty() { String::new() } else { format!(", column {}", error.column) };
        say(&format!("line {}{column}: {}", error.line, error.message));
    }
    say(&format!(
        "{} created, {} updated, {} unchanged, {} errors",
        report.created,
        report.updated,
        report.unchanged,
        report.errors.len()
    ));
    db.close().await;
    Ok(if report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
