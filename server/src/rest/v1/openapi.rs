//! The API's description, for programs and for people.

use axum::{Extension, Json, response::IntoResponse};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{auth, courses, me};
use crate::{
    middleware::PageNonce,
    refusal::{self, escape},
    rest::problem::Problem,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guildhall",
        description = "AI training in the UK. Errors are problem documents (RFC 9457).",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(auth::token, auth::refresh, courses::list, courses::one, me::me),
    components(schemas(Problem)),
    modifiers(&Bearer)
)]
struct Document;

/// How programs prove themselves.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_with(Default::default).add_security_scheme("bearer", scheme);
    }
}

/// `/api/v1/openapi.json`
pub(crate) async fn document() -> impl IntoResponse {
    Json(Document::openapi())
}

/// `/api/docs`: the description as a page, made from it.
pub(crate) async fn page(Extension(nonce): Extension<PageNonce>) -> impl IntoResponse {
    let api = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let mut body = String::new();
    for (path, methods) in api.get("paths").and_then(serde_json::Value::as_object).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let text = |value: Option<&serde_json::Value>| {
                escape(value.and_then(serde_json::Value::as_str).unwrap_or_default())
            };
            body.push_str(&format!(
                "<section><h2><code>{} {}</code></h2><p>{}</p>",
                method.to_uppercase(),
                escape(path),
                text(operation.get("summary"))
            ));
            let parameters = operation.get("parameters").and_then(serde_json::Value::as_array);
            if let Some(parameters) = parameters {
                body.push_str("<table><caption>Parameters</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">What it is</th></tr></thead><tbody>");
                for parameter in parameters {
                    body.push_str(&format!(
                        "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                        text(parameter.get("name")),
                        text(parameter.get("in")),
                        text(parameter.get("description"))
                    ));
                }
                body.push_str("</tbody></table>");
            }
            body.push_str("</section>");
        }
    }
    let body = format!(
        "<h1>Guildhall API</h1><p>Described for programs at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>. Lists answer \
         <code>items</code> and <code>next_cursor</code>; errors are problem documents (RFC 9457). <a href=\"/\">Back to Guildhall</a></p>{body}"
    );
    refusal::page("API", &body, &nonce.0)
}
