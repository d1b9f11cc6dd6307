//! In development the sandbox's pages are reached through the site: `/sandbox` and its payment page `/c/pay`.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::state::AppState;

/// Whether a path is the sandbox's.
pub(crate) fn is_sandbox(path: &str) -> bool {
    path == "/sandbox" || path.starts_with("/sandbox/") || path.starts_with("/c/pay/")
}

/// Passes a request on and its answer back.
pub(crate) async fn forward(State(state): State<AppState>, mut request: Request) -> Response {
    let Some(base) = state.config.sandbox() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{base}{path}").parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    request.headers_mut().remove(header::HOST);
    // The person's session is none of the sandbox's business; who they are to its own providers is.
    let own = own_cookies(request.headers());
    request.headers_mut().remove(header::COOKIE);
    if let Ok(own) = HeaderValue::from_str(&own)
        && !own.is_empty()
    {
        request.headers_mut().insert(header::COOKIE, own);
    }
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    match client.request(request).await {
        Ok(response) => response.into_response(),
        Err(_) => (StatusCode::BAD_GATEWAY, "The sandbox does not answer. Is it running? `cargo xtask run` starts it.")
            .into_response(),
    }
}

/// The cookies that the sandbox has set.
fn own_cookies(headers: &HeaderMap) -> String {
    let all = headers.get_all(header::COOKIE);
    let pairs = all.iter().filter_map(|cookies| cookies.to_str().ok()).flat_map(|cookies| cookies.split(';'));
    pairs.map(str::trim).filter(|pair| pair.starts_with("sandbox-")).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_cookies_the_sandbox_gets_its_own() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-guildhall-access=a; sandbox-oidc=x"));
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; sandbox-saml=y;not-sandbox-z=1"));
        assert_eq!(own_cookies(&headers), "sandbox-oidc=x; sandbox-saml=y");
        assert_eq!(own_cookies(&HeaderMap::new()), "");
    }
}
