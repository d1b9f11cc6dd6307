//! What a page or a server function finds around it on the server: the actor, the services, the request, and the ways to
//! answer. Server only; the areas depend on it under `ssr`.
//!
//! The server puts [`Actor`], [`Db`], [`RequestInfo`] and every service into Leptos' context for each request.

use axum::http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use guildhall_db::{Db, OpError};
use guildhall_kernel::{Actor, RequestOrigin};
use guildhall_types::Error;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// What is known of the request besides its headers.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// The peer's address, without the port; from a trusted proxy's header where one is configured.
    pub address: String,
    /// The same address and the request's id, for the audit trail.
    pub origin: RequestOrigin,
    /// `User-Agent`, cut to 400 characters.
    pub user_agent: String,
    /// Whether cookies get the `Secure` flag: everywhere but on plain-http localhost.
    pub secure_cookies: bool,
    /// The public address of the site, without a slash at the end.
    pub base_url: String,
}

/// A service by its type.
///
/// # Errors
/// [`Error::Internal`] when the server did not provide it, which is a fault of ours.
pub fn service<T: Clone + 'static>() -> Result<T, Error> {
    use_context::<T>().ok_or_else(|| {
        let reference = std::any::type_name::<T>().to_owned();
        tracing::error!(service = reference, "a service is not in the context");
        Error::Internal { reference: "context".to_owned() }
    })
}

/// The database.
///
/// # Errors
/// As [`service`].
pub fn db() -> Result<Db, Error> {
    service()
}

/// Who asks. Nobody, when the server did not say.
#[must_use]
pub fn actor() -> Actor {
    use_context::<Actor>().unwrap_or_default()
}

/// The request's surroundings.
#[must_use]
pub fn request_info() -> RequestInfo {
    use_context::<RequestInfo>().unwrap_or_default()
}

/// A header of the request, where it is text.
#[must_use]
pub fn header(name: &HeaderName) -> Option<String> {
    with_context::<Parts, _>(|parts| Some(parts.headers.get(name)?.to_str().ok()?.to_owned()))?
}

/// The path and query of the page that is being asked for.
#[must_use]
pub fn request_path() -> String {
    with_context::<Parts, _>(|parts| parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned())
        .unwrap_or_else(|| "/".to_owned())
}

/// The pairs of the address's query, decoded.
#[must_use]
pub fn query_pairs() -> Vec<(String, String)> {
    with_context::<Parts, _>(|parts| url_pairs(parts.uri.query().unwrap_or_default())).unwrap_or_default()
}

/// Turns an op's failure into what the person is told, and sets the answer's status to match, unless a plain form asked:
/// that one is sent back to its page.
#[must_use]
pub fn told(error: OpError) -> Error {
    fail(error.told())
}

/// For [`Error::ConfirmRequired`]: sends the browser to prove again who one is, and then back to one of our own pages;
/// a program is told to.
#[must_use]
pub fn confirm_first(back: &str) -> Error {
    let html = header(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if !html {
        return fail(Error::ConfirmRequired);
    }
    let back = guildhall_kernel::next_path(back).unwrap_or("/account");
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
    see_other(&format!("/account/confirm?{query}"));
    Error::ConfirmRequired
}

/// Sets the answer's status to match the error, and hands it back.
#[must_use]
pub fn fail(error: Error) -> Error {
    let plain_form = header(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
        && with_context::<Parts, _>(|parts| parts.method == axum::http::Method::POST) == Some(true);
    if !plain_form {
        set_status(error.status());
    }
    error
}

/// The answer's status.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Adds a header to the answer; a value that no header can hold is left out.
pub fn append_header(name: HeaderName, value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.append_header(name, value);
    }
}

/// Sends the browser on to a path of our own; to the front page where it could lead anywhere else.
pub fn redirect(path: &str) {
    leptos_axum::redirect(guildhall_kernel::next_path(path).unwrap_or("/"));
}

/// Sends the browser on, to a page of our own or to the payment service, with "see other".
pub fn see_other(url: &str) {
    set_status(303);
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(url)) {
        response.insert_header(header::LOCATION, value);
    }
}

fn url_pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
