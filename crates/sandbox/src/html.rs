//! The frame of every page, and escaping.
//!
//! The pages use no script and no inline style, so that they also work behind a site with a strict content policy.
//! Links are absolute paths: whoever proxies `/sandbox` and `/c/pay` serves them unchanged.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("style.css");

/// Whether the client is a browser rather than a program.
pub fn wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// `GET /sandbox/style.css`
pub async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=60")], STYLE).into_response()
}

/// A finished page.
#[derive(Debug)]
pub struct Page {
    html: String,
    policy: &'static str,
}

impl Page {
    /// For the outbox: mail brings its own styles and pictures into its sandboxed frame.
    pub fn showing_mail(mut self) -> Self {
        self.policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src * data:; frame-src 'self'; \
                       base-uri 'self'; frame-ancestors 'none'";
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = axum::response::Html(self.html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(self.policy));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }
}

/// A page of the developer's side, with its navigation.
pub fn page(title: &str, body: &str) -> Page {
    let links = [
        ("/sandbox", "Overview"),
        ("/sandbox/outbox", "Outbox"),
        ("/sandbox/events", "Events"),
        ("/sandbox/control", "Faults"),
    ];
    let mut navigation = String::from("<nav aria-label=\"Sandbox\"><ul>");
    for (address, name) in links {
        navigation.push_str(&format!("<li><a href=\"{address}\">{name}</a></li>"));
    }
    navigation.push_str("</ul></nav>");
    frame(title, &navigation, "wide", body)
}

/// A page of the checkout, as the person who pays sees it.
pub fn checkout(title: &str, body: &str) -> Page {
    frame(title, "", "narrow", body)
}

/// A page that only says something.
pub fn message(title: &str, text: &str) -> Page {
    checkout(title, &format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text)))
}

fn frame(title: &str, navigation: &str, width: &str, body: &str) -> Page {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{title} – \
         Sandbox</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/sandbox/style.css\"></head>\
         <body><header><div class=\"{width}\"><p class=\"brand\"><strong>Sandbox</strong> <span>For testing: no real \
         money, no real mail</span></p>{navigation}</div></header><main class=\"{width}\">{body}</main></body></html>\n"
    );
    Page {
        html,
        policy: "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    }
}

/// Safe in text and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Escaped text in which web addresses are links.
pub fn linked(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = [rest.find("https://"), rest.find("http://")].into_iter().flatten().min() {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'`".contains(c)).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        // The full stop that ends a sentence is not part of the address.
        let trimmed = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        let (address, tail) = address.split_at_checked(trimmed.len()).unwrap_or((address, ""));
        html.push_str(&escape(before));
        let safe = escape(address);
        html.push_str(&format!("<a href=\"{safe}\">{safe}</a>{}", escape(tail)));
        rest = after;
    }
    html.push_str(&escape(rest));
    html
}

/// An amount of money as people write it.
pub fn money(amount: i64, currency: &str) -> String {
    let (pounds, pence) = (amount.div_euclid(100), amount.rem_euclid(100));
    let digits = pounds.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match currency {
        "gbp" => format!("£{grouped}.{pence:02}"),
        "eur" => format!("€{grouped}.{pence:02}"),
        "usd" => format!("${grouped}.{pence:02}"),
        other => format!("{grouped}.{pence:02} {}", other.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_everything_else_is_escaped() {
        let html = linked("Go to http://127.0.0.1:3000/verify?token=a&b=c. <script>");
        assert_eq!(
            html,
            "Go to <a href=\"http://127.0.0.1:3000/verify?token=a&amp;b=c\">\
             http://127.0.0.1:3000/verify?token=a&amp;b=c</a>. &lt;script&gt;"
        );
        assert_eq!(linked("http://."), "<a href=\"http://\">http://</a>.");
    }

    #[test]
    fn money_reads_as_money() {
        assert_eq!(money(24_900, "gbp"), "£249.00");
        assert_eq!(money(123_456_705, "gbp"), "£1,234,567.05");
        assert_eq!(money(5, "sek"), "0.05 SEK");
    }
}
