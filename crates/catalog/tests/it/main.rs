//! Importing and reading, against PostgreSQL.

#![expect(clippy::unwrap_used, reason = "tests")]

mod importing;
mod reading;

use guildhall_catalog::{Format, ImportOptions, ImportReport};
use guildhall_db::Db;
use guildhall_kernel::Actor;

pub(crate) const HEADER: &str = "title,summary,description,category,level,price,duration_hours,provider,skills";

pub(crate) fn publish() -> ImportOptions {
    ImportOptions { publish: true, ..ImportOptions::default() }
}

pub(crate) async fn csv(db: &Db, rows: &[&str], options: &ImportOptions) -> ImportReport {
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    guildhall_catalog::import(db, &Actor::System("test"), Format::Csv, text.as_bytes(), options).await.unwrap()
}

pub(crate) async fn json(db: &Db, text: &str) -> ImportReport {
    guildhall_catalog::import(db, &Actor::System("test"), Format::Json, text.as_bytes(), &publish()).await.unwrap()
}
