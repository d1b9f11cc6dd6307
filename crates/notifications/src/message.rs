//! A message's shape: the same parts become plain text and HTML, so the two always say the same.

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// One part of a message.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Paragraph(String),
    /// The one thing to do; the address also stands in full, for whoever can't press it.
    Action {
        label: &'static str,
        url: String,
    },
    /// Names with values, e.g. the lines of a receipt; the last one may be their sum.
    Rows {
        caption: &'static str,
        rows: Vec<Row>,
        total: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) value: String,
    pub(crate) url: Option<String>,
}

pub(crate) fn paragraph(text: impl Into<String>) -> Part {
    Part::Paragraph(text.into())
}

/// Puts a message together. `base_url` stands at its foot.
pub(crate) fn build(subject: &str, name: &str, parts: &[Part], base_url: &str) -> Message {
    let subject = one_line(subject);
    let greeting = if name.trim().is_empty() { "Hello,".to_owned() } else { format!("Hello {},", one_line(name)) };
    let text = text(&greeting, parts, base_url);
    let html = html(&subject, &greeting, parts, base_url);
    Message { subject, text, html }
}

/// Line breaks end a header, so none may be in what becomes one.
fn one_line(text: &str) -> String {
    let breaks = |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    text.split(breaks).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn text(greeting: &str, parts: &[Part], base_url: &str) -> String {
    let mut out = format!("{greeting}\n\n");
    for part in parts {
        match part {
            Part::Paragraph(words) => out.push_str(words),
            Part::Action { label, url } => {
                out.push_str(label);
                out.push_str(":\n");
                out.push_str(url);
            }
            Part::Rows { caption, rows, total } => {
                out.push_str(caption);
                for row in rows {
                    out.push_str(&format!("\n- {} ({}): {}", one_line(&row.name), one_line(&row.note), row.value));
                    if let Some(url) = &row.url {
                        out.push_str(&format!("\n  {url}"));
                    }
                }
                if let Some(total) = total {
                    out.push_str(&format!("\nTotal: {total}"));
                }
            }
        }
        out.push_str("\n\n");
    }
    out.push_str(&format!("Guildhall\n{base_url}\n"));
    out
}

const BODY: &str = "margin:0;padding:24px;background:#fbfaf7;color:#16181d;font-family:'Public Sans',Arial,sans-serif;font-size:18px;line-height:1.5";
const SHEET: &str = "max-width:34em;margin:0 auto";
const BUTTON: &str = "display:inline-block;padding:12px 20px;background:#0b5d46;color:#ffffff;border-radius:6px;font-weight:600;text-decoration:none";
const LINK: &str = "color:#0b5d46";
const CELL: &str = "padding:8px 12px 8px 0;text-align:left;vertical-align:top;border-bottom:1px solid #d9d5cb";
const SUM: &str =
    "padding:8px 0;text-align:right;vertical-align:top;white-space:nowrap;border-bottom:1px solid #d9d5cb";

fn html(subject: &str, greeting: &str, parts: &[Part], base_url: &str) -> String {
    let mut body = format!("<p>{}</p>", escape(greeting));
    for part in parts {
        match part {
            Part::Paragraph(words) => body.push_str(&format!("<p>{}</p>", escape(words))),
            Part::Action { label, url } => {
                let url = escape(url);
                body.push_str(&format!("<p><a href=\"{url}\" style=\"{BUTTON}\">{}</a></p>", escape(label)));
                body.push_str(&format!(
                    "<p>Or copy this address into your browser:<br><a href=\"{url}\" style=\"{LINK};overflow-wrap:anywhere\">{url}</a></p>"
                ));
            }
            Part::Rows { caption, rows, total } => body.push_str(&table(caption, rows, total.as_deref())),
        }
    }
    let base = escape(base_url);
    format!(
        "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title></head><body style=\"{BODY}\"><main style=\"{SHEET}\">{body}\
         <p>Guildhall<br><a href=\"{base}\" style=\"{LINK}\">{base}</a></p></main></body></html>",
        escape(subject)
    )
}

fn table(caption: &str, rows: &[Row], total: Option<&str>) -> String {
    let mut out = format!(
        "<table style=\"width:100%;border-collapse:collapse\"><caption style=\"text-align:left;font-weight:600\">{}</caption>\
         <tbody>",
        escape(caption)
    );
    for row in rows {
        let name = escape(&row.name);
        let name = row
            .url
            .as_ref()
            .map_or_else(|| name.clone(), |url| format!("<a href=\"{}\" style=\"{LINK}\">{name}</a>", escape(url)));
        out.push_str(&format!(
            "<tr><th scope=\"row\" style=\"{CELL};font-weight:400\">{name}<br><small>{}</small></th><td style=\"{SUM}\">{}</td></tr>",
            escape(&row.note),
            escape(&row.value)
        ));
    }
    if let Some(total) = total {
        out.push_str(&format!(
            "<tr><th scope=\"row\" style=\"{CELL}\">Total</th><td style=\"{SUM};font-weight:600\">{}</td></tr>",
            escape(total)
        ));
    }
    out.push_str("</tbody></table>");
    out
}

/// For text and for attributes in double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
