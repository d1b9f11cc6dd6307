//! What machines read of the site: sitemap, robots, the address for security reports.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;

use crate::{rest::problem::Problem, state::AppState};

/// `/sitemap.xml` (<https://www.sitemaps.org/protocol.html>).
pub(crate) async fn sitemap(State(state): State<AppState>) -> Result<Response, Problem> {
    let base = &state.config.base_url;
    let pages = guildhall_catalog::sitemap(&state.db).await.map_err(|error| Problem::from(error.told()))?;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in ["/", "/courses", "/providers"] {
        xml.push_str(&format!("<url><loc>{base}{path}</loc></url>\n"));
    }
    for (path, changed) in pages {
        xml.push_str(&format!("<url><loc>{base}{path}</loc><lastmod>{}</lastmod></url>\n", changed.format("%Y-%m-%d")));
    }
    xml.push_str("</urlset>\n");
    Ok(([(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "public, max-age=3600")], xml)
        .into_response())
}

/// `/robots.txt`
pub(crate) async fn robots(State(state): State<AppState>) -> impl IntoResponse {
    format!(
        "User-agent: *\nDisallow: /account\nDisallow: /checkout\nDisallow: /orders\nDisallow: /learn\nDisallow: /api/\nDisallow: /sandbox\nSitemap: {}/sitemap.xml\n",
        state.config.base_url
    )
}

/// `/.well-known/security.txt` (RFC 9116); it says that it expires half a year ahead.
pub(crate) async fn security(State(state): State<AppState>) -> impl IntoResponse {
    let expires = state.db.clock().now() + TimeDelta::days(180);
    format!(
        "Contact: mailto:security@guildhall.test\nExpires: {}\nPreferred-Languages: en\nCanonical: {}/.well-known/security.txt\n",
        expires.format("%Y-%m-%dT00:00:00Z"),
        state.config.base_url
    )
}
