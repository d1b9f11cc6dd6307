//! What a page or a server function finds around it on the server: the actor, the services, the request, and the ways to
//! answer. Server only; the areas depend on it under `ssr`.
//!
//! The server puts [`Actor`], [`Db`], [`RequestInfo`] and every service into Leptos' context for each request.

use axum::http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use guildhall_db::{Db, OpError};
use guildhall_kernel::{Actor, Membership, RequestOrigin};
use guildhall_types::{Error, OrganizationId};
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

/// Sets the answer's status to match the error, and hands it back. A browser that must first prove again who one is, agree to the
/// terms, or set up a second factor, is sent to where that is done; from the first two it comes back to its page.
#[must_use]
pub fn fail(error: Error) -> Error {
    let is_page = header(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    let is_form = is_page && with_context::<Parts, _>(|parts| parts.method == axum::http::Method::POST) == Some(true);
    let by_way_of = |page: &str| {
        let here = if is_form { form_page() } else { Some(request_path()) };
        let here = here.as_deref().and_then(guildhall_kernel::next_path).unwrap_or("/account");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", here).finish();
        see_other(&format!("{page}?{query}"));
    };
    match error {
        Error::ConfirmRequired if is_page => by_way_of("/account/confirm"),
        Error::AgreementRequired if is_page => by_way_of("/account/agree"),
        Error::SecondFactorRequired if is_page => see_other("/account/security"),
        _ if is_form => {}
        _ => set_status(error.status()),
    }
    error
}

/// For pages that can't be shown: sends the browser to sign in, and back, where that is what is missing.
pub fn sign_in_first(error: &Error) {
    if *error == Error::SignInRequired {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", &request_path()).finish();
        see_other(&format!("/sign-in?{query}"));
    }
}

/// The page on which a plain form stood, without what was said on it of an earlier try. The server has taken another site's
/// `Referer` away by now.
fn form_page() -> Option<String> {
    let referer = header(&header::REFERER)?;
    let (_, rest) = referer.split_once("://")?;
    let path = rest.get(rest.find('/')?..)?;
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = url_pairs(query).into_iter().filter(|(name, _)| name != "done" && !name.starts_with("__"));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    Some(if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") })
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

/// The cookie that remembers, in this browser, which of their organisations the person works in.
const ORGANIZATION_COOKIE: &str = "organization";

/// The organisation that the person works in: the one they chose in this browser, else their first. The cookie only
/// chooses among those that the actor belongs to.
#[must_use]
pub fn current_organization() -> Option<Membership> {
    let actor = actor();
    let user = actor.user().ok()?;
    let chosen = header(&header::COOKIE).and_then(|cookies| {
        let value =
            cookies.split(';').find_map(|one| one.trim().strip_prefix(ORGANIZATION_COOKIE)?.strip_prefix('='))?;
        value.parse::<OrganizationId>().ok()
    });
    let found = user.memberships.iter().find(|membership| Some(membership.organization) == chosen);
    found.or_else(|| user.memberships.first()).copied()
}

/// Remembers, in this browser, which organisation the person works in.
pub fn remember_organization(id: OrganizationId) {
    let flag = if request_info().secure_cookies { "; Secure" } else { "" };
    append_header(
        header::SET_COOKIE,
        &format!("{ORGANIZATION_COOKIE}={id}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax{flag}"),
    );
}
