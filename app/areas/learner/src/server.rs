//! What the server functions share: reading ids, and telling a plain form from a script, a visit from a prefetch.

use std::{collections::BTreeMap, str::FromStr};

use guildhall_types::{Error, OptionId, QuestionId};
use http::{HeaderName, Method, header, request::Parts};
use leptos::prelude::use_context;

/// An id of an address; what is none names nothing that is there.
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| guildhall_host::fail(Error::NotFound))
}

/// Whether a form was sent without a script, and its answer is a page.
pub(crate) fn is_plain_form() -> bool {
    guildhall_host::header(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether somebody looks: neither a probe (`HEAD`) nor a browser that fetches ahead (`Sec-Purpose: prefetch`).
pub(crate) fn is_visit() -> bool {
    let ahead = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        guildhall_host::header(&HeaderName::from_static(name))
            .is_some_and(|purpose| purpose.contains("prefetch") || purpose.contains("prerender"))
    });
    !ahead && use_context::<Parts>().is_none_or(|parts| parts.method != Method::HEAD)
}

/// Where to sign in, and come back to this page from. The error of a form that was sent meanwhile is left behind.
pub(crate) fn sign_in_path() -> String {
    let path = guildhall_host::request_path();
    let path = path.split('?').next().unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(guildhall_host::query_pairs().iter().filter(|(name, _)| !name.starts_with("__")));
    let query = query.finish();
    let next = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    format!("/sign-in?{}", form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish())
}

/// The answers of a quiz's form: by question, the options that were chosen.
pub(crate) fn answers(fields: &BTreeMap<String, Vec<String>>) -> Result<Vec<(QuestionId, Vec<OptionId>)>, Error> {
    let read = |name: &str, values: &[String]| {
        let question = name.strip_prefix("q-")?.parse().ok()?;
        let options: Result<Vec<OptionId>, _> = values.iter().map(|value| value.parse()).collect();
        Some((question, options.ok()?))
    };
    let answers: Option<Vec<_>> = fields.iter().map(|(name, values)| read(name, values)).collect();
    answers.ok_or_else(|| {
        guildhall_host::fail(Error::BadRequest {
            message: "The answers did not arrive as they should. Reload the page and try again.".to_owned(),
        })
    })
}
