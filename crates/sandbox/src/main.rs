//! The program `guildhall-sandbox`: local stand-ins for Stripe, SendGrid and GOV.UK Notify.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use guildhall_sandbox::{Config, DEFAULT_NOTIFY_KEY, DEFAULT_WEBHOOK_SECRET};

/// Local stand-ins for Stripe, SendGrid and GOV.UK Notify, for development and tests.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3001")]
    addr: SocketAddr,
    /// The public address under which a browser reaches the sandbox's pages [default: http://<addr>].
    #[arg(long)]
    base_url: Option<String>,
    /// Where Stripe events are sent, for instance http://127.0.0.1:3000/webhooks/stripe.
    #[arg(long)]
    webhook_url: Option<String>,
    /// The secret that signs them.
    #[arg(long, default_value = DEFAULT_WEBHOOK_SECRET)]
    webhook_secret: String,
    /// The GOV.UK Notify API key whose tokens are accepted.
    #[arg(long, default_value = DEFAULT_NOTIFY_KEY)]
    notify_key: String,
    /// A JSON file that keeps the state between runs.
    #[arg(long)]
    state: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    if !options.addr.ip().is_loopback() {
        tracing::warn!(addr = %options.addr, "listening beyond this machine: anyone who reaches it can read the outbox");
    }
    let listener = tokio::net::TcpListener::bind(options.addr)
        .await
        .with_context(|| format!("cannot listen on {}: is something else using the port?", options.addr))?;
    let addr = listener.local_addr()?;
    let config = Config {
        base_url: options.base_url.unwrap_or_else(|| format!("http://{addr}")),
        webhook_url: options.webhook_url,
        webhook_secret: options.webhook_secret,
        notify_key: options.notify_key,
        state: options.state,
        ..Config::default()
    };
    tracing::info!("sandbox at {}/sandbox", config.base_url);
    guildhall_sandbox::serve(listener, config, stop_signal()).await
}

/// Resolves on Ctrl-C or, where there is one, SIGTERM.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
