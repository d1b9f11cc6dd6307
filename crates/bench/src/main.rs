//! `cargo xtask bench pages`: measures a running site and prints its figures, as a table and as JSON.
//!
//! Asks for pages over 32 connections, each from database and index; the server's memory is read after it.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

mod load;

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use serde::Serialize;

use load::Figures;

/// Connections at once, as the targets are given.
const CONNECTIONS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(3);
const MEASURED: Duration = Duration::from_secs(10);

/// What is asked for, and what is aimed at: requests a second.
const PAGES: [(&str, &str, u32); 5] = [
    ("catalogue", "/courses", 3_000),
    ("catalogue, searched", "/courses?q=evaluation&level=intermediate", 3_000),
    ("course", "/courses/{slug}", 4_000),
    ("home", "/", 0),
    ("api courses", "/api/v1/courses", 0),
];

#[derive(Serialize)]
struct Row {
    page: &'static str,
    target_per_second: u32,
    #[serde(flatten)]
    figures: Figures,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let base = std::env::var("BASE_URL").context("BASE_URL is not set: `cargo xtask bench` sets it")?;
    let slug = load::first_course(&base).await?;
    let mut rows = Vec::new();
    println!(
        "{:<22} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "page", "req/s", "target", "p50 ms", "p95 ms", "max ms", "errors"
    );
    for (page, path, target_per_second) in PAGES {
        let path = path.replace("{slug}", &slug);
        load::run(&base, &path, CONNECTIONS, WARM_UP).await?;
        let figures = load::run(&base, &path, CONNECTIONS, MEASURED).await?;
        println!(
            "{page:<22} {:>9} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>8}",
            figures.per_second,
            if target_per_second == 0 { "-".to_owned() } else { target_per_second.to_string() },
            figures.p50_ms,
            figures.p95_ms,
            figures.max_ms,
            figures.errors
        );
        rows.push(Row { page, target_per_second, figures });
    }
    let memory = resident_kib();
    if let Some(kib) = memory {
        println!("resident memory after it: {} MB (target: under 150 MB)", kib / 1024);
    }
    if let Ok(folder) = std::env::var("BENCH_OUTPUT") {
        let text = serde_json::to_string_pretty(
            &serde_json::json!({ "connections": CONNECTIONS, "pages": rows, "resident_kib": memory }),
        )?;
        std::fs::write(PathBuf::from(folder).join("pages.json"), text)?;
    }
    Ok(())
}

/// What the server holds in memory, in KiB, as Linux tells it.
fn resident_kib() -> Option<u64> {
    let pid = std::env::var("BENCH_SERVER_PID").ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
