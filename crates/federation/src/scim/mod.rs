//! Provisioning from an organisation's directory: SCIM 2.0 (RFC 7643, RFC 7644), users and groups.
//!
//! Always holds: a directory reaches its own organisation's people alone, and only accounts at domains that the organisation
//! proved to hold; who is made inactive or removed loses the membership and every session in the same commit; the last owner
//! stays. [`answer`] is the whole protocol; the server only carries it over HTTP.

mod documents;
mod error;
mod filter;
mod groups;
mod patch;
mod resource;
#[cfg(test)]
mod tests;
mod users;

use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Actor, token};
use guildhall_types::OrganizationId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Federation, store::directory};
use error::ScimError;
use resource::Page;
pub(crate) use resource::UserFields;

const SYSTEM: Actor = Actor::System("scim");

/// A request, as far as the protocol needs it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// What follows `/scim/v2/`.
    pub path: &'a str,
    /// Without `?`.
    pub query: &'a str,
    /// The bearer token.
    pub token: Option<&'a str>,
    pub body: &'a [u8],
}

/// What is answered, as `application/scim+json`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    pub location: Option<String>,
}

impl Answer {
    fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body), location: None }
    }

    fn created(body: Value) -> Self {
        let location = body.pointer("/meta/location").and_then(Value::as_str).map(ToOwned::to_owned);
        Self { status: 201, body: Some(body), location }
    }

    const fn nothing() -> Self {
        Self { status: 204, body: None, location: None }
    }
}

/// A directory that proved itself.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) organization: OrganizationId,
    /// `enterprise`, `provider` or `platform`.
    pub(crate) kind: String,
    /// Of the service, without a slash at its end.
    pub(crate) base: String,
}

/// Answers one request.
pub async fn answer(db: &Db, federation: &Federation, request: Request<'_>) -> Answer {
    match handle(db, federation, request).await {
        Ok(answer) => answer,
        Err(error) => error.into(),
    }
}

async fn handle(db: &Db, federation: &Federation, request: Request<'_>) -> Result<Answer, ScimError> {
    let directory = authenticate(db, federation, request.token).await?.ok_or_else(ScimError::unauthorized)?;
    let mut parts = request.path.trim_matches('/').split('/');
    let (kind, id, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if more.is_some() {
        return Err(ScimError::not_found());
    }
    let uuid = |id: &str| Uuid::try_parse(id).map_err(|_| ScimError::not_found());
    let page = Page::parse(request.query);
    let to = To { db, federation, directory: &directory };
    match (kind, request.method, id) {
        ("Users", "GET", None) => users::list(&to, &page).await.map(Answer::ok),
        ("Users", "POST", None) => users::create(&to, &read(request.body)?).await.map(Answer::created),
        ("Users", "GET", Some(id)) => users::get(&to, uuid(id)?).await.map(Answer::ok),
        ("Users", "PUT", Some(id)) => users::replace(&to, uuid(id)?, &read(request.body)?).await.map(Answer::ok),
        ("Users", "PATCH", Some(id)) => users::patch(&to, uuid(id)?, &read(request.body)?).await.map(Answer::ok),
        ("Users", "DELETE", Some(id)) => users::delete(&to, uuid(id)?).await.map(|()| Answer::nothing()),
        ("Groups", "GET", None) => groups::list(&to, &page).await.map(Answer::ok),
        ("Groups", "POST", None) => groups::create(&to, &read(request.body)?).await.map(Answer::created),
        ("Groups", "GET", Some(id)) => groups::get(&to, uuid(id)?, &page).await.map(Answer::ok),
        ("Groups", "PUT", Some(id)) => groups::replace(&to, uuid(id)?, &read(request.body)?).await.map(Answer::ok),
        ("Groups", "PATCH", Some(id)) => groups::patch(&to, uuid(id)?, &read(request.body)?).await.map(Answer::ok),
        ("Groups", "DELETE", Some(id)) => groups::delete(&to, uuid(id)?).await.map(|()| Answer::nothing()),
        ("Users" | "Groups", _, _) => Err(ScimError::new(405, None, "This address does not take that method.")),
        (_, "GET", _) => documents::find(kind, id, &directory.base).map(Answer::ok).ok_or_else(ScimError::not_found),
        ("Me" | "Bulk", _, _) => Err(ScimError::new(501, None, "This service does not do that.")),
        _ => Err(ScimError::not_found()),
    }
}

/// What every use case works with.
struct To<'a> {
    db: &'a Db,
    federation: &'a Federation,
    directory: &'a Directory,
}

fn read(body: &[u8]) -> Result<Value, ScimError> {
    serde_json::from_slice::<Value>(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ScimError::new(400, Some("invalidSyntax"), "The body is no JSON object."))
}

/// Whose token it is: nobody's when it is unknown or revoked, or the organisation suspended.
async fn authenticate(db: &Db, federation: &Federation, bearer: Option<&str>) -> OpResult<Option<Directory>> {
    let Some(hash) = bearer.and_then(token::hash) else {
        return Ok(None);
    };
    let now = db.clock().now();
    let mut tx = db.begin(&SYSTEM).await?;
    let Some(found) = directory::by_token(&mut tx, &hash).await? else {
        return Ok(None);
    };
    if found.last_used_at.is_none_or(|last| now - last >= chrono::TimeDelta::minutes(5)) {
        directory::used(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    let base = format!("{}/scim/v2", federation.base_url);
    Ok(Some(Directory { organization: found.organization, kind: found.kind, base }))
}

/// A list response (RFC 7644, 3.4.2).
fn listed(total: i64, page: &Page, resources: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": page.start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}
