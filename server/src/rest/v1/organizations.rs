//! `/api/v1/organizations`: the organisations whose affairs the caller may see.

use axum::{
    Extension, Json,
    extract::{Query, State},
};
use guildhall_kernel::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::Paging;
use crate::{rest::problem::Problem, state::AppState};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationItem {
    id: String,
    slug: String,
    name: String,
    /// `provider`, `enterprise` or `platform`.
    kind: String,
    created_at: String,
    suspended_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationList {
    items: Vec<OrganizationItem>,
    /// Give it as `cursor` to get the next ones; null at the end.
    next_cursor: Option<String>,
}

/// Lists organisations: all for platform admins, one's own for everybody else.
#[utoipa::path(
    get,
    path = "/api/v1/organizations",
    tag = "organizations",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 50 when not given"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the answer before")
    ),
    responses((status = 200, description = "Organisations", body = OrganizationList), (status = 401, description = "Not signed in", body = Problem))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    Query(paging): Query<Paging>,
) -> Result<Json<OrganizationList>, Problem> {
    actor.user()?;
    let page =
        guildhall_identity::organizations::visible_organizations(&state.db, &actor, paging.cursor(), paging.limit()?)
            .await
            .map_err(|error| Problem::from(error.told()))?;
    let items = page
        .items
        .into_iter()
        .map(|one| OrganizationItem {
            id: one.id.to_string(),
            slug: one.slug,
            name: one.name,
            kind: one.kind.slug().to_owned(),
            created_at: one.created_at.to_rfc3339(),
            suspended_at: one.suspended_at.map(|at| at.to_rfc3339()),
        })
        .collect();
    Ok(Json(OrganizationList { items, next_cursor: page.next_cursor }))
}
