//! The keys that sign access tokens: published for whoever checks one, and kept by command.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use clap::Subcommand;
use guildhall_identity::Tokens;

use crate::{
    commands::say,
    config::Config,
    rest::problem::Problem,
    state::{self, AppState},
};

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes a new key that signs from now on. The one before verifies until its tokens have expired: nobody is signed out.
    Rotate,
    /// Shows which keys there are.
    List,
}

/// `/.well-known/jwks.json` (RFC 7517).
pub(crate) async fn jwks(State(state): State<AppState>) -> Result<Response, Problem> {
    let keys = state.tokens.jwks().await.map_err(|error| Problem::from(error.told()))?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys)).into_response())
}

/// `guildhall keys ..`
pub(crate) async fn run(command: &KeysCommand) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let db = state::connect_db(&config).await?;
    let tokens = Tokens::new(&db, config.secret_key.bytes(), &config.base_url);
    match command {
        KeysCommand::Rotate => {
            tokens.rotate().await?;
            say("A new key signs from now on.");
        }
        KeysCommand::List => tokens.prepare().await?,
    }
    for key in tokens.keys().await? {
        let state = key.retired_at.map_or_else(
            || "signs".to_owned(),
            |at| format!("verifies only, retired {}", at.format("%-d %B %Y %H:%M UTC")),
        );
        say(&format!("{}  made {}  {state}", key.kid, key.created_at.format("%-d %B %Y %H:%M UTC")));
    }
    db.close().await;
    Ok(())
}
