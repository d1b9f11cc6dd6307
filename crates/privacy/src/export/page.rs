//! A copy as one page to read: no scripts, nothing from elsewhere, every value escaped.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guildhall_types::time;
use serde_json::Value;

use super::prepare::Section;
use crate::{Area, Export};

// The reader's own colours, light or dark: the page stands alone.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:0 0 1rem}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-top:1px solid;overflow-wrap:anywhere}
th{width:14rem;font-weight:600}caption{text-align:left;font-style:italic}";

/// The page; `names` has what the ids in it are called.
pub(super) fn html(sections: &[Section], names: &BTreeMap<String, String>, name: &str, now: DateTime<Utc>) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>What Guildhall keeps about you</title><style>{STYLE}</style></head>\n<body>\n<h1>What Guildhall keeps about you</h1>\n\
         <p>Made for {} on {} (UTC). The folder <code>json</code> beside this page has the same for programs. Times are in UTC.</p>\n",
        escape(name),
        time::date_time(now)
    );
    for area in Area::ALL {
        page.push_str(&format!("<h2>{}</h2>\n", escape(area.title())));
        for section in sections.iter().filter(|section| section.part.area == area) {
            push_section(&mut page, section, names);
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn push_section(page: &mut String, section: &Section, names: &BTreeMap<String, String>) {
    page.push_str(&format!("<h3>{}</h3>\n", escape(section.part.title)));
    if let Export::Rows { but } = section.part.export
        && !but.is_empty()
        && !section.rows.is_empty()
    {
        for (column, why) in but {
            page.push_str(&format!("<p>Left out: {} ({}).</p>\n", escape(&label(column)), escape(why)));
        }
    }
    if section.rows.is_empty() {
        page.push_str("<p>Nothing.</p>\n");
    }
    for (number, row) in section.rows.iter().enumerate() {
        page.push_str(&format!("<table><caption>{} of {}</caption>", number + 1, section.rows.len()));
        for (column, value) in row.as_object().into_iter().flatten() {
            page.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escape(&label(column)),
                escape(&named(column, value, names))
            ));
        }
        page.push_str("</table>\n");
    }
}

/// `user_agent` reads `User agent`.
pub(crate) fn label(column: &str) -> String {
    let mut label = column.replace('_', " ");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}

/// A value; what another row is called stands before its id.
fn named(column: &str, value: &Value, names: &BTreeMap<String, String>) -> String {
    let name = value.as_str().filter(|_| column.ends_with("_id")).and_then(|id| names.get(id));
    name.map_or_else(|| text(value), |name| format!("{name} ({})", text(value)))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A title as the name of a file.
pub(super) fn slug(title: &str) -> String {
    let parts = title.split(|character: char| !character.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::PARTS;

    #[test]
    fn each_part_has_a_file_of_its_own() {
        let names: BTreeSet<String> = PARTS.iter().map(|part| slug(part.title)).collect();
        assert_eq!(names.len(), PARTS.len());
        assert_eq!(slug("Links to an organisation's sign-in"), "links-to-an-organisation-s-sign-in");
    }

    proptest! {
        #[test]
        fn nothing_that_somebody_wrote_becomes_markup(text in any::<String>()) {
            let written = format!("<script>{text}</script>\"");
            let part = PARTS.iter().find(|part| part.table == "notes").unwrap();
            let section = Section { part, rows: vec![json!({ "body": written, "course_id": "7" })] };
            let names = BTreeMap::from([("7".to_owned(), written.clone())]);
            let page = html(&[section], &names, &written, DateTime::UNIX_EPOCH);
            prop_assert!(!page.contains("<script"));
        }
    }
}
