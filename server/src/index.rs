//! Keeps this node's search index beside the database.

use std::io::Write;

use guildhall_db::Db;
use guildhall_search::SearchIndex;
use sqlx::postgres::PgListener;

use crate::{
    commands::say,
    config::Config,
    state::{self, AppState},
};

/// Catches up, then follows: PostgreSQL tells when a course has changed. Nothing is polled.
pub(crate) async fn follow(state: AppState) {
    loop {
        if let Err(error) = follow_once(&state.db, &state.index).await {
            tracing::warn!(%error, "the index lost the database; trying again");
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        }
    }
}

async fn follow_once(db: &Db, index: &SearchIndex) -> anyhow::Result<()> {
    // First listen, then catch up: what commits in between is told twice rather than never.
    let mut listener = PgListener::connect_with(&db.worker_pool()).await?;
    listener.listen("course_changes").await?;
    guildhall_search::catch_up(db, index).await?;
    loop {
        // `None`: the connection was lost, and is there again. What was told meanwhile was not heard: look anyway.
        if listener.try_recv().await?.is_none() {
            tracing::info!("the index has found the database again");
        }
        // One look takes all the notices that are waiting.
        while listener.next_buffered().is_some() {}
        guildhall_search::catch_up(db, index).await?;
    }
}

/// `guildhall reindex`: builds the index anew and shows how far it is.
pub(crate) async fn reindex(config: &Config) -> anyhow::Result<()> {
    let db = state::connect_db(config).await?;
    let index = SearchIndex::open(&config.index)?;
    guildhall_search::reindex(&db, &index, |done, total| {
        let mut out = std::io::stderr();
        // Progress that can't be shown is no reason to stop.
        let _ = write!(out, "\r{done} of {total} courses");
        let _ = out.flush();
    })
    .await?;
    say(&format!("\nThe index holds {} courses.", index.count()));
    Ok(())
}
