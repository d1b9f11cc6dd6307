//! Errors as SCIM says them (RFC 7644, 3.12).

use guildhall_db::OpError;
use guildhall_types::Error;
use serde_json::json;

use super::Answer;

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScimError {
    pub(crate) status: u16,
    pub(crate) kind: Option<&'static str>,
    pub(crate) detail: String,
}

impl ScimError {
    pub(crate) fn new(status: u16, kind: Option<&'static str>, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into() }
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, None, "There is no such resource.")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, None, "Present a valid bearer token.")
    }

    pub(crate) fn value(detail: impl Into<String>) -> Self {
        Self::new(400, Some("invalidValue"), detail)
    }

    pub(crate) fn path(detail: impl Into<String>) -> Self {
        Self::new(400, Some("invalidPath"), detail)
    }

    pub(crate) fn taken(detail: impl Into<String>) -> Self {
        Self::new(409, Some("uniqueness"), detail)
    }
}

impl From<OpError> for ScimError {
    fn from(error: OpError) -> Self {
        let error: Error = error.told();
        Self::new(error.status(), None, error.to_string())
    }
}

impl From<sqlx::Error> for ScimError {
    fn from(error: sqlx::Error) -> Self {
        OpError::from(error).into()
    }
}

impl From<ScimError> for Answer {
    fn from(error: ScimError) -> Self {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": error.status.to_string(),
            "detail": error.detail,
        });
        if let (Some(kind), Some(body)) = (error.kind, body.as_object_mut()) {
            body.insert("scimType".to_owned(), kind.into());
        }
        Self { status: error.status, body: Some(body), location: None }
    }
}
