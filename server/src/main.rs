//! The program: `guildhall serve | worker | migrate | seed | import | reindex | keys | audit | retention | release-sign-on | doctor`.

mod audit_export;
mod cards;
mod commands;
mod config;
mod covers;
mod data_copy;
mod doctor;
mod downloads;
mod files;
mod form_errors;
mod health;
mod index;
mod keys;
mod limits;
mod listen;
mod middleware;
mod pages;
mod proxies;
mod public_files;
mod refusal;
mod reports;
mod rest;
mod sandbox_proxy;
mod scim;
mod seed;
mod serve;
mod sso;
mod state;
mod stored;
#[cfg(test)]
mod tests;
mod theme;
mod webhooks;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use commands::{Cli, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Values in the environment win over the file's.
    dotenvy::dotenv().ok();
    let cli = Cli::parse();
    // Only one library for TLS is linked in; a second call would find it installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::from(error)),
    };
    match runtime.block_on(commands::run(cli.command.unwrap_or(Command::Serve { no_worker: false }))) {
        Ok(code) => code,
        Err(error) => complain(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last words of a program that could not go on are for whoever started it")]
fn complain(error: &anyhow::Error) -> ExitCode {
    eprintln!("guildhall: {error:#}");
    ExitCode::FAILURE
}
