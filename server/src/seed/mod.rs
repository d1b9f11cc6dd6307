//! `guildhall seed`: the demo, the same every time. The seeds' first year in small, or whole with `--year`.
//!
//! Courses come in by the same import as everybody's. People, enrollments, orders and reviews are written in bulk, but
//! through the same tables, checks and triggers: the ledger balances, reviews need their progress.

mod content;
mod market;
mod members;
mod people;
mod store;

use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use guildhall_catalog::{Format, ImportOptions};
use guildhall_db::Db;
use guildhall_identity::Passwords;
use guildhall_kernel::{Actor, Chance, Clock, slug::slugify};
use guildhall_types::OrganizationId;

use crate::{commands::say, config::Config, downloads, state};

/// The password of every demo account.
const PASSWORD: &str = "guildhall-demo-2026";

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub courses: usize,
    pub providers: usize,
    pub enterprises: usize,
    pub learners: usize,
    pub enrollments: usize,
    pub reviews: usize,
}

const SMALL: Size =
    Size { courses: 60, providers: 12, enterprises: 1, learners: 300, enrollments: 1_500, reviews: 600 };
const YEAR: Size =
    Size { courses: 400, providers: 200, enterprises: 50, learners: 10_000, enrollments: 15_000, reviews: 6_000 };

const ACTOR: Actor = Actor::System("seed");

/// The year that the demo plays in ends here.
pub(crate) fn end() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 31, 18, 0, 0).single().unwrap_or_default()
}

/// The database as it would have been at a moment of the demo's year.
pub(crate) fn at(db: &Db, moment: DateTime<Utc>) -> Db {
    db.clone().with(Clock::fixed(moment), db.chance().clone())
}

pub(crate) async fn run(config: &Config, year: bool, if_empty: bool) -> anyhow::Result<ExitCode> {
    let db = state::connect_db(config).await?.with(Clock::fixed(end()), Chance::seeded(2026));
    let mut tx = db.begin(&ACTOR).await?;
    let holds_something = store::holds_something(&mut tx).await?;
    tx.commit().await?;
    if holds_something {
        if if_empty {
            return Ok(ExitCode::SUCCESS);
        }
        say(
            "The database holds something already: the demo goes into an empty one only. `cargo xtask run --fresh` throws the local data away first.",
        );
        return Ok(ExitCode::FAILURE);
    }
    let size = if year { YEAR } else { SMALL };
    fill(config, &db, size).await?;
    db.close().await;
    guildhall_db::analyze(&config.database_url).await?;
    Ok(ExitCode::SUCCESS)
}

async fn fill(config: &Config, db: &Db, size: Size) -> anyhow::Result<()> {
    let courses = content::courses(db.chance(), size)?;
    let total = courses.len();
    let mut files = Vec::new();
    let year = TimeDelta::days(360);
    for (place, course) in courses.into_iter().enumerate() {
        // Spread over the year, the last ones just before its end.
        let left = u64::try_from(total - place).unwrap_or(1);
        let days = i64::try_from(left * 355 / u64::try_from(total).unwrap_or(1)).unwrap_or_default();
        let then =
            at(db, end() - TimeDelta::days(days) - TimeDelta::hours(i64::try_from(place % 9).unwrap_or_default()));
        let options = ImportOptions { all_or_nothing: true, publish: true, provider: None };
        let report =
            guildhall_catalog::import(&then, &ACTOR, Format::Json, course.to_string().as_bytes(), &options).await?;
        if let Some(error) = report.errors.first() {
            anyhow::bail!("the demo's course {} is wrong: {}: {}", place + 1, error.column, error.message);
        }
        files.extend(report.files);
    }
    downloads::store(&*config.files.open()?, &files).await?;
    say(&format!("{total} courses"));

    let mut tx = db.begin(&ACTOR).await?;
    for profile in content::providers()? {
        store::describe_provider(&mut tx, &profile).await?;
    }
    let passwords = Passwords::new(db.chance())?;
    let hash = passwords.hash(PASSWORD).await?;
    let people = people::make(db, &mut tx, size, &hash, end() - year).await?;
    let own: OrganizationId = store::organization(&mut tx, &slugify("Whitehall Data School"))
        .await?
        .context("the demo's provider is missing")?
        .into();
    store::join(&mut tx, own, people.provider, "owner", end() - year).await?;
    let enterprise = people::enterprises(db, &mut tx, size, end() - year).await?;
    store::join(&mut tx, enterprise, people.enterprise, "owner", end() - year).await?;
    tx.commit().await?;
    say(&format!("{} learners", people.learners.len()));

    let sold = market::trade(db, &people, size).await?;
    say(&format!("{} enrollments, {} orders, {} reviews", sold.enrollments, sold.orders, sold.reviews));

    let mut tx = db.begin(&ACTOR).await?;
    let members = members::staff(db, &mut tx, &people, own, enterprise).await?;
    tx.commit().await?;
    say(&format!("{members} members of the demo's organisations"));
    Ok(())
}
