//! What is said to whoever is not let through before any page: as a page, a problem document, or a server function's error.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use guildhall_types::Error;

use crate::{middleware::PageNonce, rest::problem::Problem};

/// In what form an answer is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    kind: Kind,
    nonce: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Problem,
    /// The error as it is: what the app's script expects of a server function.
    Function,
}

impl Refusal {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            kind: kind(request.uri().path(), request.headers()),
            nonce: request.extensions().get::<PageNonce>().map(|nonce| nonce.0.to_string()).unwrap_or_default(),
        }
    }

    pub(crate) fn with(&self, error: Error) -> Response {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = match self.kind {
            Kind::Problem => return Problem::from(error).into_response(),
            Kind::Function => (status, axum::Json(&error)).into_response(),
            Kind::Page => {
                let title = title(&error);
                let body = format!(
                    "<h1>{title}</h1><p>{}</p><p><a href=\"/\">Go to the home page</a></p>",
                    escape(&error.to_string())
                );
                (status, page(title, &body, &self.nonce)).into_response()
            }
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if let Error::TooMany { retry_after_seconds } = error {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
        }
        response
    }
}

fn kind(path: &str, headers: &HeaderMap) -> Kind {
    let accepts_page = headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    match path {
        _ if path.starts_with("/api/v1/") || path.starts_with("/webhooks/") => Kind::Problem,
        _ if accepts_page => Kind::Page,
        _ if path.starts_with("/api/fn/") => Kind::Function,
        _ => Kind::Problem,
    }
}

fn title(error: &Error) -> &'static str {
    match error {
        Error::TooMany { .. } => "Too many requests",
        _ => "Something went wrong",
    }
}

/// A page that stands by itself, with its own few lines of style.
pub(crate) fn page(title: &str, body: &str, nonce: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} – Guildhall</title><link rel=\"icon\" href=\"/favicon.svg\"><style nonce=\"{nonce}\">:root{{color-scheme:light dark;background:Canvas}}\
         body{{font:18px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}}\
         table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .8rem .4rem 0;vertical-align:top}}</style></head>\
         <body><main>{body}</main></body></html>"
    ))
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_answered_in_their_way() {
        let kind = |path: &str, accept: &'static str| {
            kind(path, &HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert_eq!(kind("/courses", "text/html,application/xhtml+xml"), Kind::Page);
        assert_eq!(kind("/courses", "*/*"), Kind::Problem);
        assert_eq!(kind("/api/v1/courses", "text/html"), Kind::Problem);
        assert_eq!(kind("/api/fn/account/sign-in", "text/html"), Kind::Page);
        assert_eq!(kind("/api/fn/account/sign-in", "application/json"), Kind::Function);
    }
}
