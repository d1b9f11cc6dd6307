//! Files packed into one.

use std::io::{Cursor, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use zip::{CompressionMethod, DateTime as ZipTime, ZipWriter, write::SimpleFileOptions};

/// A ZIP file with these entries, by name, in this order. The same entries make the same bytes.
pub(super) fn zip(entries: &[(String, Vec<u8>)], now: DateTime<Utc>) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip_time(now))
        // Whoever unpacks it alone reads it.
        .unix_permissions(0o600);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn zip_time(now: DateTime<Utc>) -> ZipTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(now.year()).unwrap_or_default();
    let (month, day) = (part(now.month()), part(now.day()));
    ZipTime::from_date_and_time(year, month, day, part(now.hour()), part(now.minute()), part(now.second()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let entries =
            [("index.html".to_owned(), "é".repeat(5_000).into_bytes()), ("json/a.json".to_owned(), Vec::new())];
        let packed = zip(&entries, DateTime::UNIX_EPOCH).unwrap();
        assert!(packed.len() < 1_000, "compressed");
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        for (name, content) in entries {
            let mut found = Vec::new();
            archive.by_name(&name).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, content);
        }
    }
}
