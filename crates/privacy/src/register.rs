//! The register of processing: what is kept about people, for what, and how long, as the schema's own comments say it.

use guildhall_db::{Db, OpResult};
use guildhall_types::privacy::{RegisterArea, RegisterEntry};

use crate::{Area, PARTS, export::label, policy, store};

/// The register, area by area. It is read from the database each time, so it says what holds there.
///
/// # Errors
/// When the database does not answer.
pub async fn register(db: &Db) -> OpResult<Vec<RegisterArea>> {
    let mut connection = db.anonymous().await?;
    let comments = store::parts::comments(&mut connection).await?;
    let mut areas: Vec<RegisterArea> = Vec::with_capacity(Area::ALL.len());
    for area in Area::ALL {
        let mut entries: Vec<RegisterEntry> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for part in PARTS.iter().filter(|part| part.area == area) {
            // Two parts of one table are two groups of its rows; what is kept is the same.
            if seen.contains(&part.table) {
                continue;
            }
            seen.push(part.table);
            for comment in comments.iter().filter(|comment| comment.table == part.table) {
                if let Ok(Some(words)) = policy::read_comment(&comment.comment) {
                    add(&mut entries, part.title, &comment.column, &words);
                }
            }
        }
        areas.push(RegisterArea { title: area.title().to_owned(), entries });
    }
    Ok(areas)
}

/// Columns of one table that are kept for the same purpose and time stand in one line.
fn add(entries: &mut Vec<RegisterEntry>, of: &str, column: &str, words: &policy::Words<'_>) {
    // What everything of a person has: which person it is of.
    let what = if column == "user_id" { "Whose it is".to_owned() } else { label(column) };
    let same =
        entries.iter_mut().find(|entry| entry.of == of && entry.purpose == words.purpose && entry.kept == words.kept);
    match same {
        Some(entry) => {
            entry.what.push_str(", ");
            entry.what.push_str(&what.to_lowercase());
        }
        None => entries.push(RegisterEntry {
            of: of.to_owned(),
            what,
            purpose: words.purpose.to_owned(),
            kept: words.kept.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_alike_stands_in_one_line() {
        let mut entries = Vec::new();
        let words = |purpose| policy::Words { purpose, kept: "a day" };
        add(&mut entries, "Notes", "user_id", &words("whose"));
        add(&mut entries, "Notes", "body_text", &words("reading"));
        add(&mut entries, "Notes", "Title", &words("reading"));
        add(&mut entries, "Other", "title", &words("reading"));
        let lines: Vec<(&str, &str)> = entries.iter().map(|entry| (entry.of.as_str(), entry.what.as_str())).collect();
        assert_eq!(lines, [("Notes", "Whose it is"), ("Notes", "Body text, title"), ("Other", "Title")]);
    }
}
