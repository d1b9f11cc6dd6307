//! `/api/v1/me`: who the token belongs to.

use axum::{Extension, Json, response::IntoResponse};
use guildhall_kernel::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::problem::Problem;

/// The person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    id: String,
    name: String,
    email: String,
    email_confirmed: bool,
    is_admin: bool,
    /// The ids of the organisations that they belong to.
    organizations: Vec<String>,
    /// The session that the token belongs to.
    session: String,
    /// When they last proved who they are.
    authenticated_at: String,
    /// How they did (RFC 8176).
    methods: Vec<String>,
}

/// The person who asks.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "people",
    security(("bearer" = [])),
    responses((status = 200, description = "The person", body = Me), (status = 401, description = "Nobody is signed in", body = Problem))
)]
pub(crate) async fn me(Extension(actor): Extension<Actor>) -> Result<impl IntoResponse, Problem> {
    let user = actor.user()?;
    Ok(Json(Me {
        id: user.id.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        email_confirmed: user.email_confirmed,
        is_admin: user.is_admin,
        organizations: user.organizations.iter().map(ToString::to_string).collect(),
        session: user.session.to_string(),
        authenticated_at: user.authenticated_at.to_rfc3339(),
        methods: user.amr.clone(),
    }))
}
