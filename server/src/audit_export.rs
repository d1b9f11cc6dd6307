//! The audit trail as a file, streamed.

use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use futures::TryStreamExt;
use guildhall_audit::{Filter, Format};
use guildhall_kernel::{Action, Actor, Subject};
use guildhall_types::{Error, audit::AuditQuery};
use serde::Deserialize;

use crate::{rest::problem::Problem, state::AppState};

/// The file's format, beside the search form's fields.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    format: String,
}

/// `/admin/audit/export?format=csv|jsonl`, with the search form's fields.
pub(crate) async fn export(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    Query(wanted): Query<Wanted>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    // Who may not read is told so before what is wrong with the address.
    actor.user()?;
    actor.may(Action::ReadAudit, &Subject::Platform)?;
    let format = Format::parse(&wanted.format)
        .ok_or_else(|| Error::BadRequest { message: "Choose a format: csv or jsonl.".to_owned() })?;
    let filter = Filter::parse(&query)?;
    let name = format!("audit-{}.{}", state.db.clock().now().format("%Y-%m-%d"), format.extension());
    let pieces = guildhall_audit::export(&state.db, &actor, filter, format)
        .await
        .map_err(|error| Problem::from(error.told()))?;
    // The status is out by then: all that is left is to break off, which a client can tell.
    let pieces = pieces.map_err(|error| std::io::Error::other(error.told()));
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
